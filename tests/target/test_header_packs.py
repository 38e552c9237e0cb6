"""Header packs as a source of headers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.target.machines import install, machine, write_headers, write_pack
from zigwheel.errors import HeadersError
from zigwheel.target.header_packs import KEPT, MANIFEST, Packs, keep, packs_here
from zigwheel.target.header_tree import header_files, headers_sha256
from zigwheel.target.headers import find_headers
from zigwheel.target.installation import HeaderSource, read_headers
from zigwheel.target.python import parse_python


def find(
    packs: Packs,
    python: str = "3.13",
    *,
    minimum: tuple[int, int] | None = None,
    given: str = "",
    path: Path | None = None,
    include: Path | None = None,
) -> HeaderSource:
    return find_headers(
        parse_python(python),
        limited_api_minimum=minimum,
        given=given,
        host=machine(version=(3, 13), include=include),
        environ={"PATH": str(path)} if path else {},
        packs=packs,
    )


def test_an_installed_pack_goes_before_interpreters(tmp_path: Path) -> None:
    """It was put there, and is the same on every machine."""
    own = write_headers(tmp_path / "own", "3.13.9")
    pack = write_pack(tmp_path / "pack", "3.12.1", "3.13.2")
    source = find(Packs(installed=pack), include=own)
    assert (source.release, source.origin) == ("3.13.2", "zigwheel-headers 2026.11")
    assert source.include == pack / "include" / "python3.13"
    given = write_headers(tmp_path / "given", "3.13.4")
    assert find(Packs(installed=pack), include=own, given=str(given)).release == "3.13.4"


@pytest.mark.skipif(os.name != "posix", reason="installations of Unix")
def test_a_kept_pack_comes_after_interpreters(tmp_path: Path) -> None:
    write_pack(tmp_path / "kept" / "a", "3.13.2", "3.11.1")
    write_pack(tmp_path / "kept" / "b", "3.13.10")
    packs = Packs(kept=tmp_path / "kept")
    assert find(packs).release == "3.13.10"
    assert find(packs, "3.11").release == "3.11.1"
    install(tmp_path / "other", "3.13.1")
    assert find(packs, path=tmp_path / "other" / "bin").release == "3.13.1"


def test_the_stable_abi_takes_newer_ones_from_packs(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "3.12.1", "3.14.2")
    kept = write_pack(tmp_path / "kept" / "a", "3.13.1").parent
    packs = Packs(installed=pack, kept=kept)
    assert find(packs, "3.11", minimum=(3, 10)).release == "3.12.1"
    assert find(packs, "3.13", minimum=(3, 10)).release == "3.13.1"


def test_a_pack_can_be_named(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "3.12.1", "3.13.2")
    assert find(Packs(), given=str(pack)).release == "3.13.2"


def test_the_error_tells_what_packs_hold(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "3.12.1")
    packs = Packs(installed=pack, kept=tmp_path / "kept")
    with pytest.raises(HeadersError) as raised:
        find(packs)
    lines = str(raised.value).splitlines()
    assert f"  zigwheel-headers 2026.11, {pack}: Python 3.12.1" in lines
    assert f"  kept header packs, {tmp_path}/kept: not there" in lines


def edit(name: str, old: str, new: str) -> Callable[[Path], object]:
    """Change a file of a pack."""

    def change(pack: Path) -> None:
        text = (pack / name).read_text(encoding="utf-8")
        assert old in text
        (pack / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


OBJECT = "include/python3.13/object.h"
DAMAGE: list[tuple[Callable[[Path], object], str]] = [
    (lambda pack: (pack / MANIFEST).unlink(), f"{MANIFEST} can't be read: No such file"),
    (edit(MANIFEST, "{", "<"), f"{MANIFEST} is no manifest: JSONDecodeError"),
    (edit(MANIFEST, '"pythons"', '"pythonses"'), f"{MANIFEST} is no manifest: KeyError"),
    (edit(MANIFEST, '"3.13"', '"3"'), f"{MANIFEST} is no manifest: ValueError"),
    (edit(MANIFEST, "include/python3.13", "../elsewhere"), "`../elsewhere` is no include folder"),
    (
        edit(MANIFEST, '"object.h": "', '"object.h": "0'),
        f"{MANIFEST} has another sha256 for include/python3.13 than its files give",
    ),
    (
        edit(OBJECT, "object.h of", "object.h off"),
        f"in include/python3.13, object.h has another sha256 than {MANIFEST} says",
    ),
    (lambda pack: (pack / OBJECT).unlink(), "in include/python3.13, object.h is missing"),
    (
        lambda pack: (pack / OBJECT).with_name("new.h").touch(),
        f"in include/python3.13, new.h is not in {MANIFEST}",
    ),
    (
        lambda pack: [file.unlink() for file in pack.rglob("*.h")],
        (
            "in include/python3.13, Python.h is missing, cpython/object.h is missing, "
            "internal/mimalloc/mimalloc.h is missing, and 3 more"
        ),
    ),
]


@pytest.mark.parametrize(("damage", "what"), DAMAGE, ids=range(len(DAMAGE)))
@pytest.mark.parametrize("kept", [False, True], ids=["installed", "kept"])
def test_a_damaged_pack(
    tmp_path: Path, damage: Callable[[Path], object], what: str, kept: bool
) -> None:
    pack = write_pack(tmp_path / "packs" / "one", "3.13.2")
    packs = Packs(kept=pack.parent) if kept else Packs(installed=pack)
    assert find(packs).release == "3.13.2"
    damage(pack)
    with pytest.raises(HeadersError) as raised:
        find(packs)
    assert str(raised.value).startswith(f"the header pack {pack} is damaged: {what}")
    assert "install `zigwheel-headers` again" in raised.value.hint


def test_a_pack_of_another_format(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "3.13.2")
    edit(MANIFEST, '"format": 1', '"format": 2')(pack)
    with pytest.raises(HeadersError) as raised:
        find(Packs(installed=pack))
    assert str(raised.value).startswith(f"the header pack {pack} has the format `2`, not `1`")


def test_only_what_is_used_is_checked(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "3.12.1", "3.13.2")
    (pack / "include" / "python3.12" / "object.h").unlink()
    assert find(Packs(installed=pack)).release == "3.13.2"


def test_keeping(tmp_path: Path) -> None:
    """A pack of the one Python, which is a pack like any other, and gives the same headers."""
    pack = write_pack(tmp_path / "environment", "3.12.1", "3.13.2")
    cache = tmp_path / "cache"
    source = find(Packs(installed=pack))
    kept = keep(source, cache)
    assert kept.include.is_relative_to(cache / KEPT)
    assert headers_sha256(kept, "") == headers_sha256(source, "")
    assert keep(kept, cache) == kept
    assert find(packs_here(cache)).include == kept.include
    (folder,) = os.listdir(cache / KEPT)
    table = json.loads((cache / KEPT / folder / MANIFEST).read_text(encoding="utf-8"))
    assert [entry["release"] for entry in table["pythons"]] == ["3.13.2"]
    assert keep(source, cache) == kept
    assert os.listdir(cache / KEPT) == [folder]


def test_an_interpreters_headers_are_not_kept(tmp_path: Path) -> None:
    source = read_headers(write_headers(tmp_path / "include", "3.13.2"), "test")
    assert source
    assert keep(source, tmp_path / "cache") == source
    assert not (tmp_path / "cache").exists()


def test_line_ends_of_windows_are_not_packed(tmp_path: Path) -> None:
    one = write_pack(tmp_path / "one", "3.13.2")
    (one / OBJECT).write_bytes((one / OBJECT).read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(HeadersError, match=r"object\.h has another sha256"):
        find(Packs(installed=one))
    assert "pyconfig.h" not in header_files(one / "include" / "python3.13")
