"""Existing projects become `[tool.zigwheel]`: their own build is run and recorded, then written down."""
