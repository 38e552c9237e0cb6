"""Shapes, and the characters that they are made of, which are in a file of data."""
