"""What is deleted from a store, what stays, and why."""
