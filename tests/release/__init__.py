"""The whole matrix of real projects: built, judged, tested, and built again to compare bytes."""
