"""[tool.zigwheel] and [project] become frozen values; every error is reported at once."""
