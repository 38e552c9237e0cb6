"""How many tests passed, from what pytest or unittest say last."""

from __future__ import annotations

import re

PYTEST = re.compile(r"^=*\s*((?:\d+ [a-z ]+,? ?)+) in [\d.]+s(?: \([\d:]+\))?\s*=*$", re.MULTILINE)
"""`12 passed, 1 skipped in 0.34s`, with or without a frame."""

UNITTEST = re.compile(
    r"^Ran (\d+) tests? in .*\n(?:.*\n)*?(?:OK|FAILED)(?: \((.*)\))?$", re.MULTILINE
)
"""`Ran 12 tests in 0.3s`, an empty line, `OK (skipped=1)`."""


def passed(said: str) -> int:
    """Tests that passed, over all runs that are summed up in `said`."""
    total = 0
    for match in PYTEST.finditer(said):
        total += sum(int(n) for n in re.findall(r"(\d+) passed", match[1]))
    for match in UNITTEST.finditer(said):
        rest = re.findall(r"(?:failures|errors|skipped)=(\d+)", match[2] or "")
        total += int(match[1]) - sum(int(n) for n in rest)
    return total
