"""Carry cells out: build, audit, import, exercise."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zigwheel
from tests.foreign.cache import cache_root
from tests.foreign.python import ForeignPython, Unavailable
from tests.foreign.registry import PYTHONS, python_named
from tests.proof.cells import Cell, Flavour
from tests.proof.outcome import Outcome

PACKAGE = Path(__file__).parent.parent / "packages" / "exercise"


class Failed(Exception):
    """A step of a cell went wrong; the message is all that was said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Workshop:
    """What all cells share."""

    folder: Path
    """For everything that is made."""
    project: Path
    """The sdist, unpacked."""

    def wheels(self, cell: Cell) -> Path:
        """The folder for the wheel of a cell."""
        return self.folder / "wheels" / cell.name.replace(" ", "-")


def open_workshop(folder: Path) -> Workshop:
    """Make the sdist of the exercise and unpack it. Raises `Failed`."""
    (folder / "sdist").mkdir(parents=True)
    said = zigwheel_says(["sdist", "-o", folder / "sdist", PACKAGE])
    with tarfile.open(said.strip().splitlines()[-1]) as archive:
        if sys.version_info >= (3, 12):
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(folder)
    return Workshop(folder=folder, project=folder / "exercise-1.0")


def zigwheel_says(words: Sequence[str | Path], **environ: str) -> str:
    """What a command of zigwheel's prints, run as users run it. Raises `Failed`."""
    source = str(Path(zigwheel.__file__).parent.parent)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "ZIGWHEEL_"))}
    named = {"ZIGWHEEL_ZIG": os.environ["ZIGWHEEL_ZIG"]} if "ZIGWHEEL_ZIG" in os.environ else {}
    own = {"PYTHONPATH": source, "ZIGWHEEL_CACHE_DIR": str(cache_root() / "zigwheel")}
    command = [sys.executable, "-m", "zigwheel", *map(str, words)]
    done = subprocess.run(
        command,
        env={**kept, **named, **own, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def carry_out(cells: Iterable[Cell], workshop: Workshop, *, jobs: int) -> Iterator[Outcome]:
    """The outcome of each cell, as they come about."""
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(outcome_of, cell, workshop) for cell in cells]
        for future in as_completed(futures):
            yield future.result()


def outcome_of(cell: Cell, workshop: Workshop) -> Outcome:
    """Build and audit the wheel of a cell, and run it wherever it can be run."""
    wheel = ""
    ran: dict[str, str] = {}
    try:
        headers = headers_for(cell.flavour, cell.platform.name)
        made = built(cell, workshop, headers)
        wheel = made.name
        zigwheel_says(["audit", made])
        for python in pythons_of(cell):
            ran[python.name] = exercised(cell, python, made)
    except Unavailable as error:
        return Outcome(cell=cell, wheel=wheel, ran=ran, reason=str(error))
    except Failed as error:
        return Outcome(cell=cell, wheel=wheel, ran=ran, failed=str(error))
    return Outcome(cell=cell, wheel=wheel, ran=ran, reason=cell.why_not(PYTHONS))


def headers_for(flavour: Flavour, platform: str) -> Path | None:
    """The headers of a Python out of the registries; None to leave it to zigwheel what it finds.

    CPython's are the same for every platform, so that those for x86-64 do.
    """
    name = f"{flavour.header_version}-{platform}"
    if not flavour.python.startswith("pp"):
        name = f"{flavour.header_version}-manylinux_x86_64"
    return python_named(name).include if name in PYTHONS else None


def built(cell: Cell, workshop: Workshop, headers: Path | None) -> Path:
    """The wheel of a cell. Raises `Failed`."""
    out = workshop.wheels(cell)
    words: list[str | Path] = ["build", "--output-dir", out, workshop.project]
    words += ["--target", cell.platform.target or cell.platform.name]
    words += ["--python", cell.flavour.python]
    words += [f"-Cpython-headers={headers}"] if headers else []
    words += [f"-Cpy-api={cell.flavour.py_api}"] if cell.flavour.py_api else []
    environ = {} if cell.platform.cxx else {"EXERCISE_C_ONLY": "1"}
    zigwheel_says(words, **environ)
    (wheel,) = out.glob("*.whl")
    return wheel


def pythons_of(cell: Cell) -> list[ForeignPython]:
    """The interpreters that load the wheel of a cell. Raises `Unavailable`."""
    return [python_named(name) for name in cell.interpreters(PYTHONS)]


def exercised(cell: Cell, python: ForeignPython, wheel: Path) -> str:
    """The version of an interpreter that imports a wheel and passes all checks. Raises `Failed`."""
    folder = unpacked(wheel)
    try:
        done = python.run(
            ["-m", "exercise"],
            pythonpath=[folder],
            cwd=folder,
            environ=small_numbers(python),
            timeout=900,
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{python.name}: no end after {error.timeout} seconds") from error
    try:
        said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        said = {}
    wrong = [*told_wrong(said.get("about", {}), python), *checks_wrong(said.get("results", {}))]
    if done.returncode != 0 or wrong:
        told = "".join(f"  {line}\n" for line in wrong)
        raise Failed(
            f"{python.name} ends with {done.returncode} for {cell.name}:\n{told}"
            + ("" if said else f"{done.stdout}{done.stderr}")
        )
    return str(said["about"]["version"])


@functools.cache
def unpacked(wheel: Path) -> Path:
    """A wheel's files in a folder beside it."""
    folder = wheel.parent / "files"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def small_numbers(python: ForeignPython) -> dict[str, str]:
    """Where temporary files go: on machines of 32 bits into memory, if this system has such a folder.

    qemu hands out the 64-bit directory offsets of this kernel's disks, which a 32-bit kernel never
    does, and for which libc++'s `readdir` has no room.
    """
    memory = Path("/dev/shm")
    return {"TMPDIR": str(memory)} if bits_of(python) == 32 and memory.is_dir() else {}


def bits_of(python: ForeignPython) -> int:
    """Size of a pointer, as the name says it."""
    return 32 if python.target.endswith(("i686", "armv7l", "win32")) else 64


def told_wrong(about: Mapping[str, Any], python: ForeignPython) -> Iterator[str]:
    """Where an interpreter is another than its name says."""
    kind, version = ("pypy", python.tag[2:]) if python.tag.startswith("pp") else ("cpython", "")
    version = version or python.tag[2:].rstrip("t")
    if about.get("implementation") != kind:
        yield f"implementation: {about.get('implementation')}, expected {kind}"
    if not str(about.get("version", "")).startswith(f"{version[0]}.{version[1:]}."):
        yield f"version: {about.get('version')}, expected {version[0]}.{version[1:]}"
    if about.get("without GIL") != python.tag.endswith("t"):
        yield f"without GIL: {about.get('without GIL')}"
    order = "big" if python.target.endswith("s390x") else "little"
    if about.get("byteorder") != order:
        yield f"byte order: {about.get('byteorder')}, expected {order}"
    if about.get("bits") != bits_of(python):
        yield f"bits: {about.get('bits')}, expected {bits_of(python)}"


def checks_wrong(results: Mapping[str, str]) -> Iterator[str]:
    """The checks that did not pass."""
    if not results:
        yield "no check was run"
    for name, result in results.items():
        if result != "ok":
            yield f"{name}: {result}"


def without_run(outcomes: Collection[Outcome]) -> list[Outcome]:
    """Cells for which there should be an interpreter, and that it has not run."""
    return [one for one in outcomes if one.cell.interpreters(PYTHONS) and not one.ran]
