"""Finding headers, in installations that the tests make themselves."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.target.machines import (
    PATCHLEVEL,
    install,
    machine,
    write_headers,
    write_program,
    write_pypy_headers,
)
from zigwheel.errors import HeadersError
from zigwheel.target.header_packs import REQUIREMENT
from zigwheel.target.headers import find_headers
from zigwheel.target.installation import HeaderSource, headers_below, prefixes_of, read_headers
from zigwheel.target.model import Host
from zigwheel.target.python import parse_python

pytestmark = pytest.mark.skipif(os.name != "posix", reason="installations of Unix")


ALONE = (
    f"or alone with `pip install {REQUIREMENT}`, or say where they are with -C python-headers=PATH"
)


def find(
    python: str = "3.13",
    *,
    host: Host | None = None,
    given: str = "",
    minimum: tuple[int, int] | None = None,
    environ: Mapping[str, str] | None = None,
) -> HeaderSource:
    return find_headers(
        parse_python(python),
        limited_api_minimum=minimum,
        given=given,
        host=host or machine(),
        environ=environ or {},
    )


def refused(**arguments: object) -> str:
    with pytest.raises(HeadersError) as raised:
        find(**arguments)  # type: ignore[arg-type]
    return str(raised.value)


def own(folder: Path, release: str = "3.12.1") -> Host:
    """A machine whose running interpreter has headers."""
    install(folder, release)
    minor = release.rpartition(".")[0]
    return machine(
        include=folder / "include" / f"python{minor}",
        executable=str(folder / "bin" / f"python{minor}"),
    )


def test_the_running_interpreter_comes_first(tmp_path: Path) -> None:
    host = own(tmp_path / "own", "3.13.2")
    install(tmp_path / "other", "3.13.9")
    source = find(host=host, environ={"PATH": str(tmp_path / "other" / "bin")})
    assert source == HeaderSource(
        include=tmp_path / "own" / "include" / "python3.13",
        version=(3, 13),
        release="3.13.2",
        origin="this interpreter",
    )


def test_on_path(tmp_path: Path) -> None:
    install(tmp_path / "a", "3.11.4")
    install(tmp_path / "b", "3.13.2")
    environ = {"PATH": os.pathsep.join(str(tmp_path / name / "bin") for name in "ab")}
    source = find(host=own(tmp_path / "own"), environ=environ)
    assert source.include == tmp_path / "b" / "include" / "python3.13"
    assert (source.release, source.origin) == ("3.13.2", "PATH")


def test_a_link_on_path_leads_to_its_installation(tmp_path: Path) -> None:
    program = install(tmp_path / "real", "3.13.2")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(program)
    source = find(environ={"PATH": str(tmp_path / "bin")})
    assert source.include == tmp_path / "real" / "include" / "python3.13"


def test_a_virtual_environment_leads_to_its_installation(tmp_path: Path) -> None:
    install(tmp_path / "real", "3.13.2")
    home = tmp_path / "real" / "bin"
    write_program(tmp_path / "venv" / "bin" / "python3", "exit 1")
    (tmp_path / "venv" / "pyvenv.cfg").write_text(
        f"home = {home}\ninclude-system-site-packages = false\n", encoding="utf-8"
    )
    by_path = find(environ={"PATH": str(tmp_path / "venv" / "bin")})
    by_option = find(given=str(tmp_path / "venv"))
    by_program = find(given=str(tmp_path / "venv" / "bin" / "python3"))
    expected = tmp_path / "real" / "include" / "python3.13"
    assert {by_path.include, by_option.include, by_program.include} == {expected}


def test_pyenv_takes_the_newest_release(tmp_path: Path) -> None:
    for release in ("3.13.2", "3.13.10", "3.12.9"):
        install(tmp_path / "versions" / release, release)
    source = find(environ={"PYENV_ROOT": str(tmp_path)})
    assert (source.release, source.origin) == ("3.13.10", "pyenv")
    assert source.include == tmp_path / "versions" / "3.13.10" / "include" / "python3.13"


def test_pyenv_in_the_home_folder(tmp_path: Path) -> None:
    install(tmp_path / ".pyenv" / "versions" / "3.13.2", "3.13.2")
    assert find(environ={"HOME": str(tmp_path)}).origin == "pyenv"


def test_shims_of_pyenv_are_not_asked(tmp_path: Path) -> None:
    mark = tmp_path / "was-run"
    write_program(tmp_path / "shims" / "python3.13", f"touch '{mark}'")
    environ = {"PYENV_ROOT": str(tmp_path), "PATH": str(tmp_path / "shims")}
    refused(environ=environ)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("variable", "folder"),
    [
        ("UV_PYTHON_INSTALL_DIR", ""),
        ("XDG_DATA_HOME", "uv/python"),
        ("HOME", ".local/share/uv/python"),
    ],
)
def test_uv(tmp_path: Path, variable: str, folder: str) -> None:
    name = "cpython-3.13.2-linux-x86_64-gnu"
    install(tmp_path / folder / name, "3.13.2")
    (tmp_path / folder / "cpython-3.13-linux-x86_64-gnu").symlink_to(name)
    source = find(environ={variable: str(tmp_path)})
    assert (source.release, source.origin) == ("3.13.2", "uv")


def test_usual_folders(tmp_path: Path) -> None:
    write_headers(tmp_path / "usr" / "include" / "python3.13", "3.13.2")
    install(tmp_path / "opt" / "python" / "cp313-cp313", "3.13.3")
    install(tmp_path / "tools" / "Python" / "3.14.1" / "x64", "3.14.1")
    globs = (str(tmp_path / "usr"), str(tmp_path / "opt" / "python" / "*"))
    host = machine(prefix_globs=globs)
    environ = {"RUNNER_TOOL_CACHE": str(tmp_path / "tools")}
    assert find(host=host).release == "3.13.2"
    assert find("3.14", host=host, environ=environ).release == "3.14.1"


def test_headers_are_the_same_with_and_without_the_gil(tmp_path: Path) -> None:
    install(tmp_path / "versions" / "a", "3.13.1")
    environ = {"PYENV_ROOT": str(tmp_path)}
    assert find("3.13t", environ=environ).include.name == "python3.13"
    install(tmp_path / "versions" / "b", "3.13.1", mark="t")
    assert find("3.13t", environ=environ).include.name == "python3.13t"
    assert find("3.13", environ=environ).include.name == "python3.13"


def test_stable_abi_takes_the_same_version_or_the_lowest(tmp_path: Path) -> None:
    for release in ("3.9.1", "3.14.1", "3.11.1"):
        install(tmp_path / "versions" / release, release)
    environ = {"PYENV_ROOT": str(tmp_path)}
    assert find("3.14", minimum=(3, 10), environ=environ).release == "3.14.1"
    assert find("3.13", minimum=(3, 10), environ=environ).release == "3.11.1"
    assert find("3.13", minimum=(3, 12), environ=environ).release == "3.14.1"
    text = refused(python="3.15", minimum=(3, 15), environ=environ)
    assert text.startswith("no headers of Python 3.15 or newer were found on this machine;")


def test_patchlevel_is_believed_and_not_the_path(tmp_path: Path) -> None:
    write_headers(tmp_path / "include" / "python3.13", "3.12.4")
    assert find("3.12", given=str(tmp_path)).release == "3.12.4"


def test_pypy_is_not_cpython(tmp_path: Path) -> None:
    """Beside each other in one prefix, as Debian installs them."""
    pypy = write_pypy_headers(tmp_path / "include" / "pypy3.11", "3.11.11")
    found = read_headers(pypy, "test")
    assert found is not None
    assert (found.implementation, found.version, found.pypy_abi) == ("pypy", (3, 11), "pp80")
    message = refused(python="3.11", given=str(tmp_path))
    assert "holds the headers of PyPy 3.11.11 (pp80), not of Python 3.11" in message
    cpython = write_headers(tmp_path / "include" / "python3.11", "3.11.2")
    assert find("3.11", given=str(tmp_path)).include == cpython
    assert find("pp311", given=str(tmp_path)).include == pypy
    assert find("pp311", given=str(pypy)).include == pypy


def test_pypy_does_not_serve_a_stable_abi(tmp_path: Path) -> None:
    write_pypy_headers(tmp_path / "include" / "pypy3.11", "3.11.11")
    assert "not of Python 3.10 or newer" in refused(
        python="3.10", given=str(tmp_path), minimum=(3, 10)
    )


def test_another_abi_of_pypy(tmp_path: Path) -> None:
    pypy = write_pypy_headers(tmp_path / "include" / "pypy3.11", "3.11.11", pypy="7.3.19")
    message = refused(python="pp311", given=str(tmp_path))
    assert "holds the headers of PyPy 3.11.11 (pp73), not of PyPy 3.11 (pp80)" in message
    assert "or build for that PyPy, with `pypy311_pp73` for the option `python`" in message
    assert find("pypy311_pp73", given=str(tmp_path)).include == pypy


def test_pypy_on_path(tmp_path: Path) -> None:
    program = write_program(tmp_path / "bin" / "pypy3", "exit 1")
    pypy = write_pypy_headers(tmp_path / "include" / "pypy3.11", "3.11.11")
    environ = {"PATH": str(program.parent)}
    assert find("pp311", environ=environ).include == pypy
    message = refused(python="pp310", environ=environ)
    assert message.startswith("no headers of PyPy 3.10 (pp73) were found on this machine")
    assert "`apt-get install pypy3-dev`, `uv python install pypy3.10`" in message


def test_framework_builds_of_macos(tmp_path: Path) -> None:
    """python.org's and Homebrew's: what is on PATH is a link into the framework."""
    for place in ("Library", "opt/homebrew/Cellar/python@3.12/3.12.8"):
        version = "3.13" if place == "Library" else "3.12"
        prefix = tmp_path / place / "Frameworks/Python.framework/Versions" / version
        interpreter = install(prefix, f"{version}.1")
        link = tmp_path / "usr/local/bin" / interpreter.name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(interpreter)
        assert prefixes_of(link) == (tmp_path / "usr/local", prefix)
        found = [s for p in prefixes_of(link) for s in headers_below(p, "PATH").sources]
        assert [s.include for s in found] == [prefix / "include" / f"python{version}"]


def test_prefixes_on_windows(tmp_path: Path) -> None:
    """There `python.exe` lies in the prefix itself, and a virtual environment's in `Scripts`."""
    base = tmp_path / "Python313"
    assert prefixes_of(base / "python.exe") == (base,)
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "pyvenv.cfg").write_text(f"home = {base}\n", encoding="utf-8")
    assert prefixes_of(tmp_path / "venv" / "Scripts" / "python.exe") == (base, tmp_path / "venv")


