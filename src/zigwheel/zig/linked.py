"""What the linker took from the archives that it was given.

Zig compiles the static parts of its libraries into its cache and hands them to the linker, which takes
the members that something asks for. Which ones, only the linker's map says, and Zig writes none; but
it prints the linker's command line, and LLD, which is inside of Zig, writes the map when that line is
run once more: some hundredths of a second. Where that can't be had (link-time optimisation, Zig's own
linker for Mach-O, a `build.zig` of which the plan is only the beginning), all counts that the linker
was offered: rather too much than too little.
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
from zigwheel.zig.compile import compile_direct
from zigwheel.zig.execute import Run, execute, link_line_file
from zigwheel.zig.prebuilt import Part
from zigwheel.zig.toolchain import Zig
from zigwheel.zig.windows import for_windows

MAPS = {"ld.lld": ("-o{}", "-Map={}"), "lld-link": ("-OUT:{}", "-lldmap:{}")}
"""LLD's two faces: how each is told where the file goes, the last time wins, and where a map."""

SECTION = re.compile(r"[ 0-9a-f]* ([0-9a-f]+) +\d+ {9}(\S.*?)(?:\([^()]*\))?:\(")
"""A section in a map: addresses, size, alignment, eight columns more; the file, its member, a name."""


def linked(
    plan: BuildPlan, artifact: Artifact, places: Places, zig: Zig, run: Run
) -> tuple[frozenset[str], tuple[Part, ...], tuple[Component, ...]]:
    """What is in a linked artifact: names of the plan's libraries, parts of Zig packages, and of Zig
    itself, these sorted by name."""
    archives = {str(places.out / plan.library(name).output): name for name in artifact.link}
    packages = places.zig_packages.files(artifact.zig_links) if places.zig_packages else {}
    parts = {STANDARD_LIBRARY} if any(s.language == "zig" for s in artifact.sources) else set()
    words = link_words(places, artifact)
    if words:
        known = {*archives, *packages}
        given = [w for w in words if w in known or is_below(w, places.global_cache)]
        taken = taken_from(given, words, artifact, places, zig, run) if given else []
    else:
        taken = [*archives, *packages, *assumed(artifact, plan.triple)]
    rest = [file for file in taken if file not in archives and file not in packages]
    parts |= {bundled(file, plan.triple) for file in rest}
    names = frozenset(archives[file] for file in taken if file in archives)
    found = tuple(part for file, part in packages.items() if file in taken)
    return names, found, tuple(sorted(parts, key=lambda part: part.name))


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
    return words_of(line, places)


def words_of(line: str, places: Places) -> list[str]:
    """The words of a line in which Zig has put a blank between them, whatever is in them.

    Folders are known, as they are and as Zig shortens them within the project; what is left of a file
    that is not there is put together again with the words behind it.
    """
    folders = (
        places.out,
        places.global_cache,
        places.local_cache,
        places.version_scripts,
        places.package_cache,
    )
    known = [str(folder) for folder in (*folders, places.root)]
    for folder in folders:
        if folder.is_relative_to(places.root):
            known.append(f" {folder.relative_to(places.root)}{os.sep}")
    for index, text in enumerate(known):
        blank = " " if text.startswith(" ") else ""
        line = line.replace(text, f"{blank}\0{index}\0")
    words: list[str] = []
    for part in line.split(" "):
        word = re.sub("\0(\\d+)\0", lambda m: known[int(m[1])].lstrip(" "), part)
        count = torn(words, word, places.root)
        words[len(words) - count :] = [" ".join([*words[len(words) - count :], word])]
    return words


def torn(before: Sequence[str], last: str, root: Path) -> int:
    """How many words in front of `last` belong to it, as the beginning of the file's name."""
    if not last.endswith((".o", ".obj", ".a", ".lib")) or (root / last).exists():
        return 0
    for count in range(1, min(len(before), MOST_BLANKS) + 1):
        if (root / " ".join([*before[-count:], last])).exists():
            return count
    return 0


MOST_BLANKS = 20
"""In the name of one file."""


def assumed(artifact: Artifact, triple: str) -> list[str]:
    """The archives that Zig offers for an artifact."""
    names = ["compiler_rt", *(["c++", "c++abi", "unwind"] if artifact.link_cxx else [])]
    if artifact.kind == "executable" or for_windows(triple):
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
    if words[0] not in MAPS or artifact.lto:  # then a map knows one object, made of all
        return list(given)
    written = places.out / f"{artifact.kind}-{artifact.name}.map"
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
