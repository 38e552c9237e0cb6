"""What an operator does beside serving: check, back up, export."""