@pytest.mark.parametrize("below", ["", "usr", "usr/local"])
def test_given_distribution_or_prefix(tmp_path: Path, below: str) -> None:
    write_headers(tmp_path / below / "include" / "python3.13", "3.13.5")
    write_headers(tmp_path / below / "include" / "python3.11", "3.11.2")
    source = find(given=str(tmp_path))
    assert (source.release, source.origin) == ("3.13.5", "python-headers")


@pytest.mark.parametrize("name", ["include", "Include", "anything"])
def test_given_windows_folders(tmp_path: Path, name: str) -> None:
    include = write_headers(tmp_path / name, "3.13.5")
    given = include if name == "anything" else tmp_path
    assert find(given=str(given)).include.samefile(include)


def test_given_command_on_path(tmp_path: Path) -> None:
    install(tmp_path, "3.13.2")
    assert find(given="python3.13", environ={"PATH": str(tmp_path / "bin")}).release == "3.13.2"


def answering(folder: Path, include: Path) -> Path:
    """An interpreter whose headers are where no convention says, but which tells where."""
    return write_program(folder / "python3.13", f"echo '{include}'")


def test_an_interpreter_is_asked_at_last(tmp_path: Path) -> None:
    include = write_headers(tmp_path / "odd place" / "headers", "3.13.2")
    answering(tmp_path / "bin", include)
    environ = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    source = find(environ=environ)
    assert (source.include, source.origin) == (include, "PATH")
    assert find(given=str(tmp_path / "bin" / "python3.13")).include == include


