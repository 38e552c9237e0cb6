"""What a target is: a Zig triple and a Python, its headers and its wheel tags."""
