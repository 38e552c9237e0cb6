"""The judges of other projects, on every wheel of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.judges import JUDGES, judges_of, tool

BATCHED: Mapping[str, tuple[str, ...]] = {
    "check-wheel-contents": ("check_wheel_contents",),
    "twine": ("twine", "check", "--strict"),
}
"""Judges that take any number of wheels, and their words; they take longer to start than to judge."""


def objections(wheels: Sequence[Path], *, jobs: int) -> dict[str, str]:
    """What is held against wheels, by `JUDGE of WHEEL`; nothing where all agree that they are fine."""
    said = {}
    if not wheels:
        return said
    for name, words in BATCHED.items():
        code, text = tool(*words, *wheels)
        if code:
            said[f"{name} of {len(wheels)} wheels"] = text
    pairs = [(wheel, name) for wheel in wheels for name in judges_of(wheel) if name not in BATCHED]
    with ThreadPoolExecutor(jobs) as pool:
        texts = pool.map(lambda pair: JUDGES[pair[1]](pair[0]), pairs)
        for (wheel, name), text in zip(pairs, texts, strict=True):
            if text:
                said[f"{name} of {wheel.name}"] = text
    return said


def counted(wheels: Sequence[Path]) -> str:
    """How many wheels each judge has seen, such as `auditwheel 120, twine 200`."""
    numbers: dict[str, int] = {}
    for wheel in wheels:
        for name in judges_of(wheel):
            numbers[name] = numbers.get(name, 0) + 1
    return ", ".join(f"{name} {number}" for name, number in sorted(numbers.items()))