def test_uv_is_asked_at_last(tmp_path: Path) -> None:
    include = write_headers(tmp_path / "odd place", "3.13.2")
    program = answering(tmp_path / "hidden", include)
    uv = f'[ "$*" = "python find --no-python-downloads 3.13" ] && echo "{program}"'
    write_program(tmp_path / "bin" / "uv", uv)
    source = find(environ={"PATH": str(tmp_path / "bin")})
    assert (source.include, source.origin) == (include, "uv python find")


def test_the_error_says_where_it_looked(tmp_path: Path) -> None:
    host = own(tmp_path / "own")
    install(tmp_path / "bare", "3.13.2", headers=False)
    install(tmp_path / "full", "3.11.4")
    install(tmp_path / "pyenv" / "versions" / "3.9.18", "3.9.18")
    install(tmp_path / "pyenv" / "versions" / "3.10.13", "3.10.13")
    install(tmp_path / "pyenv" / "versions" / "3.13-dev", "3.13.0", headers=False)
    environ = {
        "PATH": os.pathsep.join([str(tmp_path / "bare/bin"), str(tmp_path / "full/bin")]),
        "PYENV_ROOT": str(tmp_path / "pyenv"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    assert refused(host=host, environ=environ) == (
        "no headers of Python 3.13 were found on this machine; looked at\n"
        f"  this interpreter, {tmp_path}/own/bin/python3.12: Python 3.12.1\n"
        f"  PATH, {tmp_path}/bare/bin/python3.13: no Python.h\n"
        f"  PATH, {tmp_path}/full/bin/python3.11: Python 3.11.4\n"
        f"  pyenv, {tmp_path}/pyenv/versions: Python 3.10.13, Python 3.9.18, 3.13-dev without Python.h\n"
        f"  uv, {tmp_path}/data/uv/python: not there\n"
        f"  PATH, run, {tmp_path}/bare/bin/python3.13: does not run\n"
        "  hint: install them with `apt-get install python3.13-dev`, `uv python install 3.13` or "
        f"`pyenv install 3.13`, {ALONE}"
    )


@pytest.mark.parametrize(
    ("host", "python", "hint"),
    [
        (
            machine(libc="musl"),
            "3.13",
            (
                "install them with `apk add python3-dev`, `uv python install 3.13` or "
                f"`pyenv install 3.13`, {ALONE}"
            ),
        ),
        (
            machine(os="macos", libc="none"),
            "3.14t",
            (
                "install them with `brew install python@3.14`, `uv python install 3.14t` or "
                f"`pyenv install 3.14t`, {ALONE}"
            ),
        ),
        (
            machine(os="windows"),
            "3.13",
            (
                "install them with `winget install Python.Python.3.13`, "
                f"`uv python install 3.13` or `pyenv install 3.13`, {ALONE}"
            ),
        ),
    ],
)
def test_the_error_on_other_systems(host: Host, python: str, hint: str) -> None:
    version = python.rstrip("t")
    assert refused(host=host, python=python) == (
        f"no headers of Python {version} were found on this machine; looked at\n"
        "  this interpreter, /opt/own/bin/python3: no Python.h\n"
        "  pyenv: no home folder is known\n"
        "  uv: no home folder is known\n"
        f"  hint: {hint}"
    )


GIVE = (
    "an interpreter with its headers installed, its prefix, a folder with Python.h, "
    "or an unpacked distribution"
)


def test_given_errors(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert refused(given=str(missing)) == (
        f"python-headers `{missing}` does not exist\n"
        "  hint: give an interpreter, its prefix, a folder with Python.h, "
        "or an unpacked distribution"
    )
    assert refused(given=str(tmp_path)) == (
        f"python-headers `{tmp_path}`: no Python.h\n  hint: give the headers of Python 3.13: {GIVE}"
    )
    program = install(tmp_path / "bare", "3.13.1", headers=False)
    assert refused(given=str(program)) == (
        f"python-headers `{program}`: {program}: does not run\n"
        f"  hint: give the headers of Python 3.13: {GIVE}"
    )
    silent = answering(tmp_path / "silent", tmp_path / "nowhere")
    assert refused(given=str(silent), minimum=(3, 10)) == (
        f"python-headers `{silent}`: {silent}: no Python.h\n"
        f"  hint: give the headers of Python 3.10 or newer: {GIVE}"
    )


def test_given_of_another_version(tmp_path: Path) -> None:
    install(tmp_path, "3.11.4")
    install(tmp_path, "3.9.1")
    assert refused(given=str(tmp_path)) == (
        f"python-headers `{tmp_path}` holds the headers of Python 3.11.4, Python 3.9.1, not of "
        "Python 3.13\n"
        "  hint: give those of Python 3.13, or none: then they are searched for on this machine"
    )
    assert find(given=str(tmp_path), minimum=(3, 10)).release == "3.11.4"
    assert refused(given=str(tmp_path), minimum=(3, 12)).startswith(
        f"python-headers `{tmp_path}` holds the headers of Python 3.11.4, Python 3.9.1, not of "
        "Python 3.12 or newer"
    )


def test_incomplete_headers_are_none(tmp_path: Path) -> None:
    (tmp_path / "patchlevel.h").write_text(
        PATCHLEVEL.format(major=3, minor=13, release="3.13.1"), encoding="utf-8"
    )
    assert read_headers(tmp_path, "test") is None
    (tmp_path / "Python.h").touch()
    assert read_headers(tmp_path, "test")
    (tmp_path / "patchlevel.h").write_text("#define PY_MAJOR_VERSION 3\n", encoding="utf-8")
    assert read_headers(tmp_path, "test") is None
