"""Tests of `zigwheel convert`."""
