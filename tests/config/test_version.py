"""Versions from files, attributes, version control and sdists."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from zigwheel.config.attribute import static_attribute
from zigwheel.config.model import VersionSettings
from zigwheel.config.version import (
    FoundVersion,
    canonical_name,
    find_version,
    normalise_version,
    project_path,
    sdist_version,
)
from zigwheel.errors import MetadataError, StorageError

PACKAGES = Path(__file__).parent.parent / "packages"
NAMED = {"project": {"name": "zoo-scm", "dynamic": ["version"]}}


def found(root: Path, settings: VersionSettings, environ: Mapping[str, str] = {}) -> str:
    return find_version(root, NAMED, settings, environ=environ).version


def from_text(folder: Path, text: str, pattern: str = "") -> str:
    (folder / "version.txt").write_text(text, encoding="utf-8")
    return found(folder, VersionSettings(path="version.txt", pattern=pattern))


# --- path and pattern


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('__version__ = "1.2"', "1.2"),
        ("version = '1.2'", "1.2"),
        ('VERSION: Final = "1.2"', "1.2"),
        ('__version__: Final[str]="v1.2"', "1.2"),
        ('"""Text."""\n\nimport x\n__version__="1.2" # comment\n', "1.2"),
        ("__version__ = version = '1.2.dev3+gabc'", "1.2.dev3+gabc"),
        ("version: str\n__version__: str\nversion = '2'\n", "2"),
        ('my_version = "9"\nversion_of = "8"\n    version = "7"\nversion = "1"', "1"),
        ("\ufeffversion = '1.0'\r\n", "1.0"),
        ('version = "1.0-RC.1"', "1.0rc1"),
        ('name = "x"\nversion = "0.3"\n', "0.3"),
    ],
)
def test_default_pattern(tmp_path: Path, text: str, version: str) -> None:
    assert from_text(tmp_path, text) == version


@pytest.mark.parametrize(
    ("pattern", "text", "version"),
    [
        (r'#define ZOO_VERSION "(.+)"', 'int x;\n#define ZOO_VERSION "1.2.3"\n', "1.2.3"),
        (r"^VER(SION)?=(?P<version>.*)$", "a\nVERSION=3.4  \nb", "3.4"),
        (r"(?s)begin(?P<version>.*?)end", "begin\n5.6\nend", "5.6"),
        (r"^(\d+\.\d+)$", "x 1.1\n2.2\n", "2.2"),
        (r"\.version = \"(.*?)\"", '.{ .name = .zoo, .version = "0.1.0", }', "0.1.0"),
    ],
)
def test_own_pattern(tmp_path: Path, pattern: str, text: str, version: str) -> None:
    assert from_text(tmp_path, text, pattern) == version


@pytest.mark.parametrize(
    ("text", "pattern", "words"),
    [
        ("set(ZOO_VERSION 1.2)\n", "", ["`version.txt`", 'line 1 is "set(ZOO_VERSION', "pattern"]),
        ("nothing\n", "", ["`version.txt`: no version matches", "`tool.zigwheel.version.pattern`"]),
        ("x", r"(?P<version>y)", ['"(?P<version>y)"', "a group named `version`"]),
        ("x = ''", r"x = '(.*)'", ["no version matches"]),
        ("a\nversion = 'one'\n", "", ["`version.txt:2`", '"one" is not a version', "PEP 440"]),
    ],
)
def test_no_match_says_where_and_what_to_change(
    tmp_path: Path, text: str, pattern: str, words: list[str]
) -> None:
    with pytest.raises(MetadataError) as caught:
        from_text(tmp_path, text, pattern)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/etc/passwd", "C:\\x", "\\\\host\\x", "..\\x"]
)
def test_a_path_out_of_the_project_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(MetadataError, match="leads out of the project"):
        found(tmp_path, VersionSettings(path=path))


def test_a_path_may_go_up_and_down_inside(tmp_path: Path) -> None:
    assert project_path(tmp_path, "a/../b", "k") == tmp_path / "a/../b"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: None, "there is no file `v`"),
        (lambda p: p.mkdir(), "cannot be read"),
        (lambda p: p.write_bytes(b'version = "\xe9"'), "not UTF-8 (byte 11)"),
    ],
)
def test_unreadable_files(tmp_path: Path, make: object, words: str) -> None:
    make(tmp_path / "v")  # type: ignore[operator]
    with pytest.raises(MetadataError) as caught:
        found(tmp_path, VersionSettings(path="v"))
    assert words in str(caught.value)


@st.composite
def versions(draw: st.DrawFn) -> str:
    release = ".".join(map(str, draw(st.lists(st.integers(0, 9999), min_size=1, max_size=4))))
    epoch = draw(st.sampled_from(["", "1!", "v"]))
    pre = draw(st.sampled_from(["", "a1", "-beta.2", "RC3", "_c4"]))
    post = draw(st.sampled_from(["", ".post1", "-2", "rev3"]))
    dev = draw(st.sampled_from(["", ".dev1", "DEV2"]))
    local = draw(st.sampled_from(["", "+Local.1", "+a-b_c"]))
    return f"{epoch}{release}{pre}{post}{dev}{local}"


@given(
    version=versions(),
    name=st.sampled_from(["__version__", "version", "VERSION", "x = version"]),
    kind=st.sampled_from(["", ": str", ": Final", ": typing.Final[str]"]),
    space=st.sampled_from(["", " ", "  ", "\t"]),
    quote=st.sampled_from(["'", '"']),
    before=st.text(alphabet="ab \n#'\"=:", max_size=40),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_default_pattern_finds_any_version(
    tmp_path_factory: pytest.TempPathFactory,
    version: str,
    name: str,
    kind: str,
    space: str,
    quote: str,
    before: str,
    ending: str,
) -> None:
    folder = tmp_path_factory.mktemp("v")
    text = f"{before}\n{name}{kind}{space}={space}{quote}{version}{quote}\nlast = '3'\n"
    (folder / "version.txt").write_bytes(text.replace("\n", ending).encode())
    expected = str(Version(version))
    assert found(folder, VersionSettings(path="version.txt")) == expected
    attribute = name.rpartition(" ")[2]
    if " = " not in name or not kind:
        source = f"import typing\n{name}{kind}{space}={space}{quote}{version}{quote}\n"
        assert normalise_version(static_attribute(source, attribute, "x"), "x") == expected


@given(st.text(max_size=200))
def test_any_text_gives_a_version_or_an_error_that_names_the_file(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("v")
    (folder / "version.txt").write_bytes(text.encode("utf-8", "surrogatepass"))
    version, message = "", ""
    try:
        version = found(folder, VersionSettings(path="version.txt"))
    except MetadataError as error:
        message = str(error)
    assert "version.txt" in message if message else str(Version(version)) == version


# --- attr


@pytest.mark.parametrize(
    "place", ["src/zoo/info.py", "src/zoo/info/__init__.py", "zoo/info.py", "zoo/info/__init__.py"]
)
def test_attr_finds_the_module(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_text("raise SystemExit\n__version__ = '1.4'\n", encoding="utf-8")
    assert found(tmp_path, VersionSettings(attr="zoo.info.__version__")) == "1.4"


@pytest.mark.parametrize(
    ("attr", "words"),
    [
        ("__version__", "not a module and an attribute"),
        ("zoo..v", "not a module and an attribute"),
        ("../zoo.v", "not a module and an attribute"),
        ("zoo.v", "none of `src/zoo/__init__.py`, `src/zoo.py`, `zoo/__init__.py`, `zoo.py`"),
    ],
)
def test_attr_without_a_module(tmp_path: Path, attr: str, words: str) -> None:
    with pytest.raises(MetadataError) as caught:
        found(tmp_path, VersionSettings(attr=attr))
    assert words in str(caught.value)


def test_fixtures() -> None:
    attr = VersionSettings(attr="zoo_attr.info.__version__")
    assert found(PACKAGES / "metadata-attr", attr) == "4.5.6rc1"
    header = VersionSettings(
        path="include/zoo.h", pattern=r'^\s*#\s*define\s+ZOO_VERSION\s+"(.+?)"'
    )
    assert found(PACKAGES / "metadata-header", header) == "1.2.3"
    assert "zoo_attr" not in sys.modules


# --- sdist


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Metadata-Version: 2.2\nName: Zoo_SCM\nVersion: 1.2\n\nVersion: 9\n", "1.2"),
        ("Name: zoo.scm\r\nVersion: 1.02\r\n\r\nText\r\n", "1.2"),
        ("Name: other\nVersion: 1.2\n\n", ""),
        ("Name: zoo-scm\n\nVersion: 3\n", ""),
        ("License: x\n Name: no\nName: zoo-scm\nVersion: 4\n", "4"),
        ("", ""),
    ],
)
def test_version_of_an_unpacked_sdist(tmp_path: Path, text: str, version: str) -> None:
    (tmp_path / "PKG-INFO").write_bytes(text.encode())
    assert sdist_version(tmp_path, "zoo-scm") == version
    (tmp_path / ".git").write_text("gitdir: elsewhere", encoding="utf-8")
    assert sdist_version(tmp_path, "zoo-scm") == ""


def test_no_sdist(tmp_path: Path) -> None:
    assert sdist_version(tmp_path, "zoo-scm") == ""


def test_canonical_name() -> None:
    assert canonical_name("Zoo._-Bar") == "zoo-bar"


# --- version control


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment in which git knows nobody and reads no configuration."""
    kept = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "TEMP") if key in os.environ}
    git = {f"GIT_{who}_{what}": f"{what}@example.org" for who in ("AUTHOR", "COMMITTER")
           for what in ("NAME", "EMAIL")}  # fmt: skip
    dates = {
        "GIT_AUTHOR_DATE": "2024-02-03T04:05:06Z",
        "GIT_COMMITTER_DATE": "2024-02-03T04:05:06Z",
    }
    return {**kept, **git, **dates, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": str(tmp_path)}  # fmt: skip


def git(root: Path, environ: Mapping[str, str], *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, env=environ, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path, environ: Mapping[str, str]) -> Path:
    """A git repository with one commit, tagged v1.4, of the fixture package."""
    root = tmp_path / "checkout"
    shutil.copytree(PACKAGES / "metadata-scm", root)
    git(root, environ, "init", "-q", "-b", "main")
    git(root, environ, "add", ".")
    git(root, environ, "commit", "-q", "-m", "first")
    git(root, environ, "tag", "v1.4")
    return root


SCM_TABLE = {**NAMED, "tool": {"setuptools_scm": {"version_file": "src/zoo_scm/_version.py"}}}
SCM = VersionSettings(scm=True)


def test_scm_at_a_tag_and_after_it(checkout: Path, environ: dict[str, str]) -> None:
    pytest.importorskip("setuptools_scm")
    answer = find_version(checkout, SCM_TABLE, SCM, environ=environ)
    assert answer == FoundVersion(version="1.4", written_files=("src/zoo_scm/_version.py",))
    assert "1.4" in (checkout / "src/zoo_scm/_version.py").read_text(encoding="utf-8")
    (checkout / "new.txt").write_text("x", encoding="utf-8")
    git(checkout, environ, "add", ".")
    git(checkout, environ, "commit", "-q", "-m", "second")
    later = find_version(checkout, SCM_TABLE, SCM, environ=environ).version
    assert later.startswith("1.5.dev1+g")


def test_scm_without_its_own_table(checkout: Path, environ: dict[str, str]) -> None:
    pytest.importorskip("setuptools_scm")
    text = (checkout / "pyproject.toml").read_text(encoding="utf-8")
    (checkout / "pyproject.toml").write_text(text[: text.index("[tool.set")], encoding="utf-8")
    git(checkout, environ, "commit", "-q", "-a", "-m", "second")
    git(checkout, environ, "tag", "v1.5")
    assert find_version(checkout, NAMED, SCM, environ=environ) == FoundVersion(version="1.5")
    pretended = {**environ, "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_ZOO_SCM": "3.3"}
    assert found(checkout, SCM, pretended) == "3.3"


@pytest.mark.parametrize("name", ["", "_FOR_ZOO_SCM"])
def test_scm_honours_a_pretended_version(
    tmp_path: Path, environ: dict[str, str], name: str
) -> None:
    pytest.importorskip("setuptools_scm")
    root = tmp_path / "no checkout, ä"
    shutil.copytree(PACKAGES / "metadata-scm", root)
    environ[f"SETUPTOOLS_SCM_PRETEND_VERSION{name}"] = "5.6"
    answer = find_version(root, SCM_TABLE, SCM, environ=environ)
    assert answer == FoundVersion(version="5.6", written_files=("src/zoo_scm/_version.py",))


def test_scm_without_a_repository(tmp_path: Path, environ: dict[str, str]) -> None:
    pytest.importorskip("setuptools_scm")
    shutil.copytree(PACKAGES / "metadata-scm", tmp_path / "p")
    with pytest.raises(MetadataError) as caught:
        find_version(tmp_path / "p", SCM_TABLE, SCM, environ=environ)
    assert "found no version" in caught.value.message
    assert "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_ZOO_SCM" in caught.value.hint


def test_scm_without_git(checkout: Path, environ: dict[str, str]) -> None:
    pytest.importorskip("setuptools_scm")
    with pytest.raises(MetadataError, match="found no version"):
        find_version(checkout, SCM_TABLE, SCM, environ={**environ, "PATH": str(checkout)})


def test_scm_reports_a_wrong_table(checkout: Path, environ: dict[str, str]) -> None:
    pytest.importorskip("setuptools_scm")
    with (checkout / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("no_such_key = 1\n")
    with pytest.raises(MetadataError, match="no_such_key"):
        find_version(checkout, SCM_TABLE, SCM, environ=environ)


def test_scm_needs_no_setuptools_scm_in_an_sdist(checkout: Path, environ: dict[str, str]) -> None:
    shutil.rmtree(checkout / ".git")
    (checkout / "src/zoo_scm/_version.py").write_text("version = '1.4'\n", encoding="utf-8")
    text = "Metadata-Version: 2.2\nName: zoo-scm\nVersion: 1.4\n"
    (checkout / "PKG-INFO").write_text(text, encoding="utf-8")
    without = {**environ, "PATH": "", "SETUPTOOLS_SCM_PRETEND_VERSION": "9"}
    answer = find_version(checkout, SCM_TABLE, SCM, environ=without)
    assert answer == FoundVersion(version="1.4", written_files=("src/zoo_scm/_version.py",))


def test_scm_is_not_installed(checkout: Path, environ: dict[str, str], tmp_path: Path) -> None:
    """A module that hides setuptools-scm stands for an environment without it."""
    (tmp_path / "hide").mkdir()
    (tmp_path / "hide/setuptools_scm.py").write_text(
        "raise ModuleNotFoundError('gone', name='setuptools_scm')", encoding="utf-8"
    )
    environ["PYTHONPATH"] = str(tmp_path / "hide")
    with pytest.raises(MetadataError) as caught:
        find_version(checkout, SCM_TABLE, SCM, environ=environ)
    assert "there is no module `setuptools_scm`" in caught.value.message
    assert "build-system.requires" in caught.value.hint


def test_scm_does_not_import_from_the_project(checkout: Path, environ: dict[str, str]) -> None:
    pytest.importorskip("setuptools_scm")
    for name in ("json", "setuptools_scm", "packaging"):
        (checkout / f"{name}.py").write_text("raise SystemExit('taken')", encoding="utf-8")
    assert find_version(checkout, SCM_TABLE, SCM, environ=environ).version.startswith("1.4")


def test_scm_cannot_write_its_version_file(checkout: Path, environ: dict[str, str]) -> None:
    pytest.importorskip("setuptools_scm")
    # A folder in the file's place fails for root too, whom no mode stops.
    (checkout / "src/zoo_scm/_version.py").mkdir()
    with pytest.raises(StorageError) as caught:
        find_version(checkout, SCM_TABLE, SCM, environ=environ)
    assert "_version.py" in caught.value.message


def test_written_files_count_from_their_roots(checkout: Path, environ: dict[str, str]) -> None:
    pytest.importorskip("setuptools_scm")
    inner = checkout / "python"
    (inner / "zoo").mkdir(parents=True)
    table = {"root": "..", "write_to": "python/zoo/_v.py", "version_file": "zoo/_w.py"}
    lines = "".join(f'{key} = "{value}"\n' for key, value in table.items())
    (inner / "pyproject.toml").write_text(
        f'[project]\nname = "zoo-scm"\n[tool.setuptools_scm]\n{lines}', encoding="utf-8"
    )
    answer = find_version(inner, {**NAMED, "tool": {"setuptools_scm": table}}, SCM, environ=environ)
    assert answer == FoundVersion(version="1.4", written_files=("zoo/_v.py", "zoo/_w.py"))
