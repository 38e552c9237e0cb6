"""`zigwheel wheels`: every wheel of a release, built and tested from one sdist on one machine."""
