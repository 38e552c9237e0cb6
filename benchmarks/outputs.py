"""Speed and size of the wheels of a package, as Markdown and as JSON."""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

OTHERS = ("index", "gcc")
"""What zigwheel's wheel is held against."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """What a wheel takes."""

    wheel: int
    """Bytes of the wheel."""
    code: int
    """Bytes of its shared objects, all symbols and debug information taken away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One package."""

    name: str
    """Which."""
    seconds: Mapping[str, Mapping[str, tuple[float, ...]]]
    """By wheel and statement: every value."""
    sizes: Mapping[str, Size]
    """By wheel."""

    def ratios(self, other: str) -> dict[str, float]:
        """How many times as fast as another wheel each statement is."""
        own, theirs = self.seconds["zigwheel"], self.seconds[other]
        return {
            about: statistics.median(theirs[about]) / statistics.median(values)
            for about, values in own.items()
        }

    def speed(self, other: str) -> float:
        """The geometric mean of these."""
        return mean(self.ratios(other).values())

    def size(self, other: str, what: str) -> float:
        """How many times as large as another wheel."""
        return float(getattr(self.sizes["zigwheel"], what) / getattr(self.sizes[other], what))


def mean(values: Iterable[float]) -> float:
    """The geometric mean."""
    return math.exp(statistics.fmean(map(math.log, values)))


def result_of(
    name: str,
    wheels: Mapping[str, Path],
    figures: Mapping[str, Mapping[str, Sequence[float]]],
) -> Result:
    """A package's result."""
    seconds = {one: {k: tuple(v) for k, v in found.items()} for one, found in figures.items()}
    sizes = {one: size_of(wheel) for one, wheel in wheels.items()}
    return Result(name=name, seconds=seconds, sizes=sizes)


def size_of(wheel: Path) -> Size:
    """Bytes of a wheel and of the code in it, libraries that came along included."""
    code = 0
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
        for name in archive.namelist():
            if ".so" in Path(name).suffixes:
                file = Path(archive.extract(name, folder))
                subprocess.run(["strip", "--strip-all", file], check=True)
                code += file.stat().st_size
    return Size(wheel=wheel.stat().st_size, code=code)


HEADER = """\
| | speed × index | × gcc | least × index | wheel: bytes | × index | × gcc | code: bytes | × index | × gcc |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""


def table(results: Sequence[Result]) -> str:
    """A row for each package, and the geometric means."""
    lines = [HEADER]
    for one in results:
        least = min(one.ratios("index").items(), key=lambda item: item[1])
        cells = [one.name, *(f"{one.speed(other):.2f}" for other in OTHERS)]
        cells.append(f"{least[1]:.2f} ({least[0]})")
        for what in ("wheel", "code"):
            cells.append(f"{getattr(one.sizes['zigwheel'], what):,}")
            cells += [f"{one.size(other, what):.2f}" for other in OTHERS]
        lines.append(f"| {' | '.join(cells)} |")
    means = [f"{mean(one.speed(other) for one in results):.2f}" for other in OTHERS]
    cells = ["geometric mean", *means, ""]
    for what in ("wheel", "code"):
        cells.append("")
        cells += [f"{mean(one.size(other, what) for one in results):.2f}" for other in OTHERS]
    return "\n".join([*lines, f"| {' | '.join(cells)} |"])


def details(results: Sequence[Result]) -> str:
    """Every statement."""
    lines = ["| | zigwheel: µs | × index | × gcc |", "|---|--:|--:|--:|"]
    for one in results:
        ratios = [one.ratios(other) for other in OTHERS]
        for about, values in one.seconds["zigwheel"].items():
            took = 1e6 * statistics.median(values)
            cells = [f"{one.name}: {about}", f"{took:.3g}", *(f"{r[about]:.2f}" for r in ratios)]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def goals(results: Sequence[Result]) -> list[tuple[bool, str]]:
    """What is to be reached, and whether it is."""
    found = []
    for other in OTHERS:
        whole = mean(one.speed(other) for one in results)
        found.append((whole >= 1, f"speed beside {other}: {whole:.3f} (at least 1.0)"))
        last = min(results, key=lambda one: one.speed(other))
        speed = last.speed(other)
        found.append(
            (speed >= 0.9, f"the slowest beside {other}: {speed:.2f}, {last.name} (at least 0.9)")
        )
        larger = [one.name for one in results if one.size(other, "wheel") > 1]
        found.append((not larger, f"wheels larger than {other}'s: {', '.join(larger) or 'none'}"))
    return found


def markdown(facts: Mapping[str, str], results: Sequence[Result]) -> str:
    """The whole report, for people."""
    lines = [f"- [{'x' if reached else ' '}] {text}" for reached, text in goals(results)]
    parts = ["\n".join(f"- {name}: {value}" for name, value in facts.items()), table(results)]
    return "\n\n".join(
        [*parts, "## To reach", "\n".join(lines), "## Each statement", details(results)]
    )


def as_json(results: Sequence[Result]) -> str:
    """Every value, for machines."""
    return json.dumps([asdict(one) for one in results], indent=1)
