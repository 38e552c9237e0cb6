"""The JSON schema, and the reference that is made with it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import jsonschema
import pytest

from zigwheel.config.condition import Condition
from zigwheel.config.kinds import keys_of
from zigwheel.config.model import Config
from zigwheel.config.schema import config_schema, texts_of
from zigwheel.config.settings import options
from zigwheel.config.toml import parse

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
RECORDS = [Condition, Config, *(k.kind.record for k in keys_of(Config).values() if k.kind.record)]
VALIDATOR = jsonschema.Draft7Validator(config_schema())


def test_the_schema_is_draft_07() -> None:
    jsonschema.Draft7Validator.check_schema(config_schema())
    assert config_schema()["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("record", RECORDS)
def test_every_field_has_a_text(record: type) -> None:
    names = {field.name for field in fields(record)}
    assert names <= set(texts_of(record))
    assert all(re.match(r"[A-Z`a-z].*[.]$", texts_of(record)[name]) for name in names)


def blocks(text: str) -> list[str]:
    """The TOML examples of a page."""
    return re.findall(r"^```toml\n(.*?)^```", text, re.M | re.S)


def test_the_examples_of_the_reference_are_right(load_table: Callable[..., Config]) -> None:
    examples = blocks((REFERENCE / "options.md").read_text("utf-8"))
    assert examples
    for example in examples:
        tool = parse(example)["tool"]["zigwheel"]
        tool.setdefault("extension", [{"name": "fastsum._core", "sources": ["a.c"]}])
        VALIDATOR.validate(tool)
        load_table(tool)


GOOD = [
    "",
    "py-api = 'cp310'",
    "py-api = ''",
    "py-api = 'cp315t'",
    "py-api = 'cp39.cp316t'",
    "[[library]]\nname = 'z'\nsources = ['z.c']\nversion = '1'\nlicense = 'Zlib'\npurl = 'pkg:generic/z'",
    "manylinux = '2014'",
    "wheel.packages = ['src/a']",
    "wheel.packages = { a = 'src/a' }",
    "[[extension]]\nname = 'a.b'\nsources = []\ndefine-macros = { A = 1, B = 'x', C = true }",
    "[[overrides]]\nif.os = 'linux'\nextension.lto = true",
    "[[overrides]]\nif.os = ['linux', '!macos']\n[[overrides.extension]]\nname = '*'",
    "[[overrides]]\nif.any = [{ os = 'linux' }, { all = [{ env.CI = true }] }]\nlto = true",
    "[[overrides]]\nif.env.A = 'x'\nwheel.exclude = []\ninherit.wheel.exclude = 'append'",
    "wheels.skip = ''\nwheels.environment = 'A=1'\nwheels.test-command = ['a', 'b']",
    "[[wheels.overrides]]\nselect = 'cp3*'\ntest-command = ''\ninherit.test-command = 'none'",
]

BAD = [
    "py_api = 'cp310'",
    "py-api = 'cp3'",
    "py-api = 'cp314t'",
    "py-api = 'cp315t.cp310'",
    "py-api = 'cp310.cp311'",
    "[[library]]\nname = 'z'\nsources = ['z.c']\npurl = 'zlib@1.3'",
    "[[library]]\nname = 'z'\nsources = ['z.c']\ncpe = 'cpe:/a:zlib:zlib:1.3'",
    "manylinux = '2.28'",
    "lto = 'true'",
    "optimize = 'fastest'",
    "wheel.data = { '../a' = 'b' }",
    "wheel.packages = 'a'",
    "[extension]\nname = 'a'\nsources = []",
    "[[extension]]\nname = 'a'",
    "[[extension]]\nname = 'a-b'\nsources = []",
    "[[extension]]\nname = 'a'\nsources = ['']",
    "[[extension]]\nname = 'a'\nsources = []\ndefine-macros = { '-DX' = 1 }",
    "[[overrides]]\nlto = true",
    "[[overrides]]\nif = {}\nlto = true",
    "[[overrides]]\nif.os = []\nlto = true",
    "[[overrides]]\nif.os = 'linux'\ntarget = 'x'",
    "[[overrides]]\nif.os = 'linux'\nextension.name = 'a'",
    "[[overrides]]\nif.os = 'linux'\n[[overrides.extension]]\nlto = true",
    "[[overrides]]\nif.os = 'linux'\nwheel.exclude = []\ninherit.wheel.exclude = 'after'",
    "[[overrides]]\nif.os = 'linux'\nlto = true\ninherit.lto = 'append'",
    "[[overrides]]\nif.any = []\nlto = true",
    "[[overrides]]\nif.any = [{}]\nlto = true",
    "[[overrides]]\nif.os = 'linux'\nwheels.skip = '*'",
    "wheels.enable = ['pypi']",
    "wheels.environment = { 'A B' = '1' }",
    "[[wheels.overrides]]\ntest-command = 'x'",
    "[[wheels.overrides]]\nselect = '*'\nskip = '*'",
    "[[wheels.overrides]]\nselect = '*'\ninherit.select = 'append'",
]


@pytest.mark.parametrize("text", GOOD)
def test_right_tables(text: str) -> None:
    VALIDATOR.validate(parse(text))


@pytest.mark.parametrize("text", BAD)
def test_wrong_tables(text: str) -> None:
    assert not VALIDATOR.is_valid(parse(text))


def test_the_reference_names_every_option() -> None:
    page = (REFERENCE / "options.md").read_text("utf-8")
    for option in options().values():
        assert f"`-C {option.name}=...`" in page
        assert f"`{option.variable}`" in page
    for key in keys_of(Condition).values():
        assert f"`if.{key.name}`" in page


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of the generator."""
    command = [sys.executable, str(ROOT / "scripts" / "reference.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_generated_files_are_current() -> None:
    done = run("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    schema = json.loads((REFERENCE / "zigwheel.schema.json").read_text("utf-8"))
    assert schema == config_schema()


def test_a_stale_file_is_shown_and_then_written(tmp_path: Path) -> None:
    for name in ("options.md", "zigwheel.schema.json"):
        (tmp_path / name).write_bytes((REFERENCE / name).read_bytes())
    page = tmp_path / "options.md"
    current = page.read_text("utf-8")
    page.write_text(current.replace("`-C lto=...`", "`-C old=...`"), "utf-8")
    stale = run("--check", "--folder", str(tmp_path))
    assert stale.returncode == 1
    assert "-- Option: `-C old=...`\n+- Option: `-C lto=...`\n" in stale.stdout
    assert "zigwheel.schema.json" not in stale.stdout
    assert run("--folder", str(tmp_path)).returncode == 0
    assert page.read_text("utf-8") == current
