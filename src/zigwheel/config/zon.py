"""Zig Object Notation, as `build.zig.zon` uses it: a reader, and a writer of what we need.

A value is a `dict` (`.{ .a = 1 }`), a `list` (`.{ 1, 2 }`; the empty `.{}` too), a `str` (strings,
and names such as `.zlib`), an `int`, a `float`, a `bool` or None. Format: the language reference of Zig
0.16, Literals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Zon: TypeAlias = Any

TOKEN = re.compile(
    r"""(?P<blank>(?:\s|//[^\n]*)+)
      | (?P<open>\.\{) | (?P<close>\}) | (?P<equals>=) | (?P<comma>,)
      | (?P<name>\.(?:[A-Za-z_]\w*|@"(?:[^"\\\n]|\\.)*"))
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<lines>\\\\[^\n]*(?:\n\s*\\\\[^\n]*)*)
      | (?P<character>'(?:[^'\\\n]|\\[^\n]|\\[xu][^'\n]*)')
      | (?P<number>-?(?:0[xob][0-9A-Fa-f_]+|[0-9][0-9_]*(?:\.[0-9_]+)?(?:[eE][-+]?[0-9_]+)?))
      | (?P<word>true|false|null|nan|inf|-inf)""",
    re.VERBOSE | re.ASCII,
)

ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|(.))")
SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
WORDS = {
    "true": True,
    "false": False,
    "null": None,
    "nan": float("nan"),
    "inf": float("inf"),
    "-inf": float("-inf"),
}
DEEPEST = 32


class ZonError(ValueError):
    """Text that is not ZON; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line


def parse_zon(text: str) -> Zon:
    """The value that a file of ZON holds. Raises `ZonError`."""
    tokens = Tokens(text)
    value = read(tokens, 0)
    if tokens.kind:
        raise tokens.error("something after the value")
    return value


class Tokens:
    """The tokens of a text; `kind` and `text` are those of the one at hand, empty at the end."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.at = self.end = 0
        self.kind = self.text = ""
        self.next()

    def next(self) -> None:
        """Go to the next token that is not blank."""
        self.at = self.end
        while self.at < len(self.source):
            match = TOKEN.match(self.source, self.at)
            if match is None:
                raise self.error(f"no token: {self.source[self.at : self.at + 20]!r}")
            self.end = match.end()
            if match.lastgroup != "blank":
                self.kind, self.text = match.lastgroup or "", match[0]
                return
            self.at = self.end
        self.kind = self.text = ""

    def error(self, message: str) -> ZonError:
        """What is wrong at this place."""
        return ZonError(message, self.source.count("\n", 0, self.at) + 1)


def read(tokens: Tokens, depth: int) -> Zon:
    """One value."""
    kind, text = tokens.kind, tokens.text
    if depth > DEEPEST:
        raise tokens.error("too deep")
    if kind == "open":
        tokens.next()
        return read_inside(tokens, depth)
    try:
        value = scalar(kind, text)
    except (KeyError, ValueError, OverflowError):
        raise tokens.error(f"no value: {text[:20]!r}") from None
    tokens.next()
    return value


def read_inside(tokens: Tokens, depth: int) -> dict[str, Zon] | list[Zon]:
    """What stands between braces, and the closing one."""
    fields: dict[str, Zon] = {}
    items: list[Zon] = []
    while tokens.kind != "close":
        before = tokens.text if tokens.kind == "name" else ""
        value = read(tokens, depth + 1)
        if before and tokens.kind == "equals":
            tokens.next()
            fields[value] = read(tokens, depth + 1)
        else:
            items.append(value)
        if tokens.kind == "comma":
            tokens.next()
        elif tokens.kind != "close":
            raise tokens.error("`,` or `}` is missing")
    tokens.next()
    if fields and items:
        raise tokens.error("fields and items in one list")
    return fields or items


def scalar(kind: str, text: str) -> str | int | float | bool | None:
    """A value without parts. Raises `ValueError` or `KeyError`."""
    if kind == "name":
        inner = text[1:]
        return unescaped(inner[2:-1]) if inner.startswith("@") else inner
    if kind == "string":
        return unescaped(text[1:-1])
    if kind == "lines":
        return "\n".join(line.strip()[2:] for line in text.split("\n"))
    if kind == "character":
        return ord(unescaped(text[1:-1]))
    if kind == "number":
        plain = text.replace("_", "")
        return float(plain) if re.search(r"[.eE]", plain) and "0x" not in plain else int(plain, 0)
    return WORDS[text]


def unescaped(text: str) -> str:
    """The content of a string."""

    def one(match: re.Match[str]) -> str:
        if match[3]:
            return SIMPLE[match[3]]
        return chr(int(match[1] or match[2], 16))

    return ESCAPE.sub(one, text)


def render_zon(value: Zon, indent: str = "") -> str:
    """A value as `zig fmt` writes it; the keys of a table keep their order.

    Names are written as such only where `Name` says so; all other text is a string.
    """
    inner = f"{indent}    "
    if isinstance(value, Mapping):
        lines = [f"{inner}.{identifier(k)} = {render_zon(v, inner)},\n" for k, v in value.items()]
        return f".{{\n{''.join(lines)}{indent}}}" if lines else ".{}"
    if isinstance(value, Name):
        return f".{identifier(value)}"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Sequence):
        lines = [f"{inner}{render_zon(item, inner)},\n" for item in value]
        return f".{{\n{''.join(lines)}{indent}}}" if lines else ".{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


class Name(str):
    """A name of Zig's, such as `.zlib`."""

    __slots__ = ()


KEYWORDS = frozenset(
    "addrspace align allowzero and anyframe anytype asm break callconv catch comptime const continue "
    "defer else enum errdefer error export extern fn for if inline linksection noalias noinline "
    "nosuspend opaque or orelse packed pub resume return struct suspend switch test threadlocal try "
    "union unreachable usingnamespace var volatile while".split()
)


def identifier(name: str) -> str:
    """A name of Zig's, in quotes where it needs them."""
    if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) and name not in KEYWORDS and name != "_":
        return name
    return f"@{quoted(name)}"


def quoted(text: str) -> str:
    """A Zig string literal (language reference, String Literals and Escape Sequences)."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return (
        '"'
        + "".join(
            escapes.get(c, c) if c >= " " or c in escapes else f"\\x{ord(c):02x}" for c in text
        )
        + '"'
    )
