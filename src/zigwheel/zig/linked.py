"""What the linker took from the archives that it was given.

Zig compiles the static parts of its libraries into its cache and hands them to the linker, which takes
the members that something asks for. Which ones, only the linker's map says, and Zig writes none; but
it prints the linker's command line, and LLD, which is inside of Zig, writes the map when that line is
run once more: some hundredths of a second. Where that can't be had (Zig's own linker for Mach-O, or a
`build.zig` of which the plan is only the beginning), all counts that the linker was offered: rather
too much than too little.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from zigwheel.errors import CompileError
from zigwheel.plan.components import Component
from zigwheel.plan.model import Artifact, BuildPlan
from zigwheel.zig.bundled import STANDARD_LIBRARY, bundled
from zigwheel.zig.command import Places
from zigwheel.zig.compile import Run, compile_direct, execute, link_line_file
from zigwheel.zig.toolchain import Zig

MAPS = {"ld.lld": ("-o{}", "-Map={}"), "lld-link": ("-OUT:{}", "-lldmap:{}")}
"""LLD's two faces: how each is told where the file goes, the last time wins, and where a map."""

SECTION = re.compile(r"[ 0-9a-f]* ([0-9a-f]+) +\d+ {9}(\S.*?)(?:\([^()]*\))?:\(")
"""A section in a map: addresses, size, alignment, eight columns more; the file, its member, a name."""


def linked(
    plan: BuildPlan, artifact: Artifact, places: Places, zig: Zig, run: Run
) -> tuple[frozenset[str], tuple[Component, ...]]:
    """What is in a linked artifact: names of the plan's libraries, and parts of Zig's, sorted by name."""
    archives = {str(places.out / plan.library(name).output): name for name in artifact.link}
    parts = {STANDARD_LIBRARY} if any(s.language == "zig" for s in artifact.sources) else set()
    words = link_words(places, artifact)
    if words:
        given = [w for w in words if w in archives or is_below(w, places.global_cache)]
        taken = taken_from(given, words, artifact, places, zig, run) if given else []
    else:
        taken = [*archives, *assumed(artifact, plan.triple)]
    parts |= {bundled(file, plan.triple) for file in taken if file not in archives}
    names = frozenset(archives[file] for file in taken if file in archives)
    return names, tuple(sorted(parts, key=lambda part: part.name))


def traced(plan: BuildPlan, places: Places, zig: Zig, run: Run) -> Places:
    """`places`, or where `zig build` was run, others in which the same plan was made with commands.

    `zig build` prints no line of a linker whose result it has kept. Both roads make the same files.
    """
    if all(link_words(places, a) for a in plan.artifacts if a.kind != "library"):
        return places
    again = replace(places, out=places.out / "commands")
    again.out.mkdir()
    try:
        compile_direct(plan, again, zig, replace(run, say=lambda text: None))
    except CompileError:
        return places  # a changed `build.zig` may build what the plan alone does not
    return again


def link_words(places: Places, artifact: Artifact) -> list[str]:
    """The words of the linker's command line; empty where Zig did not print it."""
    try:
        line = link_line_file(places, artifact).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    # Zig puts a blank between the words, whatever is in them
    known = [str(f) for f in (places.out, places.global_cache, places.local_cache, places.root)]
    for index, folder in enumerate(known):
        line = line.replace(folder, f"\0{index}\0")
    return [re.sub("\0(\\d)\0", lambda m: known[int(m[1])], word) for word in line.split(" ")]


def assumed(artifact: Artifact, triple: str) -> list[str]:
    """The archives that Zig offers for an artifact."""
    names = ["compiler_rt", *(["c++", "c++abi", "unwind"] if artifact.link_cxx else [])]
    if artifact.kind == "executable" or "-windows" in triple:
        names.append("crt1")
    return [f"lib{name}.a" for name in names]


def taken_from(
    given: Sequence[str],
    words: Sequence[str],
    artifact: Artifact,
    places: Places,
    zig: Zig,
    run: Run,
) -> list[str]:
    """Those of the `given` archives and objects of which the linked file has something."""
    if words[0] not in MAPS:
        return list(given)
    written = places.out / f"{artifact.output}.map"
    output, wanted = MAPS[words[0]]
    again = [*words, output.format(f"{written}.bin"), wanted.format(written)]
    code, _ = execute([str(zig.executable), *again], places.root, run)
    if code != 0:
        return list(given)
    files = frozenset(files_of(written.read_text(encoding="utf-8", errors="replace")))
    members = words[0] == "lld-link"  # whose map names the members of archives alone
    return [f for f in given if f in files or (members and holds_one_of(f, files))]


def files_of(text: str) -> Iterator[str]:
    """The files that a map of LLD's names with a section that is not empty."""
    for line in text.splitlines():
        found = SECTION.match(line)
        if found and int(found[1], 16):
            yield found[2]


def holds_one_of(archive: str, files: frozenset[str]) -> bool:
    """Whether an archive has one of the `files` as a member; Zig names the members by their paths."""
    data = Path(archive).read_bytes()
    return any(file.encode() in data for file in files)


def is_below(file: str, folder: Path) -> bool:
    """Whether a path lies below a folder."""
    return os.path.normpath(file).startswith(os.path.join(os.path.normpath(folder), ""))
