"""Whole machines of other kinds, for tests that run zigwheel itself there."""
