"""What a person and a CI system see of a run: while it goes on, and when it is over."""
