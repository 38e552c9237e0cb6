"""What stands in for a compiler: a small file for what is built, and for a question what Zig says."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from typing import Any

from zigwheel.convert.inside.words import COMPILERS, Job

CXX = (".cc", ".cpp", ".cxx", ".c++", ".C")


def environment(spec: Mapping[str, Any]) -> dict[str, str]:
    """Zig compiles below the cache that it is told."""
    own = {"ZIG_GLOBAL_CACHE_DIR": spec["zig_cache"], "ZIG_LOCAL_CACHE_DIR": spec["zig_cache"]}
    return {**os.environ, **own}


def zig_words(words: list[str], job: Job, spec: Mapping[str, Any]) -> list[str]:
    """The command line with Zig in place of the compiler that it names."""
    cxx = "++" in os.path.basename(words[0]) or any(s.endswith(CXX) for s in job.sources)
    start = [spec["zig"], "c++" if cxx else "cc", "-target", spec["zig_target"]]
    if COMPILERS.fullmatch(os.path.basename(words[0])) and words[0].lower() not in ("cl", "cl.exe"):
        return [*start, *without_arch(words[1:])]
    found = [f"-I{folder}" for folder in job.include_dirs]
    found += [f"-D{name}" if value is None else f"-D{name}={value}" for name, value in job.macros]
    found += [f"-U{name}" for name in job.undef_macros]
    found += [*job.sources, *job.objects]
    found += [f"-L{folder}" for folder in job.library_dirs]
    found += [f"-l{name}" for name in job.libraries]
    if job.output:
        found += ["-o", job.output]
    if job.kind == "compile":
        found.append("-c")
    return [*start, *found]


def without_arch(words: list[str]) -> list[str]:
    """Without `-arch NAME` and `-isysroot PATH`, which a target says."""
    kept = []
    rest = iter(words)
    for word in rest:
        if word in ("-arch", "-isysroot"):
            next(rest, None)
        else:
            kept.append(word)
    return kept


def stand_in(job: Job) -> str:
    """What is left where an output goes: questions may link an archive, which is an empty one."""
    return "!<arch>\n" if job.kind == "archive" else f"recorded: {job.output_or_default()}\n"


def put(path: str, text: str) -> None:
    """Leave a small file where a tool would have left its output."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)


def try_out(words: list[str], job: Job, cwd: str, spec: Mapping[str, Any]) -> int:
    """Run the command with Zig; returns its exit code, 127 where no Zig is at hand."""
    if not spec["zig"]:
        return 127
    if job.output:
        os.makedirs(os.path.dirname(os.path.join(cwd, job.output)) or ".", exist_ok=True)
    command = zig_words(words, job, spec)
    return subprocess.run(command, cwd=cwd, env=environment(spec)).returncode
