"""The text of a config header, from a template and values, as its own tool would write it.

Sources: Autoconf's `config.status` ("Configuration Header Files"), CMake's `configure_file`, Meson's
"Configuration", and Zig's `std.Build.Step.ConfigHeader`, which has the forms of the first two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

STYLES = {
    "cmake": re.compile(r"^[ \t]*#[ \t]*cmakedefine(?:01)?\b", re.MULTILINE),
    "meson": re.compile(r"^[ \t]*#[ \t]*mesondefine\b", re.MULTILINE),
    "autoconf": re.compile(r"^[ \t]*#[ \t]*undef[ \t]+\w+[ \t]*\r?$", re.MULTILINE),
    "autoconf-at": re.compile(r"@[A-Za-z_]\w*@"),
}
"""What shows each style, in the order in which it is looked for."""

UNDEF = re.compile(
    r"^(?P<before>[ \t]*#[ \t]*)(?P<word>undef|define)[ \t]+(?P<name>\w+)(?P<rest>.*)$"
)
CMAKE = re.compile(
    r"^(?P<start>[ \t]*#[ \t]*)cmakedefine(?P<bool>01)?[ \t]+(?P<name>\w+)(?P<rest>.*)$"
)
MESON = re.compile(r"^[ \t]*#[ \t]*mesondefine[ \t]+(?P<name>\w+)[ \t]*$")
AT = re.compile(r"@(?P<at>[A-Za-z_]\w*)@")
AT_OR_BRACES = re.compile(r"@(?P<at>[A-Za-z_]\w*)@|\$\{(?P<braces>[A-Za-z_]\w*)\}")

FALSE = re.compile(r"0|OFF|NO|FALSE|N|IGNORE|NOTFOUND|.*-NOTFOUND|", re.IGNORECASE)
"""What CMake takes for false."""


@dataclass(kw_only=True, slots=True)
class Filling:
    """Answers for the names of a template, and which of them it asked for."""

    values: Mapping[str, str | int | bool]
    """Those of the project, which win."""
    facts: Mapping[str, str | None]
    """Those of the target."""
    asked: set[str] = field(default_factory=set)
    """Names that were looked up."""
    unknown: dict[str, int] = field(default_factory=dict)
    """Names that nobody answers for, and the line of the first use."""

    def look_up(self, name: str, line: int) -> str | None:
        """The text of a macro, or None where it is not defined."""
        self.asked.add(name)
        if name in self.values:
            return text_of(self.values[name])
        if name not in self.facts:
            self.unknown.setdefault(name, line)
        return self.facts.get(name)


def text_of(value: str | int | bool) -> str | None:
    """A value as C has it; None for one that is not defined."""
    if isinstance(value, bool):
        return "1" if value else None
    return str(value)


def style_of(text: str) -> str:
    """What a template's lines show; one that has nothing to fill in is copied."""
    for style, shown in STYLES.items():
        if shown.search(text):
            return style
    return "cmake" if AT_OR_BRACES.search(text) else "autoconf-at"


def filled(text: str, style: str, filling: Filling) -> str:
    """The template with everything filled in. Line ends stay as they are."""
    line_of = {"autoconf": undef_line, "cmake": cmake_line, "meson": meson_line}.get(style, at_line)
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        body = line.removesuffix("\r")
        lines.append(line_of(body, number, filling) + line[len(body) :])
    return "\n".join(lines)


def undef_line(line: str, number: int, filling: Filling) -> str:
    """`#undef NAME`; a `#define` gives way to a value of the project, but asks for none."""
    found = UNDEF.match(line)
    if not found or (found["word"] == "define" and found["name"] not in filling.values):
        return line
    name = found["name"]
    if found["rest"][:1] == "(":
        return line
    value = filling.look_up(name, number)
    if value is not None:
        return f"{found['before']}define {name} {value}".rstrip()
    return line if found["word"] == "define" else f"/* {found['before']}undef {name} */"


def cmake_line(line: str, number: int, filling: Filling) -> str:
    """`#cmakedefine NAME ...`, `#cmakedefine01 NAME`, and variables in these and all other lines."""
    found = CMAKE.match(line)
    if not found:
        return replaced(line, number, filling, AT_OR_BRACES)
    value = filling.look_up(found["name"], number)
    true = value is not None and not FALSE.fullmatch(value)
    if found["bool"]:
        rest = replaced(found["rest"], number, filling, AT_OR_BRACES)
        return f"{found['start']}define {found['name']}{rest} {int(true)}"
    if not true:
        return f"/* #undef {found['name']} */"
    rest = replaced(found["rest"], number, filling, AT_OR_BRACES)
    return f"{found['start']}define {found['name']}{rest}"


def meson_line(line: str, number: int, filling: Filling) -> str:
    """`#mesondefine NAME`, and variables in all other lines."""
    found = MESON.match(line)
    if not found:
        return replaced(line, number, filling, AT)
    name = found["name"]
    value = filling.look_up(name, number)
    if filling.values.get(name) is True:
        return f"#define {name}"
    if filling.values.get(name) is False:
        return f"#undef {name}"
    return f"/* #undef {name} */" if value is None else f"#define {name} {value}".rstrip()


def at_line(line: str, number: int, filling: Filling) -> str:
    """`@NAME@`."""
    return replaced(line, number, filling, AT)


def replaced(line: str, number: int, filling: Filling, variable: re.Pattern[str]) -> str:
    """A line with its variables replaced; one that is not defined is 0."""

    def value(found: re.Match[str]) -> str:
        text = filling.look_up(found[found.lastgroup or 0], number)
        return "0" if text is None else text

    return variable.sub(value, line)


def listed(values: Mapping[str, str | int | bool], path: str) -> str:
    """A header without a template: the values, in their order, in an include guard."""
    guard = re.sub(r"[^A-Z0-9]", "_", path.upper())
    guard = f"_{guard}" if guard[0].isdigit() else guard
    lines = [f"#ifndef {guard}", f"#define {guard}", ""]
    for name, value in values.items():
        text = text_of(value)
        undefined = f"/* #undef {name} */"
        lines.append(undefined if text is None else f"#define {name} {text}".rstrip())
    return "\n".join([*lines, "", f"#endif /* {guard} */", ""])
