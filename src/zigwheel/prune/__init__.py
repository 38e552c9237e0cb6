"""Deleting wheels from a store that can be made again: which, and what that wins and costs."""
