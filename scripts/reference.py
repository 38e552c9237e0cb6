"""Write the reference pages and the JSON schema from the code that they describe.

python scripts/reference.py            writes options.md, zigwheel.schema.json, targets.md,
                                       command-line.md and audit.md into docs/reference/
python scripts/reference.py --check    exits with 1, and a diff, where they are not current
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from zigwheel import errors  # noqa: E402
from zigwheel.cli.main import parser as command_line  # noqa: E402
from zigwheel.cli.targets import targets  # noqa: E402
from zigwheel.config.condition import Condition  # noqa: E402
from zigwheel.config.kinds import Key, Kind, keys_of, words  # noqa: E402
from zigwheel.config.model import Compilation, Config  # noqa: E402
from zigwheel.config.schema import config_schema, summary, texts_of  # noqa: E402
from zigwheel.config.settings import options  # noqa: E402
from zigwheel.config.words import toml_text  # noqa: E402
from zigwheel.recipe.schema import schema as recipe_schema  # noqa: E402

FOLDER = ROOT / "docs" / "reference"
COMPONENTS = ("extension", "library", "executable")

HEAD = """\
# Options

<!-- Written by scripts/reference.py from src/zigwheel/config/model.py. Do not edit. -->

Settings come from four places. Later ones win:

1. `[tool.zigwheel]` in `pyproject.toml`
2. its [overrides](#overrides), in order
3. environment variables: `ZIGWHEEL_` and the key in capitals, with `_` for `.` and `-`; an empty
   variable says nothing
4. `-C KEY=VALUE` of pip, build and uv

Where a later place sets a table, such as `define-macros`, the tables are merged key by key; a list
or a single value is replaced.

The text of a variable or of `-C` is read by the type of the setting:

| Type | Text |
|---|---|
| string | as it is |
| boolean | `true`, `false`, `1`, `0`, `yes`, `no`, `on`, `off` |
| list | `a;b;c`, or a TOML array: `["a", "b"]` |
| table | `K=V;K2=V2`, or a TOML inline table: `{ K = "V" }`; for macros, `K` alone means `K=true` |

A key that is given to `-C` more than once adds to a list, merges into a table, and replaces
anything else. `extension.KEY`, `library.KEY` and `executable.KEY` are for all entries of that kind.
The variable `ZIGWHEEL_ZIG` is no option: it names the `zig` to run.

Paths are relative to the project's root and written with `/`. `sources` takes globs (`*`, `**`,
`?`, `[...]`, `{a,b}`); `include` and `exclude` take patterns in gitignore's syntax.

For completion and checks in an editor, use the schema
[`zigwheel.schema.json`](zigwheel.schema.json) for the table `tool.zigwheel`.
"""

OVERRIDES = """\
## Overrides

`[[tool.zigwheel.overrides]]` changes settings where its `if` holds. The target decides, never the
machine that builds.

```toml
[[tool.zigwheel.overrides]]
if.os = "linux"
if.arch = ["x86_64", "i686"]
extension.define-macros = { HAVE_SSE2 = true }         # for all extensions
inherit.extension.extra-compile-args = "append"
extension.extra-compile-args = ["-msse2"]

[[tool.zigwheel.overrides]]
if.any = [{ os = "windows" }, { libc = "musl" }]
[[tool.zigwheel.overrides.extension]]                  # for those whose name matches
name = "fastsum.*"
define-macros = { HAVE_BACKTRACE = false }
```

All overrides that apply are taken in order; later ones win. Every override is checked, whether or
not it applies.

- `extension`, `library` and `executable` are either one table, for all entries, or an array of
  tables, each for the entries whose `name` matches a glob. An entry with `sources`, whose name has
  no wildcard and is not there yet, adds a component.
- Single values and lists replace what was there. `inherit.KEY = "append"` or `"prepend"` puts a
  list behind or before what was there.
- Tables are merged key by key, and the later value of a key wins; with `inherit.KEY = "prepend"`
  the earlier one does. `inherit.KEY = "none"` replaces the table.
- `target`, `python`, `wheels`, `caches` and `minimum-version` can't be set here.

The keys of `if` are:
"""


def main(arguments: list[str] | None = None) -> int:
    """Write or check the generated files; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the files are")
    given = parser.parse_args(arguments)
    folder, check = given.folder, given.check
    schema = json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n"
    made = {
        folder / "options.md": reference(),
        folder / "zigwheel.schema.json": schema,
        folder / "recipe.schema.json": json.dumps(recipe_schema(), indent=1) + "\n",
        folder / "targets.md": targets_page(),
        folder / "command-line.md": command_line_page(),
        folder / "audit.md": audit_page(),
    }
    stale = [path for path, text in made.items() if text_of(path) != text]
    for path in stale:
        if check:
            sys.stdout.writelines(difference(path, made[path]))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made[path].encode())
            print(f"written: {path.name}")
    return 1 if check and stale else 0


