"""Real Pythons of other machines, for tests that import what was cross-built."""
