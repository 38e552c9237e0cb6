"""Loading plug-ins: where they are found, and that nothing of them stays behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from zigwheel.config.dynamic import (
    ResolvedProject,
    provider_requirements,
    read_entries,
    resolve_dynamic,
)
from zigwheel.config.toml import parse
from zigwheel.errors import MetadataError

PACKAGES = Path(__file__).parent.parent / "packages"


def resolved(root: Path, table: Mapping[str, Any], **options: Any) -> ResolvedProject:
    options.setdefault("build_state", "wheel")
    return resolve_dynamic(table["project"], read_entries(table), root=root, **options)


def project(text: str, dynamic: str = '"version"') -> dict[str, Any]:
    return parse(f'[project]\nname = "zoo"\ndynamic = [{dynamic}]\n{text}')


def plugin(root: Path, name: str, body: str) -> None:
    (root / "plugins").mkdir(exist_ok=True)
    (root / f"plugins/{name}.py").write_text(body, encoding="utf-8")


GIVES = "def dynamic_metadata(settings, project):\n    return settings['gives']\n"

LOCAL = '[[tool.dynamic-metadata]]\nprovider = { path = "plugins", module = "%s" }\n%s\n'


@pytest.fixture(autouse=True)
def _nothing_stays_behind() -> Iterator[None]:
    """No test may leave a module, a finder or another working directory."""
    before = set(sys.modules), list(sys.meta_path), Path.cwd(), sys.dont_write_bytecode
    yield
    left = {name for name in set(sys.modules) - before[0] if name.startswith(("zoo", "plug"))}
    assert not left
    assert (sys.meta_path, Path.cwd(), sys.dont_write_bytecode) == before[1:]


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ('{ path = "..", module = "zoo_a" }', ['"..", which', "out of the project"]),
        ('{ path = "plugins/link", module = "zoo_a" }', ["leads out of the project"]),
        ('{ path = "nowhere", module = "zoo_a" }', ["is no folder"]),
        ('{ path = "plugins", module = "zoo_gone" }', ['no plug-in "zoo_gone" in "plugins"']),
        ('{ path = "plugins", module = "packaging.version" }', ["no plug-in"]),
        ('{ path = "plugins", module = "zoo_a:Gone" }', ["`zoo_a` has no `Gone`"]),
        ('{ path = "plugins", module = "zoo_needs" }', ["cannot be imported", "zoo_missing"]),
        ('{ path = "plugins", module = "zoo_broken" }', ["cannot be imported: ZeroDivisionError"]),
        ('{ path = "plugins", module = "zoo_empty" }', ["has no function `dynamic_metadata`"]),
        ('{ path = "plugins", module = "zoo_a:Fails" }', ["failed: RuntimeError: no"]),
        ('{ path = "plugins", module = "json" }', ["has no function `dynamic_metadata`"]),
        ('"zoo_gone.plugin"', ['no plug-in "zoo_gone.plugin"', "registered names: "]),
        ('"json"', ["has no function `dynamic_metadata`"]),
    ],
)
def test_plugins_that_cannot_be_loaded(tmp_path: Path, provider: str, words: list[str]) -> None:
    root = tmp_path / "root"
    root.mkdir()
    plugin(
        root, "zoo_a", f"{GIVES}\nclass Fails:\n    def __init__(self): raise RuntimeError('no')"
    )
    plugin(root, "zoo_needs", "import zoo_missing")
    plugin(root, "zoo_broken", "1 / 0")
    plugin(root, "zoo_empty", "")
    plugin(tmp_path, "zoo_a", GIVES)
    (root / "plugins/link").symlink_to(tmp_path / "plugins")
    table = project(f"[[tool.dynamic-metadata]]\nprovider = {provider}\n")
    with pytest.raises(MetadataError) as caught:
        resolved(root, table)
    assert caught.value.message.startswith("`tool.dynamic-metadata[0]`: ")
    for word in words:
        assert word.replace('"..", which', '".."') in str(caught.value)


def test_local_plugins_win_over_what_is_installed(tmp_path: Path) -> None:
    import packaging

    plugin(tmp_path, "packaging", GIVES)
    table = project(LOCAL % ("packaging", 'gives = { version = "1.local" }'))
    assert resolved(tmp_path, table).project["version"] == "1.local"
    assert sys.modules["packaging"] is packaging


def test_two_projects_with_plugins_of_one_name(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        plugin(tmp_path / name, "zoo_common", f"V = {name!r}\n")
        plugin(
            tmp_path / name,
            "zoo_a",
            "def dynamic_metadata(settings, project):\n"
            "    import zoo_common\n"
            "    return {'description': zoo_common.V}\n",
        )
    table = project(LOCAL % ("zoo_a", ""), '"description"')
    for name in ("one", "two"):
        assert resolved(tmp_path / name, table).project["description"] == name


@pytest.mark.parametrize("place", ["", "src"])
def test_the_package_that_is_built_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / place / "zoo_own").mkdir(parents=True)
    (tmp_path / place / "zoo_own/__init__.py").write_text("raise SystemExit", encoding="utf-8")
    (tmp_path / place / "zoo_own/plugin.py").write_text(GIVES, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / place)
    table = project('[[tool.dynamic-metadata]]\nprovider = "zoo_own.plugin"\n')
    with pytest.raises(MetadataError, match="is a module of the project itself"):
        resolved(tmp_path, table)
    with pytest.raises(MetadataError, match="is a module of the project itself"):
        provider_requirements(read_entries(table), tmp_path)


def installed(folder: Path, owner: str, name: str, target: str) -> None:
    """Write what an installed distribution with one entry point looks like."""
    info = folder / f"{owner}-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Name: {owner}\nVersion: 1\n", encoding="utf-8")
    text = f"[dynamic_metadata.provider]\n{name} = {target}\n"
    (info / "entry_points.txt").write_text(text, encoding="utf-8")


def test_registered_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    installed(site, "owner", "zoo.good", "zoo_site:plugin")
    installed(site, "first", "zoo.twice", "zoo_site")
    installed(site, "second", "zoo.twice", "zoo_site")
    installed(site, "third", "zoo.broken", "zoo_site:gone")
    (site / "zoo_site.py").write_text(
        "class Plugin:\n"
        "    def dynamic_metadata(self, settings, project):\n"
        "        return {'version': '8'}\n"
        "plugin = Plugin()\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(site)
    form = '[[tool.dynamic-metadata]]\nprovider = "%s"\n'
    assert resolved(tmp_path, project(form % "zoo.good")).project["version"] == "8"
    with pytest.raises(MetadataError, match="registered by first and second"):
        resolved(tmp_path, project(form % "zoo.twice"))
    with pytest.raises(MetadataError, match="cannot be imported: AttributeError"):
        resolved(tmp_path, project(form % "zoo.broken"))
    with pytest.raises(MetadataError, match=r"registered names: .*zoo\.good"):
        resolved(tmp_path, project(form % "zoo.unknown"))
    del sys.modules["zoo_site"]
    monkeypatch.undo()


def test_hooks_run_in_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin(
        tmp_path,
        "zoo_a",
        "import os\nHERE = os.getcwd()\n"
        "def dynamic_metadata(settings, project):\n"
        "    assert HERE == os.getcwd()\n"
        "    return {'description': HERE}\n",
    )
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    result = resolved(tmp_path, project(LOCAL % ("zoo_a", ""), '"description"'))
    assert os.path.samefile(result.project["description"], tmp_path)
    assert Path.cwd() == tmp_path / "elsewhere"
