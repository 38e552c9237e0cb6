"""What the other plug-ins share."""

PIN = "numpy"
