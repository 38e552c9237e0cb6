"""Forms of strings: what a setting may look like, and the words that say so.

A pattern is written in what Python's `re` and ECMA 262 have in common, because the JSON schema
carries it to editors. It always means the whole value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, TypeAlias


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a string."""

    pattern: str
    """Regular expression of the whole value."""
    text: str
    """What the value must be, in words that follow 'must be'."""
    aliases: tuple[tuple[str, str], ...] = ()
    """Other spellings that are taken, each with what it stands for."""


class Mark(Enum):
    """What a type hint says beside the type."""

    REQUIRED = "every entry must have it"
    LISTED = "a table that may also be a list of paths, each named by its last part"
    SINGLE = "a list that may also be one string"
    BLANK = "the empty string may be written, too"
    WHOLE = "a list whose text from outside is one item, and not divided at `;`"
    ASSIGNED = "a table that may also be a string of assignments, as shells have them"
    EXPANDED = "a table in whose values `$NAME` stands for a variable"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Said of a table that few commands read: its dataclass, loaded when the table is there."""

    name: str
    """Module and class, such as `zigwheel.config.wheels:WheelsSettings`."""


@dataclass(frozen=True, slots=True)
class Unless:
    """Said of a required key: another key that stands for it."""

    key: str
    """That key, as in TOML."""


IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*"

# No `..`, nothing absolute, no drive letter, no backslash, no control character.
INSIDE = r"(?!/)(?![A-Za-z]:)(?!(?:[^\\]*/)?\.\.(?:/|$))[^\\\x00-\x1f]+"

ModuleName: TypeAlias = Annotated[
    str,
    Form(
        rf"{IDENTIFIER}(?:\.{IDENTIFIER})*",
        "a dotted module name of ASCII letters, digits and underscores, such as `fastsum._core`",
    ),
    Mark.REQUIRED,
]
FileName: TypeAlias = Annotated[
    str,
    Form(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*", "a file name without a folder, such as `z` or `my-tool`"),
    Mark.REQUIRED,
]
PackageName: TypeAlias = Annotated[
    str,
    Form(r"[A-Za-z_][A-Za-z0-9_-]*", "a name of letters, digits, `_` and `-`, such as `zlib`"),
]
PackageSource: TypeAlias = Annotated[
    str,
    Form(
        r"(?:git\+)?https?://[^\s\x00-\x1f]+",
        "what `zig fetch` takes: an `https://` address of an archive, or `git+https://...#COMMIT`",
    ),
]
PackageHash: TypeAlias = Annotated[
    str,
    Form(
        r"[A-Za-z_][A-Za-z0-9_]{0,31}-[A-Za-z0-9.+-]+-[A-Za-z0-9_-]{44}|N-V-[A-Za-z0-9_-]{44}|1220[0-9a-f]{64}",
        "a package's hash as `zig fetch` prints it, such as "
        "`zlib-1.3.1-ZZQ7lc8NAABUbHzDe_cSWboCqMbrLkVwvFkKnojgeiT2`",
    ),
]
OptionName: TypeAlias = Annotated[
    str,
    Form(
        r"(?!(?:target|cpu|optimize)$)[^\x00-\x1f\"\\]+",
        "an option of the package's `build.zig`; `target` and `optimize` are given anyway",
    ),
]
MacroName: TypeAlias = Annotated[
    str,
    Form(
        rf"{IDENTIFIER}(?:\([^()]*\))?",
        "a macro's name, without `-D`, `-U` or a value",
    ),
]
Symbol: TypeAlias = Annotated[
    str,
    Form(r"[A-Za-z_.$*?][A-Za-z0-9_.$@*?]*", "a symbol's name, in which `*` and `?` are wildcards"),
]
LibraryName: TypeAlias = Annotated[
    str,
    Form(r"[^-/\\\s][^/\\\s]*", "a library's name without `-l` or a folder, such as `m`"),
]
CStandard: TypeAlias = Annotated[
    str,
    Form(r"(?:c|gnu)[0-9][0-9a-z]|iso9899:[0-9]+", "a standard of C, such as `c11` or `gnu17`"),
]
CxxStandard: TypeAlias = Annotated[
    str,
    Form(r"(?:c|gnu)\+\+[0-9][0-9a-z]", "a standard of C++, such as `c++17` or `gnu++20`"),
]
Cpu: TypeAlias = Annotated[
    str,
    Form(
        r"(?!native(?:[+-]|$))[A-Za-z0-9_]+(?:[+-][A-Za-z0-9_.]+)*",
        "a CPU in Zig's words, such as `x86_64_v2` or `baseline+avx2`, and never `native`",
    ),
]
DottedName: TypeAlias = Annotated[
    str,
    Form(rf"{IDENTIFIER}(?:\.{IDENTIFIER})*", "a dotted module name, such as `fastsum._shared`"),
]
Directive: TypeAlias = Annotated[
    str, Form(rf"{IDENTIFIER}(?:\.{IDENTIFIER})*", "the name of a directive, such as `boundscheck`")
]
CffiScript: TypeAlias = Annotated[
    str,
    Form(
        rf"{INSIDE}:{IDENTIFIER}",
        "a script of the project and a name in it, such as `src/fastsum/_build.py:ffibuilder`",
    ),
]
# PEP 508; `packaging` says more of one that is wrong where it is used.
Requirement: TypeAlias = Annotated[
    str,
    Form(
        r"[A-Za-z0-9][^\x00-\x1f]*",
        "a requirement, such as `Cython>=3` (PEP 508)",
    ),
]
WheelPath: TypeAlias = Annotated[
    str,
    Form(INSIDE, "a relative path inside the wheel, with `/` and without `..`"),
]
ProjectPath: TypeAlias = Annotated[
    str,
    Form(INSIDE, "a relative path inside the project, with `/` and without `..`"),
]
ScriptName: TypeAlias = Annotated[
    str,
    Form(r"(?!\.{1,2}$)[^/\\:\x00-\x1f]+", "a file name without a folder"),
]
BuildTag: TypeAlias = Annotated[
    str,
    Form(
        r"[0-9][A-Za-z0-9_.]*",
        "digits, then letters, digits, `_` and `.`, such as `1` or `1local` (PEP 427)",
    ),
]
AttributeName: TypeAlias = Annotated[
    str,
    Form(
        rf"{IDENTIFIER}(?:\.{IDENTIFIER})+",
        "a module and an attribute of it, such as `fastsum.__version__`",
    ),
]
ReleaseNumber: TypeAlias = Annotated[
    str,
    Form(
        r"[0-9]+(?:\.[0-9]+)*(?:(?:a|b|rc)[0-9]+)?(?:\.post[0-9]+)?(?:\.dev[0-9]+)?",
        "a version, such as `0.1` (PEP 440)",
    ),
]
PyApi: TypeAlias = Annotated[
    str,
    Form(
        r"cp3(?:[2-9]|[1-9][0-9])(?:\.cp3(?:1[5-9]|[2-9][0-9])t)?|cp3(?:1[5-9]|[2-9][0-9])t",
        "`cp3` and the oldest minor version, such as `cp310`; with a `t`, from `cp315t` on; "
        "or both, such as `cp310.cp315t`",
    ),
]
# The package-url specification; NIST IR 7695, "Formatted String Binding".
PackageUrl: TypeAlias = Annotated[
    str,
    Form(
        r"pkg:[A-Za-z][A-Za-z0-9.-]*/[^\s?#@]+(?:@[^\s?#]+)?(?:\?[^\s#]+)?(?:#\S+)?",
        "a package URL, such as `pkg:github/madler/zlib@v1.3.1`",
    ),
]
# RFC 3986; no user, since it would be published, and no query, since the path of a blob follows.
CacheUrl: TypeAlias = Annotated[
    str,
    Form(
        r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?(?:/[^\s?#\\]{0,500})?",
        "a URL without user and query, such as `https://wheels.example/spam`",
    ),
]
CpeName: TypeAlias = Annotated[
    str,
    Form(
        r"cpe:2\.3:[aho*-](?::(?:[^\s:\\]|\\[^\s])+){10}",
        "a CPE 2.3 name with all of its 13 parts, such as "
        "`cpe:2.3:a:zlib:zlib:1.3.1:*:*:*:*:*:*:*`",
    ),
]
VariableName: TypeAlias = Annotated[
    str, Form(IDENTIFIER, "the name of an environment variable, such as `CFLAGS`")
]
WheelsKey: TypeAlias = Annotated[
    str,
    Form(
        r"test-(?:command|requires|groups|extras|sources|environment)|before-test|environment|config-settings",
        "a key of an override, such as `test-command`",
    ),
]
# PEP 571, 599 and 600: what the names of the policies stand for.
GlibcVersion: TypeAlias = Annotated[
    str,
    Form(
        "[1-9][0-9]*_[0-9]+",
        "a version of glibc, such as `2_28`, or `2014`, `2010` or `1`",
        (("2014", "2_17"), ("2010", "2_12"), ("1", "2_5")),
    ),
]
MuslVersion: TypeAlias = Annotated[
    str, Form("[1-9][0-9]*_[0-9]+", "a version of musl, such as `1_2`")
]
MacosVersion: TypeAlias = Annotated[
    str, Form("[1-9][0-9]*_[0-9]+", "a version of macOS, such as `11_0`")
]


def whole_pattern(form: Form) -> str:
    """The pattern of `form` and its aliases, without anchors."""
    return "|".join([form.pattern, *(alias for alias, _ in form.aliases)])


def reads_as(form: Form, value: str) -> str | None:
    """What `value` stands for in `form`, or None if it does not have the form."""
    import re

    aliases: Mapping[str, str] = dict(form.aliases)
    if value in aliases:
        return aliases[value]
    return value if re.fullmatch(form.pattern, value) else None
