"""Tables of text on the standard output. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]], *, left: int = 1) -> list[str]:
    """Lines with the cells of each column under one another: the first `left` columns are words, the others
    figures, which end at the right. Rows may be of different lengths."""
    widths: list[int] = []
    for row in rows:
        widths += [0] * (len(row) - len(widths))
        widths = [
            max(width, len(row[i])) if i < len(row) else width for i, width in enumerate(widths)
        ]
    return [
        "  ".join(
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=False))
        ).rstrip()
        for row in rows
    ]
