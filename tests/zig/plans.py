"""Plans for tests, made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zigwheel.plan.model import Artifact, BuildPlan, Source


def artifact(**changes: Any) -> Artifact:
    """An extension of one C file, with `changes`."""
    values: dict[str, Any] = {
        "kind": "extension",
        "name": "pkg._core",
        "output": "_core.cpython-313-x86_64-linux-gnu.so",
        "install": "pkg/_core.cpython-313-x86_64-linux-gnu.so",
        "sources": (Source(path="src/core.c", language="c", args=("-fwrapv",)),),
        "include_dirs": (),
        "macros": (),
        "uses_python": True,
        "stable_abi": "",
        "link": (),
        "libraries": (),
        "library_dirs": (),
        "frameworks": (),
        "link_options": (),
        "rpaths": (),
        "exports": ("PyInit_*",),
        "link_cxx": False,
        "optimize": "fast",
        "lto": False,
        "strip": True,
        "cpu": "baseline",
    }
    return Artifact(**{**values, **changes})


LIBRARY = artifact(
    kind="library",
    name="z",
    output="libz.a",
    install="",
    sources=(Source(path="vendor/z.c", language="c", args=()),),
    uses_python=False,
    exports=(),
)

EVERYTHING = (
    LIBRARY,
    artifact(
        sources=(
            Source(path="src/core.c", language="c", args=("-fwrapv", "-std=c11")),
            Source(path="src/more.c", language="c", args=("-fwrapv", "-std=c11")),
            Source(path="src/fast.cpp", language="c++", args=("-fwrapv", "-mavx2")),
        ),
        include_dirs=("include", "vendor"),
        macros=(("NAME", '"a \\ b"'), ("X", "1")),
        link=("z",),
        libraries=("ssl",),
        library_dirs=("/opt/lib",),
        link_options=("lazy",),
        rpaths=("$ORIGIN/lib",),
        exports=("PyInit_*", "pkg_*"),
        link_cxx=True,
        lto=True,
        cpu="x86_64_v3",
    ),
    artifact(
        name="pkg._stable",
        output="_stable.abi3.so",
        install="pkg/_stable.abi3.so",
        stable_abi="abi3",
    ),
    artifact(
        name="pkg._zig",
        output="_zig.cpython-313-x86_64-linux-gnu.so",
        install="pkg/_zig.cpython-313-x86_64-linux-gnu.so",
        sources=(
            Source(path="src/root.zig", language="zig", args=()),
            Source(path="src/asm.S", language="assembly", args=()),
        ),
    ),
    artifact(
        kind="executable",
        name="tool",
        output="tool",
        install="{scripts}/tool",
        sources=(Source(path="src/main.c", language="c", args=()),),
        uses_python=False,
        exports=(),
        optimize="small",
        strip=False,
    ),
)


def plan(*artifacts: Artifact) -> BuildPlan:
    """A plan of `artifacts` for x86-64 glibc."""
    return BuildPlan(
        name="pkg",
        zig="0.16.0",
        triple="x86_64-linux-gnu.2.17",
        python="cp313" if any(a.uses_python for a in artifacts) else "",
        headers="0" * 64,
        artifacts=artifacts,
        inputs=(),
    )


MACOS = replace(
    plan(artifact(frameworks=("Foo",), libraries=("bar",), library_dirs=("/opt/lib", "lib"))),
    triple="aarch64-macos.11.0",
)
"""An extension for macOS with a framework."""
