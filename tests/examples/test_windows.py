"""The examples, cross-built for Windows: run by python.org's CPython under Wine, or read by pefile."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pefile
import pytest

from tests.examples.rig import EXTENSIONS, tried, unpacked
from tests.foreign.python import ForeignPython

Builder = Callable[..., Path]
Foreign = Callable[[str], ForeignPython]

NOT_UNDER_WINE = {"rollmean": "NumPy's own wheel calls `crealf`, which the UCRT of Wine 8 has not"}
CASES = [
    (name, tag)
    for tag in ("cp311", "cp313", "cp314")
    for name in EXTENSIONS
    if name not in NOT_UNDER_WINE
]
CASES += [(name, tag) for tag in ("cp313t", "cp314t") for name in ("fastsum", "geometry")]
CASES += [("spans", "cp313t")]
CASES += [("packbits", "cp314t")]  # the first free-threaded Python that cffi is for

MACHINES = {"win_amd64": "AMD64", "win32": "I386", "win_arm64": "ARM64"}
NOT_FOR = {("twins", "win32"): "it says itself that it needs integers of 128 bits"}


@pytest.fixture
def settings(foreign: Foreign) -> Callable[[str, str], list[str]]:
    """The settings of a build for a Windows and a Python, whose headers are those of Debian's."""

    def settings_of(platform: str, tag: str) -> list[str]:
        include = foreign(f"{tag.rstrip('t')}-manylinux_x86_64").include
        return [f"target={platform}", f"python={tag}", f"python-headers={include}"]

    return settings_of


@pytest.mark.slow
@pytest.mark.parametrize(("name", "tag"), CASES)
def test_works_on_windows(
    name: str,
    tag: str,
    built: Builder,
    settings: Callable[[str, str], list[str]],
    foreign: Foreign,
    tmp_path: Path,
) -> None:
    python = foreign(f"{tag}-win_amd64")
    wheel = built(name, settings("win_amd64", tag))
    assert tried(python, name, wheel, tmp_path) > 2


@pytest.mark.slow
def test_a_program_runs_on_windows(
    built: Builder,
    settings: Callable[[str, str], list[str]],
    foreign: Foreign,
    tmp_path: Path,
) -> None:
    wheel = built("shout", settings("win_amd64", "cp313"))
    program = unpacked(wheel, tmp_path) / "bin" / "shout.exe"
    python = foreign("cp313-win_amd64")
    code = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:], timeout=60).returncode)"
    done = python.run(["-c", code, program, "--version"], cwd=tmp_path)
    assert (done.returncode, done.stdout.split()) == (0, ["shout", "3.1.4"]), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("platform", MACHINES)
@pytest.mark.parametrize("name", EXTENSIONS)
def test_every_windows_as_pefile_reads_it(
    name: str, platform: str, built: Builder, settings: Callable[[str, str], list[str]]
) -> None:
    if (name, platform) in NOT_FOR:
        pytest.skip(NOT_FOR[name, platform])
    wheel = built(name, settings(platform, "cp313"))
    assert wheel.name.endswith(f"-{platform}.whl")
    with zipfile.ZipFile(wheel) as archive:
        files = {n: archive.read(n) for n in archive.namelist() if n.endswith(".pyd")}
    assert files
    for path, data in files.items():
        file = pefile.PE(data=data)
        assert pefile.MACHINE_TYPE[file.FILE_HEADER.Machine].endswith(MACHINES[platform])
        stem, _, suffix = path.rpartition("/")[2].partition(".")
        assert suffix in ("pyd", f"cp313-{platform}.pyd")
        shown = [symbol.name.decode() for symbol in file.DIRECTORY_ENTRY_EXPORT.symbols]
        # pybind11 marks its exceptions `dllexport`, which Windows' linkers obey
        assert [n for n in shown if not n.startswith("_Z")] == [f"PyInit_{stem}"]
        wanted = {entry.dll.decode() for entry in file.DIRECTORY_ENTRY_IMPORT}
        python = "python3.dll" if suffix == "pyd" else "python313.dll"
        assert python in wanted
        assert all(n == python or n.startswith(("KERNEL32.", "api-ms-win-crt-")) for n in wanted)
        # no path of this machine, and no name of a file with debug information
        assert b"zigwheel" not in data
        assert b".pdb" not in data
