"""Which headers go into a pack."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.target.machines import write_headers, write_pack
from zigwheel.errors import HeadersError
from zigwheel.target.header_packs import pack_place
from zigwheel.target.installation import HeaderSource, headers_below, read_headers
from zigwheel.wheel.header_project import Choice, assemble, choose, licence_of


def source(prefix: Path, release: str, *, mark: str = "", edited: bool = False) -> HeaderSource:
    """The headers of an installation."""
    version = ".".join(release.split(".")[:2])
    include = write_headers(prefix / "include" / f"python{version}{mark}", release)
    if edited:
        (include / "object.h").write_text("/* edited */\n", encoding="utf-8")
    found = read_headers(include, "test")
    assert found
    return found


def told(choice: Choice) -> list[tuple[str, str, bool]]:
    return [(python.folder, python.release, python.free_threaded) for _, python in choice.pythons]


def test_the_newest_release_of_each_version(tmp_path: Path) -> None:
    releases = ("3.13.2", "3.9.1", "3.13.10", "3.14.0rc1", "3.14.0", "3.13.10")
    choice = choose(source(tmp_path / str(i), release) for i, release in enumerate(releases))
    assert told(choice) == [
        ("include/python3.9", "3.9.1", False),
        ("include/python3.13", "3.13.10", False),
        ("include/python3.14", "3.14.0", False),
    ]
    assert choice.notes == (
        f"3.13.10 is newer than 3.13.2 in {tmp_path}/0/include/python3.13",
        f"3.14.0 is newer than 3.14.0rc1 in {tmp_path}/3/include/python3.14",
    )


def test_without_the_gil_they_are_the_same(tmp_path: Path) -> None:
    both = [source(tmp_path / "b", "3.13.2", mark="t"), source(tmp_path / "a", "3.13.2")]
    choice = choose(both)
    assert told(choice) == [("include/python3.13", "3.13.2", False)]
    assert choice.notes == ()
    assert told(choose(both[:1])) == [("include/python3.13", "3.13.2", True)]


def test_without_the_gil_they_differ(tmp_path: Path) -> None:
    without = source(tmp_path / "b", "3.13.2", mark="t", edited=True)
    choice = choose([without, source(tmp_path / "a", "3.13.2")])
    assert told(choice) == [
        ("include/python3.13", "3.13.2", False),
        ("include/python3.13t", "3.13.2", True),
    ]
    one, other = (python.sha256 for _, python in choice.pythons)
    assert one != other


def test_of_one_release_the_first(tmp_path: Path) -> None:
    first, edited = source(tmp_path / "a", "3.13.2"), source(tmp_path / "b", "3.13.2", edited=True)
    for one, other in ((first, edited), (edited, first)):
        choice = choose([one, other])
        ((chosen, _),) = choice.pythons
        assert chosen is one
        assert choice.notes == (
            f"3.13.2 in {other.include} differs from 3.13.2 in {one.include}, which is taken",
        )


def test_a_damaged_pack_is_not_packed(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "3.13.2")
    (pack / "include" / "python3.13" / "object.h").unlink()
    with pytest.raises(HeadersError, match="is damaged"):
        choose(pack_place(pack).sources)


@pytest.mark.parametrize(
    "place",
    [
        "lib/python3.13/LICENSE.txt",
        "lib64/python3.13/LICENSE.txt",
        "share/licenses/python3.13-libs/LICENSE",
        "share/doc/libpython3.13-dev/copyright",
        "LICENSE.txt",
    ],
)
def test_the_licence_is_found(tmp_path: Path, place: str) -> None:
    choice = choose([source(tmp_path / "a", "3.13.2"), source(tmp_path / "b", "3.14.2")])
    with pytest.raises(HeadersError) as raised:
        licence_of(choice)
    assert str(raised.value).startswith("CPython's licence, which goes with its headers, is beside")
    assert str(tmp_path / "a" / "include" / "python3.13") in str(raised.value)
    file = tmp_path / "a" / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("terms\n", encoding="utf-8")
    assert licence_of(choice) == file


def test_the_licence_of_windows(tmp_path: Path) -> None:
    write_headers(tmp_path / "Include", "3.13.2")
    (tmp_path / "LICENSE.txt").write_text("terms\n", encoding="utf-8")
    assert licence_of(choose(headers_below(tmp_path, "test").sources)) == tmp_path / "LICENSE.txt"


def test_the_project_is_the_same_from_windows(tmp_path: Path) -> None:
    """With its line ends, and a `pyconfig.h` of its own, which is left out."""
    unix, windows = source(tmp_path / "a", "3.13.2"), source(tmp_path / "b", "3.13.2")
    for header in windows.include.rglob("*.h"):
        header.write_bytes(header.read_bytes().replace(b"\n", b"\r\n"))
    (windows.include / "pyconfig.h").write_text("#define MS_WIN64\n", encoding="utf-8")
    licence = tmp_path / "LICENSE"
    projects = []
    for name, one, ends in (("one", unix, b"\n"), ("other", windows, b"\r\n")):
        licence.write_bytes(b"terms" + ends)
        assemble(tmp_path / name, choose([one]), version="2026.11", licence=licence)
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        projects.append({p.relative_to(tmp_path / name): p.read_bytes() for p in files})
    assert projects[0] == projects[1]
    assert not any(path.name == "pyconfig.h" for path in projects[0])
    (found,) = pack_place(tmp_path / "one" / "src" / "zigwheel_headers").sources
    assert found.release == "3.13.2"
