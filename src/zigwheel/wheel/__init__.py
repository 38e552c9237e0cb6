"""Lay out and write wheels, sdists and editable installs, byte for byte reproducible."""
