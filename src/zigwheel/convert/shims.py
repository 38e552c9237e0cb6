"""Programs that builds look for on PATH: compilers that record, and no `pkg-config`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zigwheel.convert.environment import INSIDE

COMPILERS = ("gcc", "g++", "cc", "c++", "clang", "clang++", "ar", "ranlib")
"""Names that stand for the recording compiler, except for Windows, which has none of them."""


def put_shims(folder: Path, python: Path, spec: Mapping[str, Any]) -> None:
    """Make the folder that comes first on PATH."""
    folder.mkdir()
    if os.name == "nt":
        return
    names = [] if spec["believed"]["os_name"] == "nt" else list(COMPILERS)
    for name in [*names, "pkg-config", "pkgconf"]:
        file = folder / name
        program = f'"{python}" -I -S -B "{INSIDE / "shim.py"}" {name} "$@"'
        file.write_text(f"#!/bin/sh\nexec {program}\n", encoding="utf-8")
        file.chmod(0o755)
    site = folder / "config.site"
    kept = Path(spec["kept"]).with_name("configure")
    kept.mkdir(exist_ok=True)
    lines = [
        "cross_compiling=yes",
        f"host_alias={spec['gnu_type']}",
        # what one run of a script has found out for a target is true for the next
        f"cache_file='{kept}'/{spec['zig_target']}-`cksum < \"$0\" | tr ' ' -`",
    ]
    site.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
