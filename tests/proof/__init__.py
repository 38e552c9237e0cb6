"""The table of targets and Pythons: each built, audited, imported by a real interpreter, exercised."""
