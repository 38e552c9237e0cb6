"""`zigwheel headers`, run as a user runs it."""

from __future__ import annotations

import email
import hashlib
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.cli.test_commands import zigwheel
from tests.hooks.conftest import cold_environ as cold_environ
from tests.hooks.conftest import environ as environ
from tests.hooks.conftest import make as make
from tests.hooks.conftest import shared as shared
from tests.hooks.conftest import site as site
from tests.hooks.conftest import tiny as tiny
from tests.hooks.conftest import ziglang as ziglang
from tests.hooks.rig import Project, unpacked
from tests.target.machines import install, write_headers

pytestmark = pytest.mark.skipif(os.name != "posix", reason="installations of Unix")

NAME = "zigwheel_headers-2026.11-py3-none-any.whl"


@pytest.fixture
def pythons(tmp_path: Path) -> Path:
    """Installations of several releases."""
    for release in ("3.13.2", "3.13.10", "3.14.1", "3.8.1"):
        install(tmp_path / "versions" / release, release)
    licence = tmp_path / "versions" / "3.14.1" / "lib" / "python3.14" / "LICENSE.txt"
    licence.parent.mkdir(parents=True)
    licence.write_text("CPython's terms\n", encoding="utf-8")
    return tmp_path / "versions"


def test_pack(tiny: Project, pythons: Path, tmp_path: Path) -> None:
    origins = [str(pythons / name) for name in ("3.13.2", "3.13.10", "3.14.1")]
    code, out, said = zigwheel(tiny, "headers", "pack", "--output", str(tmp_path / "out"), *origins)
    assert code == 0, said
    wheel = Path(out.strip())
    assert wheel == tmp_path / "out" / NAME
    include = pythons / "3.13.10" / "include" / "python3.13"
    assert f"include/python3.13: 3.13.10, FROM, {include}\n" in said
    left_out = pythons / "3.13.2" / "include" / "python3.13"
    assert f"left out: 3.13.10 is newer than 3.13.2 in {left_out}\n" in said
    folder = unpacked(wheel, tmp_path / "unpacked")
    pack = folder / "zigwheel_headers"
    table = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    assert [entry["release"] for entry in table["pythons"]] == ["3.13.10", "3.14.1"]
    for entry in table["pythons"]:
        for name, sha256 in entry["files"].items():
            content = (pack / entry["folder"] / name).read_bytes()
            assert hashlib.sha256(content).hexdigest() == sha256
    packed = {p.relative_to(pack).as_posix() for p in pack.rglob("*.h")}
    assert packed == {f"{e['folder']}/{name}" for e in table["pythons"] for name in e["files"]}
    info = folder / "zigwheel_headers-2026.11.dist-info"
    metadata = email.message_from_bytes((info / "METADATA").read_bytes())
    assert metadata["License-Expression"] == "Python-2.0 AND MIT"
    assert "| 3.13 | 3.13.10 |" in metadata.get_payload()
    assert (info / "licenses" / "LICENSE").read_text(encoding="utf-8") == "CPython's terms\n"


def test_packs_are_equal(tiny: Project, pythons: Path, tmp_path: Path) -> None:
    """From elsewhere, at another time, in another order, and whatever the environment says."""
    code, out, said = zigwheel(
        tiny,
        "headers",
        "pack",
        "-o",
        str(tmp_path / "a"),
        str(pythons / "3.14.1"),
        str(pythons / "3.13.2"),
    )
    assert code == 0, said
    moved = shutil.copytree(pythons, tmp_path / "moved", copy_function=shutil.copyfile)
    other = tiny.under(ZIGWHEEL_WHEEL_EXCLUDE="*.h", ZIGWHEEL_CACHE_DIR=str(tmp_path / "c"))
    words = [
        "headers",
        "pack",
        "-o",
        str(tmp_path / "b"),
        str(moved / "3.13.2"),
        str(moved / "3.14.1"),
    ]
    code, again, said = zigwheel(other, *words)
    assert code == 0, said
    assert Path(out.strip()).read_bytes() == Path(again.strip()).read_bytes()


