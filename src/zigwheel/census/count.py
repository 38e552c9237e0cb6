"""Figures of projects, by their files. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.tags import Tag

from zigwheel.census.model import Item, latest
from zigwheel.matrix.identifiers import Identifier, platform_name
from zigwheel.recipe.known import Known
from zigwheel.recipe.statements import INDEPENDENT


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Some files."""

    files: int = 0
    """How many."""
    size: int = 0
    """Their bytes."""

    def __add__(self, other: Share) -> Share:
        """Both together."""
        return Share(files=self.files + other.files, size=self.size + other.size)


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """What a user gets of the newest release."""

    now: int
    """Bytes of the wheel for the user's Python and platform; of the sdist, where there is none."""
    prebuilt: bool
    """Whether that is a prebuilt wheel."""
    without: int | None
    """Bytes where there are no prebuilt wheels; None where nothing else is there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What there is of a project, or of all together."""

    name: str
    """The project."""
    releases: int
    """How many versions."""
    sdists: Share
    """Source distributions."""
    pure: Share
    """Wheels for every platform."""
    prebuilt: Share
    """Wheels for some platforms: all of them."""
    other: Share
    """Everything else."""
    recorded: Share
    """Prebuilt wheels that a recipe makes."""
    reconstructable: Share
    """Those of them that enough builders have come to."""
    download: Download | None
    """What a user gets; None where there is nothing for the user."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.size for one in (self.sdists, self.pure, self.prebuilt, self.other))


def figures(
    items: Iterable[Item],
    known: Mapping[str, Known],
    *,
    user: Identifier,
    independent: int = INDEPENDENT,
    newest: bool = False,
) -> list[Figures]:
    """The figures of each project, that with the most prebuilt bytes first.

    With `newest`, only the newest release of each counts. `user` is whom downloads are told for.
    """
    by_project: dict[str, list[Item]] = defaultdict(list)
    for one in items:
        by_project[one.project].append(one)
    found = []
    for name, every in by_project.items():
        counted = latest(every) if newest else every
        found.append(of_project(name, counted, latest(every), known, user, independent))
    return sorted(found, key=lambda one: (-one.prebuilt.size, one.name))


def of_project(
    name: str,
    counted: list[Item],
    newest: list[Item],
    known: Mapping[str, Known],
    user: Identifier,
    independent: int,
) -> Figures:
    """The figures of one project."""
    prebuilt = [one for one in counted if one.kind == "prebuilt"]
    recorded = [one for one in prebuilt if one.sha256 in known]
    good = [one for one in recorded if known[one.sha256].reconstructable(independent)]
    return Figures(
        name=name,
        releases=len({one.version for one in counted if one.version is not None}),
        sdists=share(one for one in counted if one.kind == "sdist"),
        pure=share(one for one in counted if one.kind == "pure"),
        prebuilt=share(prebuilt),
        other=share(one for one in counted if one.kind == "other"),
        recorded=share(recorded),
        reconstructable=share(good),
        download=download(newest, user),
    )


def share(items: Iterable[Item]) -> Share:
    """How many, and how large."""
    sizes = [one.size for one in items]
    return Share(files=len(sizes), size=sum(sizes))


def together(every: Iterable[Figures]) -> Figures:
    """All projects as one; the download is that of one release of each."""
    those = list(every)
    downloads = [one.download for one in those if one.download]
    without = [one.now if one.without is None else one.without for one in downloads]
    return Figures(
        name="all",
        releases=sum(one.releases for one in those),
        sdists=sum((one.sdists for one in those), Share()),
        pure=sum((one.pure for one in those), Share()),
        prebuilt=sum((one.prebuilt for one in those), Share()),
        other=sum((one.other for one in those), Share()),
        recorded=sum((one.recorded for one in those), Share()),
        reconstructable=sum((one.reconstructable for one in those), Share()),
        download=Download(
            now=sum(one.now for one in downloads),
            prebuilt=any(one.prebuilt for one in downloads),
            without=sum(without),
        )
        if downloads
        else None,
    )


def download(newest: Iterable[Item], user: Identifier) -> Download | None:
    """What a user gets of a release: the wheel that fits best, else the sdist, as pip has it.

    The user's system is a current one: how old a system a wheel is for does not matter.
    """
    those = list(newest)
    sdist = min((one.size for one in those if one.kind == "sdist"), default=None)
    wheels = [(rank, one) for one in those if (rank := best(one.tags, user)) is not None]
    if not wheels:
        return None if sdist is None else Download(now=sdist, prebuilt=False, without=sdist)
    _, wheel = max(wheels, key=lambda pair: (pair[0], pair[1].file))
    pure = [one.size for _, one in wheels if one.kind == "pure"]
    source = min(pure, default=sdist)
    return Download(
        now=wheel.size,
        prebuilt=wheel.kind == "prebuilt",
        without=wheel.size if wheel.kind == "pure" else source,
    )


Rank = tuple[bool, int, int]


def best(tags: Iterable[Tag], user: Identifier) -> Rank | None:
    """How well the best of a wheel's tags fits a user; None if none fits at all."""
    ranks = [rank for tag in tags if (rank := fit(tag, user)) is not None]
    return max(ranks, default=None)


def fit(tag: Tag, user: Identifier) -> Rank | None:
    """How well a tag fits, in the order of PEP 425: for the platform, by its ABI, by its Python."""
    python = user.python
    if tag.platform != "any" and platform_name(tag.platform) not in platforms(user):
        return None
    here = tag.platform != "any"
    minor = python.version[1]
    if (tag.interpreter, tag.abi) == (python.tag, python.abi):
        return (here, 3, minor)
    digits = tag.interpreter[3:]
    number = int(digits) if digits.isdigit() else 0
    stable = "abi3t" if python.free_threaded else "abi3"
    if tag.abi == stable and tag.interpreter.startswith("cp3") and not python.is_pypy:
        return (here, 2, number) if number <= minor else None
    if tag.abi != "none" or tag.interpreter[:3] not in ("py3", "cp3"):
        return None
    if tag.interpreter.startswith("cp3") and tag.interpreter != python.tag:
        return None
    return (here, 1, number) if number <= minor else None


def platforms(user: Identifier) -> tuple[str, ...]:
    """The platforms whose wheels a user can install, in the words of identifiers."""
    own = user.platform
    if own.family == "macosx" and own.arch != "universal2":
        return (own.name, "macosx_universal2")
    return (own.name,)
