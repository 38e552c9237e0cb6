"""Tools of other projects that judge wheels. Each returns what it has against one; nothing if it is fine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from packaging.tags import parse_tag
from packaging.utils import parse_wheel_filename


def tool(*words: str | Path) -> tuple[int, str]:
    """Run a module of this environment; its exit code, and all that it said in one line."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "COLUMNS": "1000", "NO_COLOR": "1", "TERM": "dumb"},
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def auditwheel(wheel: Path) -> str:
    """The tag that a Linux wheel keeps is no younger than the one that it has."""
    code, said = tool("auditwheel", "show", wheel)
    found = re.search(r'platform tag: "(\w+?)_(\d+)_(\d+)_(\w+)"', said)
    if code or not found:
        return said or "nothing was said"
    platforms = {tag.platform for tag in tags(wheel)}
    forms = [re.fullmatch(r"(\w+?)_(\d+)_(\d+)_(\w+)", name) for name in platforms]
    for form in filter(None, forms):
        same = (form[1], form[4]) == (found[1], found[4])
        needed = (int(found[2]), int(found[3]))
        allowed = (int(form[2]), int(form[3]))
        if form[1] == "manylinux":
            allowed = max(allowed, oldest_policy(form[4]))
        if not same or needed > allowed:
            return said
    return ""


def oldest_policy(arch: str) -> tuple[int, int]:
    """The oldest glibc that auditwheel knows of for an architecture; nothing older can be its answer."""
    from auditwheel.architecture import Architecture
    from auditwheel.libc import Libc
    from auditwheel.policy import WheelPolicies

    names = [policy.name for policy in WheelPolicies(libc=Libc.GLIBC, arch=Architecture(arch))]
    found = [re.fullmatch(r"manylinux_(\d+)_(\d+)_\w+", name) for name in names]
    return min((int(name[1]), int(name[2])) for name in found if name)


def tags(wheel: Path) -> set[object]:
    """The tags of a wheel's name."""
    return set(parse_tag("-".join(wheel.stem.split("-")[-3:])))


def abi3audit(wheel: Path) -> str:
    """Only symbols of the stable ABI are in an `abi3` wheel.

    abi3audit passes over what a module of its own defines for Python by the name of `PyInit_*` only;
    since CPython 3.15 it may be `PyModExport_*` (PEP 793), and is one in each `abi3t` module.
    """
    code, said = tool("abi3audit", "--strict", "--report", wheel)
    return said if code and not only_hooks(said) else ""


def only_hooks(said: str) -> bool:
    """Whether abi3audit's report objects to the export hooks of modules, and to nothing else."""
    try:
        report, _ = json.JSONDecoder().raw_decode(said)
        (wheel,) = report["specs"].values()
        results = [(found["name"], found["result"]) for found in wheel["wheel"]]
    except (ValueError, KeyError, TypeError):
        return False
    for name, result in results:
        hook = "PyModExport_" + name.partition(".")[0]
        if not result["is_abi3_baseline_compatible"] or set(result["non_abi3_symbols"]) - {hook}:
            return False
    return bool(results)


def delocate(wheel: Path) -> str:
    """Every library of a macOS wheel is found, for a macOS no newer and the machines of its tag."""
    done = subprocess.run(
        [sys.executable, "-c", DELOCATE, wheel],
        capture_output=True,
        encoding="utf-8",
        cwd=Path(__file__).parent.parent,
    )
    failed = done.stderr.strip().rpartition("\n")[2] if done.returncode else ""
    return done.stdout + failed


DELOCATE = r"""
import subprocess, sys, tempfile, zipfile
from pathlib import Path
import delocate.tools
from tests.otool import answer
def run(words, *, check):
    return subprocess.CompletedProcess(words, 0, answer(list(map(str, words[1:]))), "")
delocate.tools._run = run
from delocate.delocating import _calculate_minimum_wheel_name
from delocate.libsana import wheel_libs
file = Path(sys.argv[1])
for library in wheel_libs(str(file)):
    if library.startswith("/") and not library.startswith(("/usr/lib/", "/System/")):
        print(f"needs {library}")
with tempfile.TemporaryDirectory() as folder:
    zipfile.ZipFile(file).extractall(folder)
    name, _ = _calculate_minimum_wheel_name(file.name, Path(folder), None)
def floors(name):
    tags = name.removesuffix(".whl").split("-")[-1].split(".")
    return max(tuple(map(int, tag.split("_")[1:3])) for tag in tags)
if floors(name) > floors(file.name):
    print(f"should be called {name}")
"""
"""delocate has no command that only looks, so its functions are called; Apple's `otool`, which they ask
dozens of times, is nowhere but on a Mac."""


def delvewheel(wheel: Path) -> str:
    """No DLL of a Windows wheel would have to be brought along."""
    code, said = tool("delvewheel", "show", wheel)
    if code or "was not found" in said or "will be copied" not in said:
        return said or "nothing was said"
    copied = re.search(r"will be copied into the wheel\.?\s+(.*?) (?:The following|$)", said)
    return "" if copied is None or copied[1] == "None" else said


def twine(wheel: Path) -> str:
    """Metadata is there, and its description can be shown."""
    code, said = tool("twine", "check", "--strict", wheel)
    return said if code else ""


def check_wheel_contents(wheel: Path) -> str:
    """RECORD fits, and the contents are none of those that are usually a mistake."""
    code, said = tool("check_wheel_contents", wheel)
    return said if code else ""


def packaging(wheel: Path) -> str:
    """Its name is that of a wheel."""
    try:
        parse_wheel_filename(wheel.name)
    except ValueError as error:
        return str(error)
    return ""


def unzip(wheel: Path) -> str:
    """Every entry can be unpacked, once."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            bad = archive.testzip()
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        return str(error)
    doubled = sorted({name for name in names if names.count(name) > 1})
    return bad or " ".join(doubled)


def wheelfile(wheel: Path) -> str:
    """Each hash in RECORD is that of the file."""
    from wheel.wheelfile import WheelError, WheelFile

    try:
        with WheelFile(str(wheel)) as archive:
            for name in archive.namelist():
                archive.read(name)
    except (WheelError, zipfile.BadZipFile, KeyError) as error:
        return str(error)
    return ""


JUDGES: Mapping[str, Callable[[Path], str]] = {
    "abi3audit": abi3audit,
    "auditwheel": auditwheel,
    "check-wheel-contents": check_wheel_contents,
    "delocate": delocate,
    "delvewheel": delvewheel,
    "packaging": packaging,
    "twine": twine,
    "wheel": wheelfile,
    "zipfile": unzip,
}


def judges_of(wheel: Path) -> list[str]:
    """Names of those whose subject a wheel is."""
    said = wheel.stem.split("-")
    names = ["check-wheel-contents", "packaging", "twine", "wheel", "zipfile"]
    names += ["abi3audit"] if "abi3" in said[-2] else []
    names += ["auditwheel"] if said[-1].startswith(("manylinux", "musllinux")) else []
    names += ["delocate"] if said[-1].startswith("macosx") else []
    names += ["delvewheel"] if said[-1].startswith("win") else []
    return sorted(names)


def objections(wheel: Path) -> dict[str, str]:
    """What any judge has against a wheel, by name."""
    said = {name: JUDGES[name](wheel) for name in judges_of(wheel)}
    return {name: text for name, text in said.items() if text}
