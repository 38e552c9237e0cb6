"""Which wheels a policy takes, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.errors import ConfigError
from zigwheel.prune.policy import Candidate, Policy, decisions

WHEEL = Candidate(
    sha256="a" * 64,
    size=1000,
    file="spam-1.0-cp313-cp313-win_amd64.whl",
    identifier="cp313-win_amd64",
    name="spam",
    version="1.0",
    seconds=2.0,
    age=10.0,
    downloads=5,
)


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        (Policy(), ""),
        (Policy(downloads=6), ""),
        (Policy(downloads=5), "5 downloads or more"),
        (Policy(size=1000), ""),
        (Policy(size=1001), "less than 1001 bytes"),
        (Policy(seconds=2.0), ""),
        (Policy(seconds=1.5), "more than 1.5 s to build"),
        (Policy(days=10.0), ""),
        (Policy(days=10.5), "in the store for less than 10.5 days"),
        (Policy(keep=("*-win_amd64",)), "--keep *-win_amd64"),
        (Policy(keep=("spam-1.*",)), "--keep spam-1.*"),
        (Policy(keep=("spam-1.0-cp313-cp313-win_amd64.whl",)), "--keep spam-1.0-"),
        (Policy(keep=("*-win32",)), ""),
        (Policy(keep=("Spam",)), "--keep Spam"),
        (Policy(keep=("spam>=1",)), "--keep spam>=1"),
        (Policy(keep=("spam>=2", "eggs")), ""),
        (Policy(newest=1), "one of the newest versions"),
        (Policy(free=1), ""),
        (Policy(downloads=6, size=1001), "less than 1001 bytes"),
    ],
)
def test_conditions(policy: Policy, kept: str) -> None:
    (one,) = decisions([WHEEL], policy)
    assert one.kept.startswith(kept) if kept else one.kept == ""


def test_what_may_not_be_deleted_is_told_first() -> None:
    (one,) = decisions([replace(WHEEL, refused="nobody knows")], Policy(size=5000))
    assert one.kept == "nobody knows"


def test_newest_versions_are_those_of_pep_440() -> None:
    versions = ["1.9", "1.10", "1.10rc1", "unversioned"]
    those = [replace(WHEEL, version=version) for version in versions]
    kept = {one.candidate.version for one in decisions(those, Policy(newest=2)) if one.kept}
    assert kept == {"1.10", "1.10rc1"}


def test_a_rule_that_is_none() -> None:
    with pytest.raises(ConfigError, match="--keep 'spam >' is neither a glob nor a requirement"):
        decisions([WHEEL], Policy(keep=("spam >",)))


def test_the_best_bargain_goes_first_and_no_more_than_needed() -> None:
    cheap = replace(WHEEL, file="cheap", size=1000, seconds=1.0, downloads=0)
    dear = replace(WHEEL, file="dear", size=1000, seconds=100.0, downloads=0)
    wanted = replace(WHEEL, file="wanted", size=1000, seconds=1.0, downloads=1000)
    order = [one.candidate.file for one in decisions([dear, wanted, cheap], Policy())]
    assert order == ["cheap", "dear", "wanted"]
    found = decisions([dear, wanted, cheap], Policy(free=1001))
    assert [one.candidate.file for one in found if not one.kept] == ["cheap", "dear"]
    assert found[-1].kept == "not needed for --free"


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
        size=st.integers(0, 10**6),
        file=st.sampled_from(["a.whl", "b.whl"]),
        identifier=st.just(""),
        name=st.sampled_from(["a", "b"]),
        version=st.sampled_from(["1", "2", "x"]),
        seconds=st.floats(0, 1000),
        age=st.floats(-1, 1000),
        downloads=st.none() | st.integers(0, 1000),
        refused=st.sampled_from(["", "refused"]),
    ),
    max_size=12,
)
POLICIES = st.builds(
    Policy,
    downloads=st.none() | st.integers(0, 1000),
    size=st.integers(0, 10**6),
    seconds=st.none() | st.floats(0, 1000),
    days=st.floats(0, 1000),
    keep=st.lists(st.sampled_from(["a", "b.*", "b>=2"]), max_size=2).map(tuple),
    newest=st.integers(0, 2),
    free=st.none() | st.integers(1, 10**7),
)


@given(CANDIDATES, POLICIES)
def test_any_policy(candidates: Sequence[Candidate], policy: Policy) -> None:
    found = decisions(candidates, policy)
    assert sorted(map(repr, candidates)) == sorted(repr(one.candidate) for one in found)
    gone = [one.candidate for one in found if not one.kept]
    assert not any(one.refused for one in gone)
    if policy.free is not None:
        assert sum(one.size for one in gone[:-1]) < policy.free
    again = decisions(list(reversed(candidates)), policy)
    assert sum(one.size for one in gone) == sum(o.candidate.size for o in again if not o.kept)
