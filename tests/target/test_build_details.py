"""`build-details.json`: the real one of Debian, those of other layouts, and malformed ones."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.target.machines import machine, write_headers
from zigwheel.errors import HeadersError
from zigwheel.target.build_details import BuildDetails, Malformed, read_details
from zigwheel.target.headers import find_headers
from zigwheel.target.installation import HeaderSource, headers_below, release_order
from zigwheel.target.python import parse_python

NAME = "build-details.json"


def details(prefix: str, **changes: Any) -> dict[str, Any]:
    """What CPython 3.14.2 writes when it is installed below a prefix; None takes a key away."""
    numbers = {"major": 3, "minor": 14, "micro": 2, "releaselevel": "final", "serial": 0}
    table: dict[str, Any] = {
        "schema_version": "1.0",
        "base_prefix": prefix,
        "base_interpreter": f"{prefix}/bin/python3.14",
        "platform": "linux-x86_64",
        "language": {"version": "3.14", "version_info": numbers},
        "implementation": {"name": "cpython", "version": numbers, "cache_tag": "cpython-314"},
        "abi": {"flags": []},
        "suffixes": {"extensions": [".cpython-314-x86_64-linux-gnu.so", ".abi3.so", ".so"]},
        "c_api": {
            "headers": f"{prefix}/include/python3.14",
            "pkgconfig_path": f"{prefix}/lib/pkgconfig",
        },
    }
    for key, value in changes.items():
        *outer, last = key.split("__")
        inner = table
        for word in outer:
            inner = inner[word]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    return table


def write(file: Path, content: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    file.write_text(text, encoding="utf-8")
    return file


def installed(prefix: Path, said: str, *, include: str = "include/python3.14") -> HeaderSource:
    """The one source below a prefix whose file says that it is somewhere else."""
    write_headers(prefix / include, "3.14.2")
    table = details(said, c_api__headers=f"{said}/{include}")
    write(prefix / "lib" / "python3.14" / NAME, table)
    (source,) = headers_below(prefix, "test").sources
    return source


@pytest.mark.parametrize(
    "said", ["/usr", "/install", "../.."], ids=["package", "built", "relative"]
)
def test_an_installation_that_was_moved(tmp_path: Path, said: str) -> None:
    """An unpacked package, a relocatable build, and paths relative to the file (PEP 739)."""
    prefix = tmp_path / "unpacked" / "usr"
    write_headers(prefix / "headers", "3.14.2")
    relative = said.startswith(".")
    table = details(said, c_api__headers="headers" if relative else f"{said}/headers")
    write(prefix / "lib" / "python3.14" / NAME, table)
    (source,) = headers_below(prefix, "test").sources
    assert source.include == prefix / "headers"
    assert source.details
    assert source.details.release == source.release == "3.14.2"


def test_headers_beside_the_prefix(tmp_path: Path) -> None:
    """The root of an unpacked distribution is found by where its prefix is."""
    write_headers(tmp_path / "root" / "opt" / "headers", "3.14.2")
    prefix = tmp_path / "root" / "usr" / "local"
    table = details("/usr/local", c_api__headers="/opt/headers")
    write(prefix / "lib64" / "python3.14" / NAME, table)
    (source,) = headers_below(prefix, "test").sources
    assert source.include == tmp_path / "root" / "opt" / "headers"


def test_of_windows(tmp_path: Path) -> None:
    """Read on another system as well."""
    said = "C:\\hostedtoolcache\\Python\\3.14.2\\x64"
    write_headers(tmp_path / "Include", "3.14.2")
    table = details(said, c_api__headers=f"{said}\\Include", abi__flags=["t"])
    file = write(tmp_path / "Lib" / NAME, table)
    read = read_details(file, tmp_path)
    assert read.headers == tmp_path / "Include"
    (source,) = headers_below(tmp_path, "test").sources
    assert source.free_threaded


def test_the_flags_tell_the_kind_of_build(tmp_path: Path) -> None:
    assert not installed(tmp_path, "/usr").free_threaded
    write(tmp_path / "lib" / "python3.14" / NAME, details("/usr", abi__flags=["t"]))
    (source,) = headers_below(tmp_path, "test").sources
    assert source.free_threaded


def test_of_several_machines(tmp_path: Path) -> None:
    """Debian's names, one for each machine; their headers are the same."""
    write_headers(tmp_path / "include" / "python3.14", "3.14.2")
    for machine_name in ("x86_64-linux-gnu", "aarch64-linux-gnu"):
        file = tmp_path / "lib" / "python3.14" / f"build-details..{machine_name}.json"
        write(file, details("/usr"))
    assert len(headers_below(tmp_path, "test").sources) == 1