def text_of(path: Path) -> str:
    """What a file holds; empty if it is not there."""
    return path.read_bytes().decode() if path.is_file() else ""


def difference(path: Path, text: str) -> Iterator[str]:
    """A unified diff from the file to `text`."""
    before, after = text_of(path).splitlines(True), text.splitlines(True)
    yield from difflib.unified_diff(before, after, path.name, f"{path.name} (from the model)")


def reference() -> str:
    """The page of all options."""
    keys = keys_of(Config)
    common = {field.name for field in fields(Compilation)}
    parts = [HEAD, "## `[tool.zigwheel]`\n"]
    parts += [entry(Config, key, [key.name]) for key in keys.values() if key.kind.record is None]
    parts.append("## Extensions, libraries and executables\n")
    parts.append(f"{summary(Compilation)}\n")
    for key in keys_of(Compilation).values():
        if key.name != "name":
            names = [f"{outer}.{key.name}" for outer in COMPONENTS]
            parts.append(entry(Compilation, key, names))
    for outer in keys.values():
        if outer.kind.record is not None:
            own = [
                key
                for key in keys_of(outer.kind.record).values()
                if outer.name not in COMPONENTS or key.field not in common - {"name"}
            ]
            parts += section(outer, outer.kind.record, own)
    parts.append(OVERRIDES)
    parts.append("\n".join(condition(key) for key in keys_of(Condition).values()))
    return "\n".join(parts).rstrip() + "\n"


def section(outer: Key, record: type, keys: Iterable[Key]) -> Iterator[str]:
    """The heading of a table and its keys."""
    header, _, text = summary(record).partition(": ")
    yield f"## {header}\n"
    yield f"{text[:1].upper()}{text[1:]}\n"
    for key in keys:
        name = ".NAME" if outer.kind.shape == "named" else ""
        yield entry(record, key, [f"{outer.name}{name}.{key.name}"])


def entry(record: type, key: Key, names: list[str]) -> str:
    """One setting: heading, text, type, default, and its spellings outside pyproject.toml."""
    text, default = divided(texts_of(record)[key.field])
    lines = [f"### `{names[0] if len(names) == 1 else key.name}`", "", text, ""]
    lines.append(f"- Type: {type_words(key.kind)}")
    lines.append(f"- Default: {default or default_words(key)}")
    known = [options()[name] for name in names if name in options()]
    if known:
        outside = [(f"-C {option.name}=...", option.variable) for option in known]
        lines.append(f"- Option: {', '.join(f'`{setting}`' for setting, _ in outside)}")
        lines.append(f"- Variable: {', '.join(f'`{variable}`' for _, variable in outside)}")
    return "\n".join(lines) + "\n"


def condition(key: Key) -> str:
    """One key of an override's `if`."""
    return f"- `if.{key.name}`: {texts_of(Condition)[key.field]}"


def divided(text: str) -> tuple[str, str]:
    """A field's text without its last sentence about the default, and that default."""
    body, _, default = text.partition(" Default: ")
    return body, default.rstrip(".")


def type_words(kind: Kind) -> str:
    """What a value is, with the form of its strings."""
    if kind.form:
        return f"a string: {kind.form.text}"
    if kind.key is not None and kind.item is not None:
        key = kind.key.form.text if kind.key.form else "a string"
        value = kind.item.form.text if kind.item.form else words(kind.item)
        return f"{words(kind)}; each key is {key}; each value is {value}"
    if kind.item is not None and kind.item.form:
        return f"{words(kind)}, each {kind.item.form.text}"
    return words(kind).replace('"', "`")


def default_words(key: Key) -> str:
    """The default of a setting whose text does not name it."""
    if key.kind.unless:
        return f"none; the key is required, but where `{key.kind.unless}` is given"
    if key.required:
        return "none; the key is required"
    if isinstance(key.default, (str, bool, int)) and key.default != "":
        return f"`{toml_text(key.default)}`"
    return "empty"


MADE = "<!-- Written by scripts/reference.py. Do not edit. -->\n"


