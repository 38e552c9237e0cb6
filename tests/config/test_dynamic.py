"""Plug-ins of `[tool.dynamic-metadata]`, in both forms."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from zigwheel.config.dynamic import (
    FIELDS,
    ResolvedProject,
    plain,
    provider_requirements,
    read_entries,
    resolve_dynamic,
)
from zigwheel.config.toml import parse
from zigwheel.errors import ErrorCollection, MetadataError

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


@pytest.fixture
def copied(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, dict[str, Any]]:
    root = tmp_path / "a folder, ä"
    shutil.copytree(PACKAGES / request.param, root)
    return root, parse((root / "pyproject.toml").read_text(encoding="utf-8"))


# --- the array


@pytest.mark.parametrize("copied", ["metadata-plugins"], indirect=True)
def test_array_runs_in_order(copied: tuple[Path, dict[str, Any]]) -> None:
    root, table = copied
    result = resolved(root, MappingProxyType(table), build_state="sdist")
    text = "hello from zoo-plugins 2.0.1 (sdist)"
    assert result.project == {
        "name": "zoo-plugins",
        "dynamic": [],
        "version": "2.0.1",
        "description": text,
        "readme": {"text": f"# {text}\n", "content-type": "text/markdown"},
        "dependencies": ["packaging", "numpy==2.0.1"],
        "optional-dependencies": {"test": ["pytest", "hypothesis"], "docs": ["sphinx"]},
    }
    assert result.varying == ("dependencies", "description", "readme")
    assert table["project"]["dependencies"] == ["packaging"], "the given table is not changed"
    assert not list(root.rglob("__pycache__"))
    assert provider_requirements(read_entries(table), root) == ("numpy", "packaging>=24")
    assert resolved(root, table).varying == ()


@pytest.mark.parametrize("copied", ["metadata-plugins"], indirect=True)
@pytest.mark.parametrize("state", ["sdist", "wheel", "editable", "metadata_wheel"])
def test_array_agrees_with_the_reference_loader(
    copied: tuple[Path, dict[str, Any]], state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = pytest.importorskip("dynamic_metadata.loader")
    root, table = copied
    entries = table["tool"]["dynamic-metadata"]
    # The former release's key is written in the present one's form.
    entries[2]["provider"] = {"path": entries[2].pop("provider-path"), "module": "zoo_pins"}
    ours = resolved(root, table, build_state=state)
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(root / "scripts")
    theirs = loader.resolve(plain(table), state)
    assert ours.project == theirs.project
    assert set(ours.varying) == theirs.dynamic_fields
    asked = loader.get_requires_for_dynamic_metadata(entries)
    assert list(provider_requirements(read_entries(table), root)) == asked
    for name in ("zoo_numbers", "zoo_words", "zoo_pins", "zoo_common"):
        del sys.modules[name]
    monkeypatch.undo()


def test_bundled_plugins_by_their_registered_names(tmp_path: Path) -> None:
    pytest.importorskip("dynamic_metadata")
    (tmp_path / "v.txt").write_text('VERSION = "3.2"', encoding="utf-8")
    table = project(
        """
        [[tool.dynamic-metadata]]
        provider = "dynamic_metadata.regex"
        field = "version"
        input = "v.txt"
        [[tool.dynamic-metadata]]
        provider = "dynamic_metadata.template"
        field = "description"
        result = "{project[name]} {project[version]}"
        [[tool.dynamic-metadata]]
        provider = "dynamic_metadata.pin_installed"
        packages = ["packaging>=x"]
        [[tool.dynamic-metadata]]
        provider = "dynamic_metadata.plugins.template"
        field = "keywords"
        result = ["by module"]
        [[tool.dynamic-metadata]]
        provider = "dynamic_metadata.plugins.testing:Provider"
        requires = ["one", "two"]
        fields = { keywords = ["{build_state}"] }
        """,
        '"version", "description", "dependencies", "keywords"',
    )
    result = resolved(tmp_path, table, build_state="sdist")
    assert result.project["version"] == "3.2"
    assert result.project["description"] == "zoo 3.2"
    assert result.project["dependencies"][0].startswith("packaging>=2")
    assert result.project["keywords"] == ["by module", "sdist"]
    assert result.varying == ("dependencies",)
    assert provider_requirements(read_entries(table), tmp_path) == ("packaging", "one", "two")


def test_a_later_entry_transforms_a_single_value(tmp_path: Path) -> None:
    plugin(tmp_path, "zoo_a", GIVES)
    plugin(
        tmp_path,
        "zoo_b",
        "def dynamic_metadata(settings, project):\n"
        "    return {'version': project['version'] + '.post1'}\n",
    )
    table = project(LOCAL % ("zoo_a", 'gives = { version = "1" }') + LOCAL % ("zoo_b", ""))
    assert resolved(tmp_path, table).project["version"] == "1.post1"
    own = project(LOCAL % ("zoo_b", ""))
    assert resolved(tmp_path, own, version="2").project["version"] == "2.post1"
    assert resolved(tmp_path, own, version="2", pinned=True).project["version"] == "2"


def test_static_parts_grow(tmp_path: Path) -> None:
    plugin(tmp_path, "zoo_a", GIVES)
    static = """
        keywords = ["a"]
        [project.urls]
        Home = "https://example.org"
        [project.entry-points.zoo]
        a = "m:a"
    """
    gives = """gives = { keywords = ["b"], urls = { Home = "https://example.org", B = "https://b" },
        "entry-points" = { zoo = { b = "m:b" }, other = { c = "m:c" } } }"""
    table = project(static + LOCAL % ("zoo_a", gives.replace("\n", "")),
                    '"keywords", "urls", "entry-points"')  # fmt: skip
    result = resolved(tmp_path, table).project
    assert result["keywords"] == ["a", "b"]
    assert result["urls"] == {"Home": "https://example.org", "B": "https://b"}
    assert result["entry-points"] == {"zoo": {"a": "m:a", "b": "m:b"}, "other": {"c": "m:c"}}


@pytest.mark.parametrize(
    ("static", "gives", "words"),
    [
        ("", '{ name = "x" }', ["gives `name`, which `project.dynamic` does not list"]),
        ("", '{ nothing = "x" }', ["gives `nothing`", "a plug-in may give authors"]),
        ("", '{ license = "MIT" }', ['add `"license"` to `project.dynamic`']),
        ('version = "1"', '{ version = "2" }', ["`version`, which `[project]` has already"]),
        ('urls = { a = "1" }', '{ urls = { a = "2" } }', ['`urls.a`, "1", to "2"', "PEP 808"]),
        (
            'entry-points = { g = { a = "1" } }',
            '{ entry-points = { g = { a = "2" } } }',
            ['`entry-points.g.a`, "1", to "2"'],
        ),
        ('urls = { a = "1" }', '{ urls = ["a"] }', ["must both be lists"]),
        ("", '"text"', ['"zoo_a" gave "text", not a table']),
    ],
)
def test_what_a_plugin_may_not_give(
    tmp_path: Path, static: str, gives: str, words: list[str]
) -> None:
    plugin(tmp_path, "zoo_a", GIVES)
    table = project(f"{static}\n" + LOCAL % ("zoo_a", f"gives = {gives}"),
                    '"version", "urls", "entry-points"')  # fmt: skip
    with pytest.raises(MetadataError) as caught:
        resolved(tmp_path, table)
    for word in words:
        assert word in str(caught.value)


def test_a_plugin_cannot_change_the_project_it_reads(tmp_path: Path) -> None:
    plugin(
        tmp_path,
        "zoo_a",
        "def dynamic_metadata(settings, project):\n    project['name'] = 'other'\n",
    )
    with pytest.raises(MetadataError, match=r"`tool\.dynamic-metadata\[0\]`: .* TypeError"):
        resolved(tmp_path, project(LOCAL % ("zoo_a", "")))


@pytest.mark.parametrize("wheel", ["{'version': True}", "{'nothing': True}"])
def test_what_may_not_vary(tmp_path: Path, wheel: str) -> None:
    body = f"{GIVES}\ndef dynamic_wheel(settings):\n    return {wheel}\n"
    plugin(tmp_path, "zoo_a", body)
    table = project(LOCAL % ("zoo_a", 'gives = { version = "1" }'))
    with pytest.raises(MetadataError, match="differ between sdist and wheel"):
        resolved(tmp_path, table, build_state="sdist")
    assert resolved(tmp_path, table).varying == ()


# --- the table


@pytest.mark.parametrize("copied", ["metadata-table"], indirect=True)
def test_table_resolves_on_demand(copied: tuple[Path, dict[str, Any]]) -> None:
    root, table = copied
    result = resolved(root, table, build_state="sdist")
    assert result.project["version"] == "7.8"
    assert result.project["description"] == "table 7.8"
    assert result.project["dynamic"] == []
    assert result.varying == ("description",)
    assert provider_requirements(read_entries(table), root) == ("zoo-regex-tool",)


@pytest.mark.parametrize("copied", ["metadata-table"], indirect=True)
def test_table_leaves_a_pinned_version_alone(copied: tuple[Path, dict[str, Any]]) -> None:
    root, table = copied
    (root / "NEWS").unlink()
    result = resolved(root, table, version="5", pinned=True)
    assert result.project["description"] == "table 5"


def test_table_in_a_circle(tmp_path: Path) -> None:
    body = "def dynamic_metadata(field, settings, project):\n    return project[settings['of']]\n"
    plugin(tmp_path, "zoo_a", body)
    table = project(
        """
        [tool.dynamic-metadata]
        version = { provider = "zoo_a", provider-path = "plugins", of = "description" }
        description = { provider = "zoo_a", provider-path = "plugins", of = "version" }
        """,
        '"version", "description"',
    )
    with pytest.raises(MetadataError, match="version -> description -> version"):
        resolved(tmp_path, table)


def test_table_sees_all_fields(tmp_path: Path) -> None:
    plugin(
        tmp_path,
        "zoo_a",
        "def dynamic_metadata(field, settings, project):\n"
        "    return ' '.join(sorted(project)) + str(len(project)) + str('version' in project)\n",
    )
    entry = 'provider = "zoo_a"\nprovider-path = "plugins"\n'
    table = project(f"[tool.dynamic-metadata.description]\n{entry}", '"version", "description"')
    result = resolved(tmp_path, table, version="1").project
    assert result["description"] == "description dynamic name version4True"


@pytest.mark.parametrize(
    ("form", "body", "words"),
    [
        (
            "[[tool.dynamic-metadata]]",
            "def dynamic_metadata(field, settings): return '1'",
            "speaks the older protocol of the table",
        ),
        ("[tool.dynamic-metadata.version]", GIVES, "speaks the protocol of the array"),
    ],
)
def test_a_plugin_of_the_other_form(tmp_path: Path, form: str, body: str, words: str) -> None:
    plugin(tmp_path, "zoo_a", body)
    table = project(f'{form}\nprovider = "zoo_a"\nprovider-path = "plugins"\n')
    with pytest.raises(MetadataError, match=words):
        resolved(tmp_path, table)


# --- reading and loading


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool]\ndynamic-metadata = 1", ["`tool.dynamic-metadata` is 1"]),
        ("[tool]\ndynamic-metadata = [1]", ["`tool.dynamic-metadata[0]` is 1, not a table"]),
        ("[[tool.dynamic-metadata]]\nfield = 'x'", ["`tool.dynamic-metadata[0]`: `provider` is"]),
        ("[[tool.dynamic-metadata]]\nprovider = { path = 'x' }", ["`provider` is { path ="]),
        ("[[tool.dynamic-metadata]]\nprovider = { path = 1, module = 'x' }", ["`provider` is"]),
        ("[[tool.dynamic-metadata]]\nprovider = 'x'\nprovider-path = 1", ["`provider` is"]),
        ("[tool.dynamic-metadata.name]\nprovider = 'x'", ["`name` is no field", "authors"]),
        (
            "[tool.dynamic-metadata.version]\n[tool.dynamic-metadata.colour]\nprovider = 'x'",
            ["`tool.dynamic-metadata.version`: `provider`", "`colour` is no field"],
        ),
    ],
)
def test_wrong_tables(text: str, words: list[str]) -> None:
    with pytest.raises((MetadataError, ErrorCollection)) as caught:
        read_entries(parse(text))
    for word in words:
        assert word in str(caught.value)


def test_no_entries() -> None:
    assert read_entries({}) == ()
    assert read_entries({"tool": {"dynamic-metadata": []}}) == ()


def test_requirements_of_plugins_that_lack_them(tmp_path: Path) -> None:
    asks = "def get_requires_for_dynamic_metadata(settings):\n    return settings['asks']\n"
    plugin(tmp_path, "zoo_needs", f"import zoo_missing\n{asks}{GIVES}")
    plugin(tmp_path, "zoo_asks", f"{asks}{GIVES}")
    needs = LOCAL % ("zoo_needs", 'asks = ["a"]')
    entries = read_entries(parse(needs + LOCAL % ("zoo_asks", 'asks = ["b", "c", "b"]')))
    assert provider_requirements(entries, tmp_path) == ("b", "c")
    for asked, words in (('"text"', 'requires "text"'), ("[1]", "requires [1]")):
        wrong = read_entries(parse(LOCAL % ("zoo_asks", f"asks = {asked}")))
        with pytest.raises(MetadataError) as caught:
            provider_requirements(wrong, tmp_path)
        assert words in str(caught.value)
    with pytest.raises(MetadataError, match="failed: KeyError: 'asks'"):
        provider_requirements(read_entries(parse(LOCAL % ("zoo_asks", ""))), tmp_path)


def test_fields_are_those_of_pyproject_metadata() -> None:
    from pyproject_metadata.constants import PROJECT_TO_METADATA

    assert set(PROJECT_TO_METADATA) - {"name", "dynamic"} == FIELDS
