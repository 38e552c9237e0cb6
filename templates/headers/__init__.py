"""The C headers of CPython's minor versions, as data: see `manifest.json` beside this file."""

__version__ = "⟨version⟩"