def targets_page() -> str:
    """The machines that can be built for."""
    from zigwheel.target.python import SUPPORTED

    rows = targets()
    lines = ["# Targets", "", MADE]
    lines.append("Linux, from the oldest C library that Zig can promise, Windows, and macOS:\n")
    lines += ["| " + " | ".join(rows[0]) + " |", "|" + "---|" * len(rows[0])]
    lines += ["| " + " | ".join(f"`{cell}`" for cell in row.values()) + " |" for row in rows]
    lines += ["", "A floor that is older than the machine's oldest is raised when it comes from"]
    lines += [
        "`manylinux` or `macosx` in the config, and refused when the target itself names it.",
        "",
    ]
    lines += [f"Pythons: {SUPPORTED}.", "", *pythons_table()]
    return "\n".join(lines) + "\n"


def commands(parser: argparse.ArgumentParser, *, level: int) -> Iterator[str]:
    """The help of every command below a parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from (f"{'#' * level} `{inner.prog}`", "")
                yield from ("```text", inner.format_help().rstrip(), "```", "")
                yield from commands(inner, level=level + 1)


def pythons_table() -> Iterator[str]:
    """How each kind of Python is named, and what its wheels and files are called."""
    from zigwheel.target.model import Target
    from zigwheel.target.python import parse_python, suffix
    from zigwheel.target.stable import stable_abi
    from zigwheel.target.tags import wheel_tag
    from zigwheel.target.triple import Triple

    triple = Triple(arch="x86_64", os="linux", libc="gnu", floor=(2, 28))
    yield "| `python` | `py-api` | wheel tag | file name |"
    yield "|---|---|---|---|"
    for name, py_api in (
        ("cp313", ""),
        ("cp314t", ""),
        ("cp313", "cp310"),
        ("cp315t", "cp315t"),
        ("cp315", "cp315t"),
        ("pp311", ""),
        ("pypy311_pp73", ""),
    ):
        python = parse_python(name)
        stable = stable_abi(python, py_api)
        tag = wheel_tag(Target(triple=triple, python=python), kind="extension", stable=stable)
        ending = suffix(python, triple, stable_abi=stable.name if stable else "")
        asked = f"`{py_api}`" if py_api else ""
        yield f"| `{name}` | {asked} | `{tag.filename_part}` | `_core{ending}` |"
    yield ""
    yield "`pp311` stands for the last release of PyPy 3.11; an older one is named by its ABI."


def command_line_page() -> str:
    """Every command's help, and the exit codes."""
    import os

    os.environ["COLUMNS"] = "96"
    top = command_line()
    lines = ["# Command line", "", MADE, "```text", top.format_help().rstrip(), "```", ""]
    lines += commands(top, level=2)
    lines += ["## Exit codes", "", "| code | meaning |", "|---|---|", "| 0 | done |"]
    classes = {
        c.exit_code: (c.__doc__ or "").split("\n")[0]
        for c in vars(errors).values()
        if isinstance(c, type) and issubclass(c, errors.ZigwheelError)
        if c is not errors.ErrorCollection
    }
    lines += [
        f"| {code} | {text} |"
        for code, text in sorted({2: "The arguments are off.", **classes}.items())
    ]
    lines += ["| 130 | Interrupted. |", ""]
    lines += ["Several errors at once have the code of the first."]
    return "\n".join(lines) + "\n"


AUDIT = """\
A wheel is *refused* for an error: the command ends with code 13, and a build hands nothing over.
A warning says what may be meant so.

What every system of a tag has comes from PEP 600's policies as auditwheel keeps them, and from
delvewheel's lists of Windows' DLLs; the symbols of the stable ABI come from CPython's source.
"""

AUDIT_JSON = """\
## `zigwheel audit --json`

An object with `schema`, which is 1, and `wheels`, one object for each wheel in the order of the
arguments. Keys may be added without a change of `schema`. A wheel has:

- `wheel`: The file's name.
- `verdict`: `kept` or `refused`.
- `tags`: What it promises: the expanded tags of its name, sorted.
- `files`: Its compiled files, one object for each machine that a file holds code for, with
"""


def audit_page() -> str:
    """The codes of the audit, and its JSON."""
    from zigwheel.audit.report import ERRORS, WARNINGS, AuditedFile, Finding

    lines = ["# Audit", "", MADE, AUDIT]
    for title, codes in (("Errors", ERRORS), ("Warnings", WARNINGS)):
        lines += [f"## {title}", "", "| code | what was found |", "|---|---|"]
        lines += [f"| `{code}` | {text} |" for code, text in codes.items()] + [""]
    lines.append(AUDIT_JSON.rstrip())
    lines += [
        f"  - `{field.name}`: {texts_of(AuditedFile)[field.name]}" for field in fields(AuditedFile)
    ]
    lines.append("- `findings`: What was found, errors first, each with")
    lines.append("  - `severity`: `error` or `warning`.")
    lines += [f"  - `{field.name}`: {texts_of(Finding)[field.name]}" for field in fields(Finding)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
