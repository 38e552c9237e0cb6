"""The examples, built and installed in every way that a user would."""