def test_all_that_is_here_is_packed(tiny: Project, pythons: Path, tmp_path: Path) -> None:
    """But for what zigwheel has no facts about."""
    here = tiny.under(PYENV_ROOT=str(tmp_path))
    code, out, said = zigwheel(
        here, "headers", "pack", "-o", str(tmp_path / "out"), "--version", "2027.01+ours"
    )
    assert code == 0, said
    wheel = Path(out.strip())
    assert wheel.name == "zigwheel_headers-2027.1+ours-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        table = json.loads(archive.read("zigwheel_headers/manifest.json"))
    releases = [entry["release"] for entry in table["pythons"]]
    assert "3.14.1" in releases or any(r.startswith("3.14.") for r in releases)
    assert not any(release.startswith("3.8.") for release in releases)


def test_add_and_list(tiny: Project, pythons: Path, tmp_path: Path) -> None:
    own = tiny.under(ZIGWHEEL_CACHE_DIR=str(tmp_path / "cache"))
    code, out, said = zigwheel(own, "headers", "pack", "-o", str(tmp_path), str(pythons / "3.14.1"))
    assert code == 0, said
    code, kept, said = zigwheel(own, "headers", "add", out.strip())
    assert code == 0, said
    include = Path(kept.strip())
    assert include.is_relative_to(tmp_path / "cache" / "header-packs")
    assert (include / "Python.h").is_file()
    code, plain, said = zigwheel(own, "headers", "list")
    assert code == 0, said
    assert f"kept header packs, {tmp_path}/cache/header-packs: Python 3.14.1\n" in plain
    code, out, said = zigwheel(own, "headers", "list", "--json")
    (row,) = [row for row in json.loads(out) if row["include"] == str(include)]
    assert (row["release"], row["origin"]) == ("3.14.1", "zigwheel-headers 2026.11")


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("pack", "{here}/nowhere", "{here}/3.8.1"), 6, "FROM `{here}/nowhere` does not exist"),
        (("pack", "{here}/nowhere", "{here}/3.8.1"), 6, "`{here}/3.8.1`: Python 3.8.1 is not"),
        (("pack", "{here}/3.13.2"), 6, "CPython's licence"),
        (("pack", "{here}/3.14.1", "--version", "new"), 4, "--version `new` is no version"),
        (("pack", "{here}/3.14.1", "--license", "{here}/no"), 12, "reading CPython's licence"),
        (("add", "{here}/nowhere.whl"), 6, "{here}/nowhere.whl can't be read"),
        (("add", "{here}/some.whl"), 6, "{here}/some.whl is no wheel of `zigwheel-headers`"),
    ],
)
def test_errors(
    tiny: Project, pythons: Path, tmp_path: Path, words: tuple[str, ...], code: int, text: str
) -> None:
    with zipfile.ZipFile(pythons / "some.whl", "w") as archive:
        archive.writestr("some/__init__.py", "")
    out = ("-o", str(tmp_path / "out")) if words[0] == "pack" else ()
    ended, _, said = zigwheel(tiny, "headers", *(w.format(here=pythons) for w in words), *out)
    assert ended == code, said
    assert text.format(here=pythons) in said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_a_damaged_wheel_is_not_added(tiny: Project, pythons: Path, tmp_path: Path) -> None:
    own = tiny.under(ZIGWHEEL_CACHE_DIR=str(tmp_path / "cache"))
    _, out, _ = zigwheel(own, "headers", "pack", "-o", str(tmp_path), str(pythons / "3.14.1"))
    folder = unpacked(Path(out.strip()), tmp_path / "unpacked")
    header = folder / "zigwheel_headers" / "include" / "python3.14" / "object.h"
    header.write_text("/* other */\n", encoding="utf-8")
    damaged = shutil.make_archive(str(tmp_path / "damaged"), "zip", folder)
    code, out, said = zigwheel(own, "headers", "add", damaged)
    assert code == 6
    assert "is damaged: in include/python3.14, object.h has another sha256" in said
    assert out == ""
    assert not (tmp_path / "cache" / "header-packs").exists()


def test_an_unpacked_folder_of_headers(tiny: Project, tmp_path: Path) -> None:
    include = write_headers(tmp_path / "some" / "where", "3.12.4")
    terms = tmp_path / "terms.txt"
    terms.write_text("terms\n", encoding="utf-8")
    words = ["headers", "pack", str(include), "-o", str(tmp_path / "out"), "--license", str(terms)]
    code, out, said = zigwheel(tiny, *words)
    assert code == 0, said
    assert Path(out.strip()).is_file()