@pytest.mark.parametrize("changes", [{"c_api": None}, {"implementation__name": "graalpy"}])
def test_none_of_cpythons(tmp_path: Path, changes: dict[str, Any]) -> None:
    write_headers(tmp_path / "odd", "3.14.2")
    table = details("/usr", c_api__headers="/usr/odd")
    write(tmp_path / "lib" / "python3.14" / NAME, table)
    assert len(headers_below(tmp_path, "test").sources) == 1
    table = details("/usr", **changes)
    write(tmp_path / "lib" / "python3.14" / NAME, table)
    assert not headers_below(tmp_path, "test").sources


MALFORMED: list[tuple[object, str]] = [
    ("{", "no JSON: Expecting property name"),
    ("[]", "the whole is `[]`, of the wrong type"),
    ("{}", "`schema_version` is missing"),
    (details("/usr", schema_version="2.0"), "`schema_version` is `2.0`, only `1.0` is known"),
    (details("/usr", schema_version=1.0), "`schema_version` is `1.0`, of the wrong type"),
    (details("/usr", language__version=None), "`language.version` is missing"),
    (details("/usr", language__version="three"), "`language.version` is `three`"),
    (details("/usr", base_prefix=None), "`base_prefix` is missing"),
    (details("/usr", c_api=[]), "`c_api` is `[]`, of the wrong type"),
    (details("/usr", c_api__headers=["x"]), '`c_api.headers` is `["x"]`, of the wrong type'),
    (details("/usr", abi__flags="t"), '`abi.flags` is `"t"`, of the wrong type'),
    (details("/usr", abi__flags=[1]), "`abi.flags` is `[1]`, of the wrong type"),
    (details("/usr", implementation__version__micro=True), "`implementation.version.micro` is"),
    (
        details("/usr", implementation__version__releaselevel="gamma"),
        "`implementation.version.releaselevel` is `gamma`",
    ),
    (
        details("/usr", language__version="3.15"),
        "says Python 3.15, but {include} is of 3.14.2",
    ),
]


@pytest.mark.parametrize(("content", "what"), MALFORMED, ids=range(len(MALFORMED)))
def test_malformed(tmp_path: Path, content: object, what: str) -> None:
    """It is told, and the usual folders are looked at."""
    include = write_headers(tmp_path / "include" / "python3.14", "3.14.2")
    file = write(tmp_path / "lib" / "python3.14" / NAME, content)
    found = headers_below(tmp_path, "test")
    (source,) = found.sources
    assert (source.include, source.details) == (include, None)
    (note,) = found.notes
    assert note.startswith(f"{file}: {what.format(include=include)}")


def test_the_error_tells_what_is_malformed(tmp_path: Path) -> None:
    file = write(tmp_path / "versions" / "a" / "lib" / "python3.14" / NAME, "{}")
    for given_path, environ in (
        (str(tmp_path / "versions" / "a"), {}),
        ("", {"PYENV_ROOT": str(tmp_path)}),
    ):
        with pytest.raises(HeadersError) as raised:
            find_headers(
                parse_python("3.14"),
                limited_api_minimum=None,
                given=given_path,
                host=machine(),
                environ=environ,
            )
        assert f"{file}: `schema_version` is missing" in str(raised.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = ("schema_version", "base_prefix", "language", "implementation", "abi", "suffixes", "c_api")


@given(st.sampled_from(KEYS), JSON)
def test_any_value_is_read_or_malformed(tmp_path_factory: Any, key: str, value: object) -> None:
    file = write(tmp_path_factory.getbasetemp() / "any" / NAME, {**details("/usr"), key: value})
    with suppress(Malformed):
        assert isinstance(read_details(file, file.parent), BuildDetails)


def test_releases_in_order() -> None:
    order = "3.9.18 3.14.0a7 3.14.0b1 3.14.0rc2 3.14.0 3.14.0+ 3.14.1 3.14.10".split()
    keys = [release_order(release) for release in ("nonsense", *order)]
    assert all(one < other for one, other in pairwise(keys))


@pytest.mark.slow
def test_debians_own(debian_314: Path) -> None:
    """A real one, in unpacked packages: it says `/usr`, and its name has the machine's."""
    (source,) = headers_below(debian_314 / "usr", "test").sources
    assert source.include == debian_314 / "usr" / "include" / "python3.14"
    read = source.details
    assert read
    assert read.file.name != NAME
    assert (read.implementation, read.version, read.flags) == ("cpython", (3, 14), ())
    assert read.release == source.release
    assert ".abi3.so" in read.suffixes
    assert ".cpython-314-x86_64-linux-gnu.so" in read.suffixes
    assert read.pkgconfig
    assert read.pkgconfig.is_relative_to(debian_314 / "usr" / "lib")
    by_option = find_headers(
        parse_python("3.14"),
        limited_api_minimum=None,
        given=os.fspath(debian_314),
        host=machine(),
        environ={},
    )
    assert by_option.include == source.include
