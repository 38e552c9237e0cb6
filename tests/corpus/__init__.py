"""Real packages, built from their own sdists with nothing but `pyproject.toml` replaced."""
