"""Builds by a Python that has no headers, with package indexes of our own."""
