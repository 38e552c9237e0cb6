"""Commands of any length: Windows takes no more than 32,767 characters (`CreateProcessW`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

LONGEST = 30_000
"""Characters up to which a command is left alone, on every host, so that all do the same."""


@contextmanager
def fitting(words: Sequence[str]) -> Iterator[list[str]]:
    """The command, or one that reads its options from a response file while the block lasts.

    Zig cannot read a word with a single quote from such a file, so a command with one stays as it is.
    """
    import tempfile

    if sum(len(word) + 3 for word in words) < LONGEST or any("'" in word for word in words):
        yield list(words)
        return
    with tempfile.TemporaryDirectory(prefix="zigwheel-", ignore_cleanup_errors=True) as folder:
        file = Path(folder, "options")
        file.write_text(
            response(words[2:]), encoding="utf-8", errors="surrogateescape", newline="\n"
        )
        yield [*words[:2], f"@{file}"]


def response(words: Sequence[str]) -> str:
    """The text of a response file, in which Zig takes a backslash for itself unless a quote follows."""

    def doubled(match: re.Match[str]) -> str:
        return match[1] * 2 + ('\\"' if match[2] else "")

    return "\n".join('"{}"'.format(re.sub(r'(\\*)("|\Z)', doubled, word)) for word in words)
