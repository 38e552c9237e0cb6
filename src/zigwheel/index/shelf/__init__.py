"""What an index knows and has: its database, its store, and how something becomes part of them."""
