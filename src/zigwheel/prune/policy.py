"""Which wheels are deleted, and why each of the others stays. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from zigwheel.errors import ConfigError


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A wheel in a store that a recipe makes."""

    sha256: str
    """Of the wheel."""
    size: int
    """Bytes that it has in the store."""
    file: str
    """File name."""
    identifier: str
    """cibuildwheel's name of what it is for; may be empty."""
    name: str
    """Of the distribution."""
    version: str
    """Of the distribution."""
    seconds: float
    """Wall time of its build."""
    age: float
    """Days since it came into the store."""
    downloads: int | None = None
    """How often it was asked for, in the time that whoever counts has counted; None if nobody did."""
    refused: str = ""
    """Why it may not be deleted, whatever a policy says; empty if it may."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What is deleted: the wheels that fulfil each condition that is named, and that no rule keeps."""

    downloads: int | None = None
    """Those with fewer downloads."""
    size: int = 0
    """Those with so many bytes at least."""
    seconds: float | None = None
    """Those that take so many seconds at most to build."""
    days: float = 0.0
    """Those that are in the store for so many days."""
    keep: tuple[str, ...] = ()
    """Never these: globs of file names and identifiers, or requirements such as `spam>=2`."""
    newest: int = 0
    """Never those of so many newest versions of each project."""
    free: int | None = None
    """No more than what is needed to win so many bytes; None: all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What a policy says of a wheel."""

    candidate: Candidate
    """Which."""
    kept: str = ""
    """Why it stays; empty if it is to be deleted."""


def decisions(candidates: Iterable[Candidate], policy: Policy) -> list[Decision]:
    """What a policy says: first what is to be deleted, that with the most bytes for a second owed first.

    A second owed is one that the next who asks for the wheel has to wait; what is asked for more often
    is owed more often. Raises `ConfigError` for a rule that is neither a glob nor a requirement.
    """
    every = list(candidates)
    rules = [Rule.of(text) for text in policy.keep]
    newest = newest_of(every, policy.newest)
    going: list[Candidate] = []
    kept: list[Decision] = []
    for one in every:
        reason = one.refused or protected(one, rules, newest) or unfit(one, policy)
        if reason:
            kept.append(Decision(candidate=one, kept=reason))
        else:
            going.append(one)
    going.sort(key=lambda one: (-worth(one), one.file, one.sha256))
    won = 0
    found: list[Decision] = []
    for one in going:
        enough = policy.free is not None and won >= policy.free
        found.append(Decision(candidate=one, kept="not needed for --free" if enough else ""))
        won += 0 if enough else one.size
    return [*found, *sorted(kept, key=lambda one: (one.candidate.file, one.candidate.sha256))]


def worth(one: Candidate) -> float:
    """Bytes won for each second owed."""
    return one.size / (max(one.seconds, 0.001) * (1 + (one.downloads or 0)))


def unfit(one: Candidate, policy: Policy) -> str:
    """The condition that a wheel does not fulfil, in words; empty if it fulfils all."""
    if policy.downloads is not None and (one.downloads or 0) >= policy.downloads:
        return f"{policy.downloads} downloads or more"
    if one.size < policy.size:
        return f"less than {policy.size} bytes"
    if policy.seconds is not None and one.seconds > policy.seconds:
        return f"more than {policy.seconds:g} s to build"
    if one.age < policy.days:
        return f"in the store for less than {policy.days:g} days"
    return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What is never deleted."""

    text: str
    """As it was written."""
    requirement: Requirement | None
    """A project, and which of its versions; None: the text is a glob."""

    @staticmethod
    def of(text: str) -> Rule:
        """A rule from its text. Raises `ConfigError`."""
        if text.endswith(".whl") or any(sign in text for sign in "*?["):
            return Rule(text=text, requirement=None)
        try:
            return Rule(text=text, requirement=Requirement(text))
        except InvalidRequirement as error:
            raise ConfigError(
                f"--keep {text!r} is neither a glob nor a requirement: {error}",
                hint="such as 'spam>=2', '*-win_amd64' or 'spam-1.0-*.whl'",
            ) from error

    def fits(self, one: Candidate) -> bool:
        """Whether it is about this wheel."""
        if self.requirement is None:
            return fnmatchcase(one.file, self.text) or fnmatchcase(one.identifier, self.text)
        same = canonicalize_name(self.requirement.name) == canonicalize_name(one.name)
        return same and self.requirement.specifier.contains(one.version, prereleases=True)


def protected(one: Candidate, rules: Sequence[Rule], newest: dict[str, set[str]]) -> str:
    """The rule that keeps a wheel, in words; empty if none does."""
    for rule in rules:
        if rule.fits(one):
            return f"--keep {rule.text}"
    if one.version in newest.get(canonicalize_name(one.name), ()):
        return "one of the newest versions"
    return ""


def newest_of(candidates: Iterable[Candidate], number: int) -> dict[str, set[str]]:
    """So many newest versions of each project, by its normalised name; what is no version counts as old."""
    if number < 1:
        return {}
    versions: dict[str, set[str]] = defaultdict(set)
    for one in candidates:
        versions[canonicalize_name(one.name)].add(one.version)

    def order(text: str) -> tuple[bool, Version]:
        try:
            return (True, Version(text))
        except InvalidVersion:
            return (False, Version("0"))

    return {name: {*sorted(those, key=order)[-number:]} for name, those in versions.items()}
