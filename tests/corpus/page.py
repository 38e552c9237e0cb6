"""The page: what became of the packages, as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.corpus.outcome import Abroad, Outcome
from tests.corpus.record import Package

HEAD = """\
# Real packages

<!-- Written by `python3 scripts/corpus.py`. Do not edit. -->

Releases of other people's packages, each moved from its own build to zigwheel by `zigwheel convert`
from its sdist, then built, audited and installed on x86-64 Linux; its own tests are run there. The
wheel is held against that of the package's own build with gcc: the same extension modules, the same
files but for differences with a reason. Then it is built for two other machines, audited, and real
interpreters of these (CPython 3.13 under qemu and under Wine) import every extension module and, where
that is quick and needs nothing that cannot be had there, run the tests.

- **handwork**: **none** where the conversion is all; **some** where a patch follows it; **all** where
  the conversion does not do and `pyproject.toml` is written by hand. What and why is told below.
- **files**: **equal**, or how many differ without a reason on record.
- **tests**: how many pass, of how many that pass with the package's own build.
- **tests** of other machines: how many pass there. Where not all do, how many pass there with the wheel
  that the index has stands behind it.

"""

COLUMNS = "package release handwork files tests".split()
ABROAD = {"cp313-manylinux_aarch64": "aarch64 Linux", "cp313-win_amd64": "Windows"}


def page(packages: Sequence[Package], outcomes: Mapping[str, Outcome]) -> str:
    """The whole page."""
    order = sorted((p for p in packages if p.name in outcomes), key=lambda p: p.name)
    idle = sorted(p.name for p in packages if p.name not in outcomes)
    rows = [row(package, outcomes[package.name]) for package in order]
    rows += [[name, "", "not run", *[""] * (2 * len(ABROAD) + 2)] for name in idle]
    notes = [note for package in order for note in notes_of(package, outcomes[package.name])]
    return HEAD + summary(order, outcomes) + table(rows) + "\n## Notes\n\n" + "".join(notes)


def table(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    head = [
        *COLUMNS,
        *(f"{name}: {what}" for name in ABROAD.values() for what in ("modules", "tests")),
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def row(package: Package, outcome: Outcome) -> list[str]:
    """A package's cells."""
    equal = "equal" if not outcome.differences else f"{len(outcome.differences)} differ"
    cells = [package.name, package.version, outcome.work]
    cells += [equal if outcome.wheel else "**not built**", tests(package, outcome)]
    for place in ABROAD:
        cells += cells_abroad(outcome.abroad.get(place, Abroad()))
    return cells


def tests(package: Package, outcome: Outcome) -> str:
    """How many pass, of how many."""
    if outcome.passed is None:
        return "–"
    text = f"{outcome.passed} of {package.suite.passed}"
    return text if as_many(package, outcome) else f"**{text}**"


def as_many(package: Package, outcome: Outcome) -> bool:
    """Whether no test fails that passes with the package's own build."""
    return (outcome.passed or 0) >= package.suite.passed and not outcome.trouble


def cells_abroad(one: Abroad) -> list[str]:
    """What a foreign interpreter imports, and how many tests pass."""
    if not one.wheel:
        return ["–", "–"]
    ran = "–" if one.passed is None else str(one.passed)
    ran += f" (index: {one.index})" if one.index is not None else ""
    return [str(one.modules) if one.modules else "built", ran]


def summary(packages: Sequence[Package], outcomes: Mapping[str, Outcome]) -> str:
    """The totals."""
    found = [(package, outcomes[package.name]) for package in packages]
    passing = [one for package, one in found if as_many(package, one)]
    alone = sum(one.work == "none" for one in passing)
    equal = sum(bool(one.wheel) and not one.differences for _, one in found)
    lines = [
        f"Of {len(found)} packages {len(passing)} pass as many of their tests as with their own build,",
        f"{alone} of them without handwork; the wheels of {equal} hold the same files.",
    ]
    for place, name in ABROAD.items():
        there = [one.abroad[place] for _, one in found if place in one.abroad]
        ran = sum(one.passed is not None for one in there)
        imported = sum(bool(one.modules) for one in there)
        lines.append(
            f"For {name}, {imported} are built and imported; the tests of {ran} are run there."
        )
    return "\n".join(lines) + "\n\n"


def notes_of(package: Package, outcome: Outcome) -> list[str]:
    """What the table cannot say."""
    texts = [f"by hand: {package.handwork}"] if package.handwork else []
    texts += [f"not yet: {outcome.trouble}"] if outcome.trouble else []
    texts += [f"`{text}`" for text in outcome.differences]
    texts += [f"`{name}`: {why}" for name, why in {**package.absent, **package.added}.items()]
    texts += [f"it links {package.system} of this machine"] if package.system else []
    for place, name in ABROAD.items():
        if trouble := outcome.abroad.get(place, Abroad()).trouble:
            texts.append(f"{name}: {trouble}")
    if package.suite.abroad:
        texts.append(f"the tests are not run on other machines: {package.suite.abroad}")
    return [f"- **{package.name}**: {'; '.join(texts)}\n"] if texts else []
