"""Where headers of installed distributions are found, in environments made by hand."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from zigwheel.borrowed.find import found, include_path
from zigwheel.borrowed.keep import keep, state
from zigwheel.config.requirements import wanted_as
from zigwheel.errors import ConfigError, PlanError
from zigwheel.target.triple import Triple

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Makes a distribution `demo-headers` of files, as an installer leaves it, on `sys.path`."""
    site = tmp_path / "env" / "lib" / "site"
    site.mkdir(parents=True)
    monkeypatch.syspath_prepend(site)

    def make(files: dict[str, str], *, entry_points: str = "", version: str = "1.5") -> Path:
        for name, text in files.items():
            file = site / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        info = site / "demo_headers.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: demo-headers\nVersion: {version}\n"
        )
        (info / "entry_points.txt").write_text(entry_points)
        (info / "RECORD").write_text("".join(f"{name},,\n" for name in files))
        return site

    return make


def seen(requirement: str = "demo_headers>=1") -> dict[str, str]:
    """What `include-from` finds: the content of each header by its name."""
    path = os.pathsep.join(sys.path)
    package = found(
        wanted_as(requirement, place="here"),
        python=sys.executable,
        environ={**os.environ, "PYTHONPATH": path},
    )
    return {name: file.read_text() for name, file in package.files.items()}


def test_by_the_file_of_pkg_config(install: Install) -> None:
    install(
        {
            "demo/__init__.py": "raise SystemExit('it is not imported')",
            "demo/share/__init__.py": "",
            "demo/share/demo.pc": "base=${pcfiledir}/..\ndir=${base}/inc\nName: demo\nCflags: -I${dir} -DX\n",
            "demo/inc/demo/a.h": "a",
            "demo/inc/demo/Dense": "dense",
            "demo/inc/demo/notes.txt": "no header",
            "demo/inc/demo/__pycache__/b.h": "no header",
        },
        entry_points="[pkg_config]\ndemo = demo.share\n",
    )
    assert seen() == {"demo/a.h": "a", "demo/Dense": "dense"}


@pytest.mark.parametrize(
    "said",
    [
        "def get_include(): return HERE + '/inc'",
        "import pathlib\ndef include_dir(): print('chatter'); return pathlib.Path(HERE, 'inc')",
        "def get_includes(): return [HERE + '/inc', HERE + '/more', HERE + '/missing']",
    ],
)
def test_by_the_function_of_the_module(install: Install, said: str) -> None:
    install(
        {
            "demo_headers/__init__.py": f"import os\nHERE = os.path.dirname(__file__)\n{said}\n",
            "demo_headers/inc/a.h": "first",
            "demo_headers/more/a.h": "second",
            "demo_headers/more/b.hpp": "b",
        }
    )
    more = {"b.hpp": "b"} if "more" in said else {}
    assert seen() == {"a.h": "first", **more}


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"demo/include/demo/a.h": "x"}, ["demo/a.h"]),
        ({"../../include/site/python3.13/demo/a.h": "x", "demo/b.h": "x"}, ["demo/a.h"]),
        ({"../../include/python3.13t/demo/a.h": "x"}, ["demo/a.h"]),
        ({"demo/a.h": "x", "demo/sub/b.h": "x", "demo/c.py": ""}, ["demo/a.h", "demo/sub/b.h"]),
    ],
)
def test_by_the_record(install: Install, files: dict[str, str], names: list[str]) -> None:
    install(files)
    assert list(seen()) == names


def test_what_is_wrong_is_said(install: Install) -> None:
    with pytest.raises(PlanError, match=r"`here` names 'nobody-has-this', but .* is not installed"):
        seen("nobody-has-this")
    install({"demo_headers/__init__.py": ""})
    with pytest.raises(PlanError, match=r"but demo-headers 1\.5 is installed"):
        seen("demo-headers>=2")
    with pytest.raises(PlanError, match=r"demo-headers 1\.5 shows no folder of headers"):
        seen()
    with pytest.raises(ConfigError, match="`here` is 'a b', no requirement"):
        seen("a b")


def test_a_function_that_fails_is_shown(install: Install) -> None:
    install(
        {"demo_headers/__init__.py": "def get_include(): raise RuntimeError('no folder today')"}
    )
    with pytest.raises(PlanError, match="no folder today"):
        seen()


def test_a_marker_decides() -> None:
    assert not wanted_as("numpy; python_version < '3'", place="").holds
    assert wanted_as("numpy; python_version > '3'", place="").holds


def test_the_copy_is_named_after_its_content(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = install({"demo/include/a.h": "one\r\ntwo\r\n", "demo/include/b/c.h": "c"})
    wanted = wanted_as("demo-headers", place="")
    triple = Triple(arch="x86_64", os="linux", libc="gnu", floor=(2, 17))

    def kept() -> Path:
        package = found(wanted, python=sys.executable, environ=os.environ)
        return keep(package, wanted, triple, tmp_path / "cache").folder

    first, before = kept(), state("demo-headers", python=sys.executable, environ=os.environ)
    assert (first / "a.h").read_bytes() == b"one\ntwo\n"
    assert (first / "b" / "c.h").is_file()
    assert kept() == first
    (site / "demo" / "include" / "a.h").write_text("three\n")
    assert kept() != first
    assert state("demo-headers", python=sys.executable, environ=os.environ) != before
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p != str(site)])
    assert state("demo-headers", python=sys.executable, environ=os.environ) == ""


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("pkg/include/a.h", "a.h"),
        ("../../../include/site/python3.11/greenlet/greenlet.h", "greenlet/greenlet.h"),
        ("../../include/pypy3.11/x/y.h", "x/y.h"),
        ("include/pythonic/a.h", "pythonic/a.h"),
        ("pkg/includes/a.h", ""),
    ],
)
def test_the_path_below_include(path: str, below: str) -> None:
    assert include_path(path) == below
