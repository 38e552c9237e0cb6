"""The interpreters of other machines are what their names say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.foreign.debian import Archive, apt_sources, from_suites
from tests.foreign.python import ForeignPython, Unavailable
from tests.foreign.registry import PYTHONS
from tests.foreign.required import required
from tests.foreign.sysroot import MACHINES
from zigwheel.target.python import parse_python, suffix
from zigwheel.target.triple import ARCHITECTURES, WINDOWS_TAGS, Triple

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "interpreters.py"

ASKED = """
import importlib.machinery, json, os, socket, struct, sys, sysconfig, threading

listening = socket.create_server(("127.0.0.1", 0))
answers = []
thread = threading.Thread(target=lambda: answers.append(listening.accept()[0].recv(4).decode()))
thread.start()
with socket.create_connection(listening.getsockname()) as connection:
    connection.sendall(b"ping")
thread.join()

import beside

print(json.dumps({
    "version": list(sys.version_info[:2]),
    "implementation": sys.implementation.name,
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "bits": 8 * struct.calcsize("P"),
    "byteorder": sys.byteorder,
    "suffix": importlib.machinery.EXTENSION_SUFFIXES[0],
    "answers": answers,
    "beside": beside.word,
    "argument": open(sys.argv[1], encoding="utf-8").read(),
    "folder": os.listdir(),
}))
"""


def triple_of(python: ForeignPython) -> Triple:
    """The target in zigwheel's own words."""
    if python.is_windows:
        (arch,) = (arch for arch, tag in WINDOWS_TAGS.items() if tag == python.target)
        return Triple(arch=arch, os="windows", libc="gnu")
    form, _, arch = python.target.partition("_")
    return Triple(arch=arch, os="linux", libc="musl" if form == "musllinux" else "gnu")


@pytest.mark.slow
@pytest.mark.parametrize("name", PYTHONS)
def test_is_what_its_name_says(name: str, tmp_path: Path) -> None:
    python = required(name)
    target = parse_python(python.tag)
    triple = triple_of(python)
    facts = ARCHITECTURES[triple.arch]
    for folder in ("modules", "here"):
        (tmp_path / folder).mkdir()
    (tmp_path / "modules" / "beside.py").write_text("word = 'größer'", "utf-8")
    (tmp_path / "argument.txt").write_text("naïve", "utf-8")
    (tmp_path / "here" / "file").touch()
    done = python.run(
        ["-c", ASKED, tmp_path / "argument.txt"],
        pythonpath=[tmp_path / "modules"],
        cwd=tmp_path / "here",
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    # It looks for the very file that zigwheel writes.
    assert said.pop("suffix") == suffix(target, triple, stable_abi="")
    assert said == {
        "version": [3, target.minor],
        "implementation": target.implementation,
        "free_threaded": target.free_threaded,
        "bits": facts.bits,
        "byteorder": "big" if facts.big_endian else "little",
        "answers": ["ping"],
        "beside": "größer",
        "argument": "naïve",
        "folder": ["file"],
    }
    assert python.is_windows or (python.include and (python.include / "Python.h").is_file())


def test_every_interpreter_that_is_promised_is_in_the_table() -> None:
    for minor in (9, 11, 13, 14, 15):
        assert f"cp3{minor}-manylinux_x86_64" in PYTHONS
    for arch in MACHINES:
        assert f"cp313-manylinux_{arch}" in PYTHONS
    for minor in (11, 13, 14):
        assert f"cp3{minor}-win_amd64" in PYTHONS
    assert {"cp313t-manylinux_x86_64", "cp313-musllinux_x86_64"} <= PYTHONS.keys()


def test_paths_are_told_in_the_interpreter_s_way(tmp_path: Path) -> None:
    program = tmp_path / "python.exe"
    python = ForeignPython(name="cp313-win_amd64", root=tmp_path, python=program, prefix=("wine",))
    assert (python.tag, python.target) == ("cp313", "win_amd64")
    assert python.command([Path("/a/b.py"), "/c"]) == ["wine", str(program), "Z:\\a\\b.py", "/c"]
    other = ForeignPython(name="cp313-manylinux_i686", root=tmp_path, python=program)
    assert other.command([Path("/a/b.py")]) == [str(program), "/a/b.py"]


def test_an_interpreter_that_does_not_start_is_not_available(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    program.chmod(0o755)
    python = ForeignPython(name="cp313-manylinux_i686", root=tmp_path, python=program)
    with pytest.raises(Unavailable, match="cp313-manylinux_i686 does not start: broken"):
        python.release()
    program.write_text("#!/bin/sh\necho 3.13.1\n")
    assert python.release() == "3.13.1"
    program.unlink()
    assert python.release() == "3.13.1"


def test_another_suite_and_another_round_are_tried(tmp_path: Path) -> None:
    asked: list[str] = []

    def opened(suite: str, architecture: str, *, sources: bool) -> Archive:
        asked.append(suite)
        if len(asked) < 4:
            raise Unavailable(f"no {suite} yet")
        return Archive(folder=tmp_path)

    got: list[Archive] = []
    from_suites(("one", "two"), "amd64", got.append, pauses=(0, 0), opened=opened)
    assert asked == ["one", "two", "one", "two"]
    assert [archive.folder for archive in got] == [tmp_path]
    asked.clear()
    with pytest.raises(Unavailable, match="one amd64: no one yet\ntwo amd64: no two yet"):
        from_suites(("one", "two"), "amd64", got.append, pauses=(0,), opened=opened)


def test_apt_s_sources_are_read_in_both_forms(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text(
        "# deb http://comment/ x main\ndeb [arch=amd64] http://old/debian bookworm main contrib\n"
    )
    (tmp_path / "sources.list.d" / "new.sources").write_text(
        "Types: deb deb-src\nURIs: http://new/debian\nSuites: trixie trixie-updates\n"
        "Components: main\n"
    )
    assert list(apt_sources(tmp_path)) == [
        ("http://old/debian", ["bookworm"], ["main", "contrib"]),
        ("http://new/debian", ["trixie", "trixie-updates"], ["main"]),
    ]


def test_the_script_lists_names_and_refuses_others() -> None:
    def script(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, SCRIPT, *words], capture_output=True, text=True)

    assert script("--list").stdout.split() == list(PYTHONS)
    assert script("--list", "cp39-*").stdout == "cp39-manylinux_x86_64\n"
    refused = script("cp39-*", "cp27-win_amd64")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "no interpreter is called `cp27-win_amd64`" in refused.stderr
