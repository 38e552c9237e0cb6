"""The text files that ship beside the code, in `templates/`."""

from __future__ import annotations

from pathlib import Path


def folder(package: Path | None = None) -> Path:
    """Where the templates are: in the installed package, or at a checkout's top level."""
    here = package or Path(__file__).parent
    installed = here / "templates"
    return installed if installed.is_dir() else here.parent.parent / "templates"


def template(name: str) -> str:
    """Text of a template."""
    return (folder() / name).read_text(encoding="utf-8")


def fill(text: str, **values: str) -> str:
    """`text` with every `⟨name⟩` replaced; each must be given."""
    import re

    return re.sub("⟨([a-z-]+)⟩", lambda match: values[match[1].replace("-", "_")], text)
