"""What `[project]` may not say, and that everything else is valid core metadata."""

from __future__ import annotations

from collections.abc import Mapping
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import packaging.metadata
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zigwheel.config.dynamic import FIELDS
from zigwheel.config.metadata import Metadata, load_metadata
from zigwheel.config.model import VersionSettings
from zigwheel.config.toml import parse
from zigwheel.errors import ErrorCollection, MetadataError


def loaded(root: Path, text: str | Mapping[str, Any]) -> Metadata:
    table = parse(text) if isinstance(text, str) else text
    version = VersionSettings(**table.get("tool", {}).get("zigwheel", {}).get("version", {}))
    return load_metadata(root, table, version, environ={})


def project(text: str = "", version: str = 'version = "1.0"') -> str:
    return f'[project]\nname = "zoo"\n{version}\n{text}\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["no table `[project]`", 'hint: add `[project]` with at least `name = "..."`']),
        ("project = 1", ["no table `[project]`"]),
        ('[project]\nversion = "1"', ['"project.name"', 'hint: write `name = "..."`']),
        ('[project]\nname = "zoo"', ['"project.version"', "hint: write a PEP 440 version"]),
        ('[project]\nname = "-zoo"\nversion = "1"', ["-zoo", "letters, digits"]),
        (project(version='version = "one"'), ['"project.version"', "'one'", "PEP 440"]),
        (project(version="version = 1.0"), ['"project.version"', "float"]),
        (project('requires-python = "3.10+"'), ["requires-python", "'3.10+'", '`">=3.10"`']),
        (project('dependencies = ["numpy => 1"]'), ["dependencies[0]", "numpy => 1", "python_v"]),
        (project('dependencies = "numpy"'), ['"project.dependencies"', "hint: write req"]),
        (project('optional-dependencies = { t = ["a b"] }'), ["optional-dependencies.t[0]"]),
        (project('optional-dependencies = { "a b" = [] }'), ['has the extra "a b"']),
        (project('licence = "MIT"'), ["unknown key `project.licence`", "did you mean `license`"]),
        (project('licens_files = ["MIT"]'), ["did you mean `license-files`"]),
        (project('colour = "red"'), ["unknown key `project.colour`", "`[tool.NAME]`"]),
        (project('license = "MIT OR Nothing"'), ["`project.license`", "nothing", "SPDX"]),
        (project('license = "(MIT"'), ["`project.license`", "Invalid license expression"]),
        (project('license = { file = "GONE" }'), ["GONE", "not found"]),
        (project('license = { file = "../LICENSE" }'), ["leads out of the project"]),
        (project('license = { file = "a", text = "b" }'), ['"project.license"', "exactly one"]),
        (project('license-files = ["GONE*"]'), ["GONE*", "each has to match a file"]),
        (project('license-files = ["../LICENSE"]'), ["../LICENSE", "within the project"]),
        (project('license-files = [""]'), ["`project.license-files[0]`", "no glob"]),
        (project('license-files = ["a**b"]'), ["`project.license-files[0]`", "no glob"]),
        (project('license = "MIT"\nclassifiers = ["License :: OSI Approved"]'), ["License ::"]),
        (project('license = { text = "x" }\nlicense-files = []'), ["license-files", "SPDX"]),
        (project('readme = "GONE.md"'), ["GONE.md", "not found"]),
        (project('readme = "../README.md"'), ["leads out of the project"]),
        (project('readme = "README"'), ["content type", "README", "text/plain"]),
        (project('readme = "latin.md"'), ["`latin.md` is not UTF-8 (byte 1)"]),
        (project('readme = { text = "a", content-type = "text/html" }'), ["text/html"]),
        (
            project('readme = { text = "a", content-type = "text/plain; charset=latin-1" }'),
            ["charset=latin-1", "in UTF-8"],
        ),
        (project(r'description = "one\ntwo"'), ["more than one line", "into the readme"]),
        (project('authors = ["Zoë"]'), ["authors[0]", "{ name ="]),
        (project('authors = [{ nam = "Zoë" }]'), ["authors[0]", '"nam"']),
        (project(r'authors = [{ name = "a\nb" }]'), ["`project.authors[0].name`", "line break"]),
        (project(r'keywords = ["a\u2028b"]'), ["`project.keywords[0]`", "line break"]),
        (project(r'urls = { "a\nb" = "x" }'), ["`project.urls`", "line break"]),
        (project('urls = { abcdefghijklmnopqrstuvwxyzabcdefghijklm = "x" }'), ["32 characters"]),
        (
            project('scripts = { zoo = "zoo" }'),
            ['`project.scripts.zoo` is "zoo"', "module:function"],
        ),
        (project('scripts = { zoo = "zoo:a b" }'), ["`project.scripts.zoo`"]),
        (project('scripts = { "../zoo" = "zoo:a" }'), ['`project.scripts` has the name "../zoo"']),
        (project('scripts = { "a=b" = "zoo:a" }'), ['has the name "a=b"']),
        (project('gui-scripts = { "" = "zoo:a" }'), ["`project.gui-scripts` has the name"]),
        (project('entry-points = { g = { "[a" = "m" } }'), ["`project.entry-points.g`"]),
        (
            project('entry-points = { console_scripts = { a = "m:f" } }'),
            ["`project.entry-points.console_scripts` is not allowed", "`[project.scripts]`"],
        ),
        (project('dynamic = ["name"]'), ["'name'", "`name` is always in `[project]`"]),
        (project('dynamic = ["colour"]'), ["project.dynamic[0]", "'colour'"]),
        (project('dynamic = "version"'), ['`project.dynamic` is "version", not a list']),
        (project("dynamic = [[1]]"), ["project.dynamic[0]"]),
        (project('dynamic = ["version"]'), ['"project.version"', "is defined"]),
        (project('import-names = ["a.b"]'), ["missing 'a'", "PEP 794"]),
    ],
)
def test_errors_name_the_place_and_the_next_step(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    (tmp_path / "README").write_text("x", encoding="utf-8")
    (tmp_path / "latin.md").write_bytes(b"a\xe9")
    with pytest.raises((MetadataError, ErrorCollection)) as caught:
        loaded(tmp_path, text)
    message = str(caught.value)
    for word in words:
        assert word in message
    assert "hint: " in message or "did you mean" in message


def test_errors_come_all_at_once(tmp_path: Path) -> None:
    text = """
        [project]
        name = "zoo"
        dynamic = ["version"]
        requires-python = "new"
        licence = "MIT"
        dependencies = ["a b", "c d"]
        scripts = { zoo = "zoo" }
        [tool.zigwheel.version]
        path = "gone.py"
    """
    with pytest.raises(ErrorCollection) as caught:
        loaded(tmp_path, text)
    assert [error.message.split("`")[1:2] for error in caught.value.errors[:3]] == [
        ["tool.zigwheel.version.path"],
        ["project.licence"],
        ["project.scripts.zoo"],
    ]
    assert len(caught.value.errors) == 6
    assert caught.value.exit_code == MetadataError.exit_code


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(table=st.dictionaries(st.sampled_from([*sorted(FIELDS), "dynamic", "name"]), VALUES))
def test_any_values_are_reported_or_valid(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, Any]
) -> None:
    table = {"name": "zoo", "version": "1", **table}
    try:
        metadata = loaded(tmp_path_factory.getbasetemp(), {"project": table})
    except (MetadataError, ErrorCollection):
        return
    packaging.metadata.Metadata.from_email(metadata.metadata, validate=True)


TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
WORDS = st.one_of(st.from_regex(r"[A-Za-z0-9._-]{1,8}", fullmatch=True), TEXT)
PEOPLE = st.lists(
    st.dictionaries(st.sampled_from(["name", "email"]), WORDS, max_size=2), max_size=3
)


@settings(max_examples=150, deadline=None)
@given(
    table=st.fixed_dictionaries(
        {"name": st.sampled_from(["zoo", "Zoo.b"]), "version": st.sampled_from(["1", "1.0-rc1"])},
        optional={
            "description": TEXT,
            "readme": st.fixed_dictionaries(
                {"text": st.text(st.characters(codec="utf-8"), min_size=1, max_size=80)},
                optional={"content-type": st.sampled_from(["text/plain", "text/x-rst", "a/b"])},
            ),
            "authors": PEOPLE,
            "maintainers": PEOPLE,
            "keywords": st.lists(WORDS, max_size=3),
            "classifiers": st.lists(WORDS, max_size=3),
            "urls": st.dictionaries(WORDS, WORDS, max_size=3),
            "license": st.one_of(TEXT, st.dictionaries(st.just("text"), TEXT)),
            "dependencies": st.lists(WORDS, max_size=3),
            "optional-dependencies": st.dictionaries(WORDS, st.lists(WORDS, max_size=2)),
            "scripts": st.dictionaries(WORDS, st.sampled_from(["a:b", "a.b:c.d", "a"])),
            "import-names": st.lists(WORDS, max_size=2),
            "requires-python": st.sampled_from([">=3.9", "~=3.10", "", "x"]),
        },
    )
)
def test_what_passes_is_valid_for_installers(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, Any]
) -> None:
    root = tmp_path_factory.getbasetemp()
    try:
        metadata = loaded(root, {"project": table})
    except (MetadataError, ErrorCollection):
        return
    seen = packaging.metadata.Metadata.from_email(metadata.metadata, validate=True)
    assert seen.summary == (table.get("description", "").strip() or None)
    headers = BytesParser().parsebytes(metadata.metadata)
    assert len(headers.get_all("Project-URL", [])) == len(table.get("urls", {}))
    assert len(headers.get_all("Classifier", [])) == len(table.get("classifiers", []))
    if "readme" in table:
        text = table["readme"]["text"].removeprefix("\ufeff")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        assert (seen.description or "") == text
