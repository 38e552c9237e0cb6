"""Which of nanobind's libraries are compiled, for which extensions, and how."""

from __future__ import annotations

from typing import Any

import pytest

from tests.borrowed.test_numpy import triple_of
from tests.zig.plans import artifact
from zigwheel.config.model import Config, Extension, Optimize
from zigwheel.plan.flags import Ambient
from zigwheel.plan.model import Artifact, Package, Source
from zigwheel.plan.nanobind import MAP, SOURCES, STDIO, missing_parts, with_nanobind
from zigwheel.target.model import Target
from zigwheel.target.python import parse_python

ABI3 = ("Py_LIMITED_API", "0x030C0000")
FREE = ("NB_FREE_THREADED", "1")
ALWAYS = (("NB_BUILD", "1"), ("NB_COMPACT_ASSERTIONS", "1"))
CXX = (Source(path="a.cpp", language="c++", args=("-x",)),)
CXX += (Source(path="b.c", language="c", args=("-y",)),)


def extension(name: str = "a", **changes: Any) -> Extension:
    """An extension that is bound with nanobind."""
    return Extension(**{"name": name, "sources": ("a.cpp",), "nanobind": True, **changes})


def planned(
    *extensions: Extension,
    python: str = "cp313",
    platform: str = "manylinux_2_17_x86_64",
    optimize: Optimize = "fast",
    **changes: Any,
) -> tuple[Artifact, ...]:
    """A plan's artifacts, where each extension was drafted with `changes`."""
    drafts = [artifact(name=e.name, **{"sources": CXX, **changes}) for e in extensions if e.enabled]
    return with_nanobind(
        drafts,
        Config(extension=extensions, optimize=optimize),
        Target(triple=triple_of(platform), python=parse_python(python)),
        Ambient(cxx_flags=("-ambient",)),
    )


@pytest.mark.parametrize(
    ("python", "free", "stable", "name", "shared"),
    [
        ("cp313", False, (), "nanobind", ()),
        ("cp313", True, (), "nanobind", ()),
        ("cp313", True, (ABI3,), "nanobind-abi3", (ABI3,)),
        ("cp313t", False, (), "nanobind", ()),
        ("cp313t", True, (), "nanobind-ft", (FREE,)),
        ("pp311", True, (), "nanobind", ()),
    ],
)
def test_the_library_is_compiled_as_the_extension(
    python: str,
    free: bool,
    stable: tuple[tuple[str, str], ...],
    name: str,
    shared: tuple[tuple[str, str], ...],
) -> None:
    mine = ("X", "2")
    library, bound = planned(
        extension(nanobind_free_threaded=free), python=python, macros=(*stable, mine), link=("z",)
    )
    assert (library.kind, library.name, library.output) == ("library", name, f"lib{name}.a")
    assert set(library.macros) == {*ALWAYS, *shared}
    assert set(bound.macros) == {mine, *shared}
    assert bound.link == ("z", name)
    more = STDIO if stable else ()
    assert [source.args for source in bound.sources] == [("-x", *more), ("-y",)]
    assert library.sources[0].args[-1:] == (more or ("-ambient",))


def test_one_library_for_all_that_are_alike() -> None:
    found = planned(extension("a"), extension("b"), extension("c", nanobind=False))
    assert [(a.name, a.link) for a in found] == [
        ("nanobind", ()),
        ("a", ("nanobind",)),
        ("b", ("nanobind",)),
        ("c", ()),
    ]
    free = extension("b", nanobind_free_threaded=True)
    names = [a.name for a in planned(extension("a"), free, python="cp314t")]
    assert names == ["nanobind", "nanobind-ft", "a", "b"]
    assert planned(extension("a", enabled=False)) == ()


@pytest.mark.parametrize(
    ("platform", "optimize", "sections", "compact"),
    [
        ("manylinux_2_17_aarch64", "fast", True, True),
        ("musllinux_1_2_x86_64", "debug", True, False),
        ("win_amd64", "small", False, True),
        ("macosx_11_0_arm64", "safe", False, True),
    ],
)
def test_flags_are_those_of_nanobind(
    platform: str, optimize: Optimize, sections: bool, compact: bool
) -> None:
    library, _ = planned(extension(), platform=platform, optimize=optimize)
    (source,) = library.sources
    assert {"-fno-strict-aliasing", "-fvisibility=hidden", "-std=c++17"} <= set(source.args)
    assert ("-ffunction-sections" in source.args) == sections
    assert ("-O3" in source.args) == (optimize == "fast")
    assert (ALWAYS[1] in library.macros) == compact
    assert (source.package, library.packages) == (SOURCES, ("nanobind", MAP))
    assert (library.optimize, library.lto, library.link_cxx) == (optimize, False, True)


def test_a_nanobind_that_is_not_whole() -> None:
    config = Config(extension=(extension("a", nanobind=False), extension("b")))
    whole = [Package(name=n, version="3", sha256="") for n in ("nanobind", SOURCES, MAP)]
    assert list(missing_parts(config, whole)) == []
    (error,) = missing_parts(config, whole[:2])
    assert error.message.startswith("`tool.zigwheel.extension[1].nanobind`: ")
    assert "`ext/robin_map`" in error.message
    assert list(missing_parts(Config(extension=(extension(nanobind=False),)), [])) == []
