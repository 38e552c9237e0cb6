"""Init functions that are visible only because the original build hides nothing. Pure but for `read`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from zigwheel.convert.model import RecordedExtension


def unmarked(item: RecordedExtension, read: Callable[[str], str]) -> list[str]:
    """The init function as `export-symbols` names it, where a source defines it without `PyMODINIT_FUNC`.

    That macro is what shows it where all else is hidden.
    """
    name = f"PyInit_{item.name.rpartition('.')[2]}"
    texts = (read(source.path) for source in item.sources)
    return [name] if name.isascii() and defined_bare(name, texts) else []


def defined_bare(name: str, texts: Iterable[str]) -> bool:
    """Whether a function is named in some text, and nowhere as one that Python's macro declares."""
    word = rf"\b{re.escape(name)}\b"
    named = [text for text in texts if re.search(word, text)]
    marked = re.compile(rf"PyMODINIT_FUNC\b[^;{{}}#]*{word}")
    return bool(named) and not any(marked.search(text) for text in named)
