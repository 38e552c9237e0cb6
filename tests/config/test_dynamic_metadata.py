"""Dynamic fields, from the checkout to the sdist and on to the wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import packaging.metadata
import pytest

from zigwheel.config.metadata import Metadata, load_metadata, requires_for_metadata
from zigwheel.config.model import VersionSettings
from zigwheel.config.toml import parse
from zigwheel.errors import ErrorCollection, MetadataError, ZigwheelError

PACKAGES = Path(__file__).parent.parent / "packages"
STATIC = VersionSettings()


def loaded(root: Path, text: str | Mapping[str, Any], **options: Any) -> Metadata:
    table = parse(text) if isinstance(text, str) else text
    version = VersionSettings(**table.get("tool", {}).get("zigwheel", {}).get("version", {}))
    options.setdefault("environ", {})
    return load_metadata(root, table, version, **options)


def package(name: str, **options: Any) -> Metadata:
    root = PACKAGES / name
    return loaded(root, (root / "pyproject.toml").read_text(encoding="utf-8"), **options)


def read(metadata: Metadata | bytes) -> packaging.metadata.Metadata:
    """What an installer sees; raises if anything in it is invalid."""
    data = metadata if isinstance(metadata, bytes) else metadata.metadata
    return packaging.metadata.Metadata.from_email(data, validate=True)


def project(text: str = "", version: str = 'version = "1.0"') -> str:
    return f'[project]\nname = "zoo"\n{version}\n{text}\n'


def refused(root: Path, text: str, **options: Any) -> str:
    with pytest.raises(ZigwheelError) as caught:
        loaded(root, text, **options)
    kinds = caught.value.errors if isinstance(caught.value, ErrorCollection) else (caught.value,)
    assert all(isinstance(error, MetadataError) for error in kinds)
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (project("", 'dynamic = ["version"]'),
         ["`project.dynamic` lists `version`", "hint: add `[tool.zigwheel.version]`"]),
        (project('dynamic = ["readme", "license"]'),
         ["lists `readme`", "lists `license`", "hint: add `[[tool.dynamic-metadata]]`"]),
        (project('[tool.zigwheel.version]\npath = "v"'),
         ['`project.version` is "1.0"', "`[tool.zigwheel.version]` is set too"]),
        (project('[tool.zigwheel.version]\npath = "v"', ""),
         ["`project.dynamic` does not list", 'hint: add `dynamic = ["version"]`']),
        (project('[tool.zigwheel.version]\npath = "v"\n[tool.dynamic-metadata.version]\n'
                 'provider = "x"', 'dynamic = ["version"]'), ["both give the version"]),
        (project('[[tool.dynamic-metadata]]\nprovider = { path = "p", module = "zoo_p" }'),
         ["gives `description`, which `project.dynamic` does not list"]),
    ],
)  # fmt: skip
def test_dynamic_fields_have_one_source(tmp_path: Path, text: str, words: list[str]) -> None:
    (tmp_path / "v").write_text("version = '2'", encoding="utf-8")
    (tmp_path / "p").mkdir()
    (tmp_path / "p/zoo_p.py").write_text(
        "def dynamic_metadata(settings, project):\n    return {'description': 'x'}\n",
        encoding="utf-8",
    )
    message = refused(tmp_path, text)
    for word in words:
        assert word in message


def test_what_a_plugin_gives_is_checked(tmp_path: Path) -> None:
    (tmp_path / "zoo_p.py").write_text(
        "def dynamic_metadata(settings, project):\n"
        "    return {'version': 'two', 'dependencies': ['a b'], 'keywords': 'x'}\n",
        encoding="utf-8",
    )
    entry = '[[tool.dynamic-metadata]]\nprovider = { path = ".", module = "zoo_p" }'
    message = refused(tmp_path, project(entry, 'dynamic = ["version", "dependencies", "keywords"]'))
    for word in ("'two'", "a b", '"project.keywords"'):
        assert word in message


@pytest.mark.parametrize(
    ("name", "version", "dynamic", "headers"),
    [
        ("metadata-attr", "4.5.6rc1", ("version",), None),
        ("metadata-header", "1.2.3", ("version",), None),
        ("metadata-table", "7.8", ("description", "version"), ["summary"]),
        ("metadata-plugins", "2.0.1",
         ("dependencies", "description", "optional-dependencies", "readme", "version"),
         ["description", "description-content-type", "requires-dist", "summary"]),
    ],
)  # fmt: skip
def test_dynamic_packages(
    name: str, version: str, dynamic: tuple[str, ...], headers: list[str] | None
) -> None:
    sdist = package(name, build_state="sdist")
    assert sdist.version == version
    assert sdist.dynamic == dynamic
    assert read(sdist).dynamic == headers
    wheel = package(name, build_state="wheel")
    assert b"\nDynamic:" not in wheel.metadata
    assert read(wheel).metadata_version == "2.2"


def test_a_field_that_only_the_wheel_has(tmp_path: Path) -> None:
    (tmp_path / "zoo_p.py").write_text(
        "def build_state(state):\n    global STATE\n    STATE = state\n"
        "def dynamic_metadata(settings, project):\n"
        "    return {'dependencies': ['numpy']} if STATE == 'wheel' else {}\n"
        "def dynamic_wheel(settings):\n    return {'dependencies': True}\n",
        encoding="utf-8",
    )
    entry = '[[tool.dynamic-metadata]]\nprovider = { path = ".", module = "zoo_p" }'
    text = project(f'dynamic = ["dependencies"]\n{entry}')
    sdist = read(loaded(tmp_path, text, build_state="sdist"))
    assert (sdist.requires_dist, sdist.dynamic) == (None, ["requires-dist"])
    wheel = read(loaded(tmp_path, text))
    assert [str(requirement) for requirement in wheel.requires_dist or ()] == ["numpy"]
    assert "lists `dependencies`" in refused(tmp_path, text, build_state="editable")


def test_the_version_of_an_sdist_stays(tmp_path: Path) -> None:
    """A plug-in that would give another version when a wheel is built from the sdist."""
    (tmp_path / "zoo_p.py").write_text(
        "def dynamic_metadata(settings, project):\n"
        "    return {'version': '9.9', 'description': project.get('version', 'none')}\n",
        encoding="utf-8",
    )
    entry = '[[tool.dynamic-metadata]]\nprovider = { path = ".", module = "zoo_p" }'
    text = project(entry, 'dynamic = ["version", "description"]')
    sdist = loaded(tmp_path, text, build_state="sdist")
    assert (sdist.version, read(sdist).summary) == ("9.9", "none")
    (tmp_path / "PKG-INFO").write_bytes(sdist.metadata.replace(b"9.9", b"9.8"))
    wheel = loaded(tmp_path, text)
    assert (wheel.version, read(wheel).summary) == ("9.8", "9.8")


def test_from_checkout_to_sdist_to_wheel(tmp_path: Path) -> None:
    pytest.importorskip("setuptools_scm")
    checkout, unpacked = tmp_path / "checkout", tmp_path / "zoo_scm-2.5"
    shutil.copytree(PACKAGES / "metadata-scm", checkout)
    environ = {"PATH": os.environ["PATH"], "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),
               "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}  # fmt: skip
    identity = ["-c", "user.name=zoo", "-c", "user.email=zoo@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"], ["tag", "v2.5"]):
        subprocess.run(["git", *identity, *arguments], cwd=checkout, env=environ, check=True)
    table = parse((checkout / "pyproject.toml").read_text(encoding="utf-8"))
    scm = VersionSettings(scm=True)
    asked = requires_for_metadata(table, scm, root=checkout, environ=environ)
    assert asked == ("setuptools-scm>=8",)
    sdist = load_metadata(checkout, table, scm, environ=environ, build_state="sdist")
    assert sdist.version == "2.5"
    assert sdist.written_files == ("src/zoo_scm/_version.py",)
    assert read(sdist).dynamic is None
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=checkout, env=environ, check=True, capture_output=True, text=True
    )
    for name in (*tracked.stdout.split(), *sdist.written_files):
        (unpacked / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(checkout / name, unpacked / name)
    (unpacked / "PKG-INFO").write_bytes(sdist.metadata)
    assert requires_for_metadata(table, scm, root=unpacked, environ={}) == ()
    wheel = load_metadata(unpacked, table, scm, environ={})
    assert wheel.metadata == sdist.metadata
    assert wheel.written_files == sdist.written_files


# --- requirements


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("metadata-full", ()),
        ("metadata-attr", ()),
        ("metadata-header", ()),
        ("metadata-scm", ("setuptools-scm>=8",)),
        ("metadata-plugins", ("numpy", "packaging>=24")),
        ("metadata-table", ("zoo-regex-tool",)),
    ],
)
def test_requirements(name: str, asked: tuple[str, ...]) -> None:
    root = PACKAGES / name
    table = parse((root / "pyproject.toml").read_text(encoding="utf-8"))
    version = VersionSettings(**table.get("tool", {}).get("zigwheel", {}).get("version", {}))
    assert requires_for_metadata(table, version, root=root, environ={}) == asked


def test_an_sdist_needs_no_plugin_for_its_version(tmp_path: Path) -> None:
    shutil.copytree(PACKAGES / "metadata-table", tmp_path / "p")
    table = parse((tmp_path / "p/pyproject.toml").read_text(encoding="utf-8"))
    (tmp_path / "p/PKG-INFO").write_text("Name: Zoo_Table\nVersion: 7.8\n", encoding="utf-8")
    (tmp_path / "p/NEWS").unlink()
    assert requires_for_metadata(table, STATIC, root=tmp_path / "p", environ={}) == ()
    assert read(loaded(tmp_path / "p", table)).summary == "table 7.8"


def test_requirements_without_a_project(tmp_path: Path) -> None:
    assert requires_for_metadata({}, STATIC, root=tmp_path, environ={}) == ()
