"""What runs in processes of its own, by its path and not by its name."""
