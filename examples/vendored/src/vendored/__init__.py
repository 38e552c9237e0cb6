"""A small library that upstream builds with configure and make."""

from vendored._tally import length, machine, now, uses, version

__all__ = ["length", "machine", "now", "uses", "version"]
