"""Breaks whoever imports it: the version has to be read, not run."""

raise SystemExit("imported while it is being built")
