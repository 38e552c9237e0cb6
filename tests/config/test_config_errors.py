"""Tables that are wrong, and every word of what is said about them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zigwheel import __version__
from zigwheel.config.kinds import keys_of
from zigwheel.config.model import Config, Extension
from zigwheel.config.toml import TomlError, parse
from zigwheel.errors import ConfigError, ErrorCollection

Load = Callable[..., Config]

EXTENSION = '[[extension]]\nname = "a"\nsources = ["a.c"]\n'

KEYS = {
    "sorces": "unknown key `tool.zigwheel.extension[0].sorces`; did you mean `sources`?",
    "include_dirs": (
        "unknown key `tool.zigwheel.extension[0].include_dirs`; did you mean `include-dirs`?"
    ),
    "Libraries": "unknown key `tool.zigwheel.extension[0].Libraries`; did you mean `libraries`?",
    '"a b"': (
        'unknown key `tool.zigwheel.extension[0]."a b"`\n'
        "  hint: the keys of `tool.zigwheel.extension[0]` are "
        + ", ".join(f"`{key}`" for key in keys_of(Extension))
    ),
    "extra_objects": (
        "unknown key `tool.zigwheel.extension[0].extra_objects`\n"
        "  hint: an object file fits one target alone: compile its source as a `[[tool.zigwheel.library]]`"
    ),
}


@pytest.mark.parametrize("key", KEYS)
def test_unknown_keys_of_an_extension(load: Load, key: str) -> None:
    assert errors(load, f'{EXTENSION}{key} = "x"') == [KEYS[key]]


def errors(load: Load, text: str) -> list[str]:
    """The messages for a table that is wrong."""
    with pytest.raises((ConfigError, ErrorCollection)) as caught:
        load(text)
    error = caught.value
    if isinstance(error, ErrorCollection):
        assert len(error.errors) > 1
        assert all(isinstance(one, ConfigError) for one in error.errors)
        return [str(one) for one in error.errors]
    return [str(error)]


ONE = [
    # What is generated.
    (
        "[cython]\nshared = 'a._shared'",
        (
            '`tool.zigwheel.cython.shared` is "a._shared", which names no extension\n'
            "  hint: add `[[tool.zigwheel.extension]]` with this name and one source, a `.c` that "
            "Cython makes"
        ),
    ),
    (
        "[[generate]]\nname = 'a'\ncommand = ['x']\noutputs = ['a.c']\n" * 2,
        (
            '`tool.zigwheel.generate[1].name` is "a", the name of `tool.zigwheel.generate[0]`\n'
            "  hint: messages name a command by it: give each its own"
        ),
    ),
    (
        "[[generate]]\nname = 'a'\ncommand = ['x']\noutputs = ['../a.c']\n",
        (
            '`tool.zigwheel.generate[0].outputs[0]` is "../a.c"; it must be a relative path inside the '
            "project, with `/` and without `..`"
        ),
    ),
    # Keys of the table itself.
    ("py_api = 'cp310'", "unknown key `tool.zigwheel.py_api`; did you mean `py-api`?"),
    ("override = []", "unknown key `tool.zigwheel.override`; did you mean `overrides`?"),
    ("extensions = []", "unknown key `tool.zigwheel.extensions`; did you mean `extension`?"),
    ("exclude = []", "unknown key `tool.zigwheel.exclude`; did you mean `wheel.exclude`?"),
    ("build_tag = '1'", "unknown key `tool.zigwheel.build_tag`; did you mean `wheel.build-tag`?"),
    (
        "wheel.zzz = 1",
        (
            "unknown key `tool.zigwheel.wheel.zzz`\n  hint: the keys of `tool.zigwheel.wheel` are "
            "`packages`, `include`, `exclude`, `data`, `headers`, `scripts`, `build-tag`"
        ),
    ),
    # Types.
    (
        "lto = 'true'",
        (
            '`tool.zigwheel.lto` is "true", a string; it must be true or false\n'
            "  hint: write true without quotes"
        ),
    ),
    ("lto = 1", "`tool.zigwheel.lto` is 1, an integer; it must be true or false"),
    (
        "manylinux = 2014",
        '`tool.zigwheel.manylinux` is 2014, an integer; it must be a string\n  hint: write "2014"',
    ),
    ("target = true", "`tool.zigwheel.target` is true, a boolean; it must be a string"),
    (
        "python = 3.13",
        '`tool.zigwheel.python` is 3.13, a float; it must be a string\n  hint: write "3.13"',
    ),
    (
        "build-dir = 1979-05-27",
        "`tool.zigwheel.build-dir` is 1979-05-27, a date or time; it must be a string",
    ),
    (
        "wheel.exclude = '*.c'",
        (
            '`tool.zigwheel.wheel.exclude` is "*.c", a string; it must be a list of strings\n'
            '  hint: write ["*.c"]'
        ),
    ),
    (
        "wheel.exclude = { a = 1 }",
        "`tool.zigwheel.wheel.exclude` is { a = 1 }, a table; it must be a list of strings",
    ),
    (
        "sdist.include = ['a', 3]",
        '`tool.zigwheel.sdist.include[1]` is 3, an integer; it must be a string\n  hint: write "3"',
    ),
    (
        "sdist.include = ['']",
        '`tool.zigwheel.sdist.include[0]` is ""; it must be a string that is not empty',
    ),
    (
        "wheel = 'x'",
        (
            '`tool.zigwheel.wheel` is "x", a string; it must be a table\n'
            "  hint: write `[tool.zigwheel.wheel]`"
        ),
    ),
    (
        "version = '1.0'",
        (
            '`tool.zigwheel.version` is "1.0", a string; it must be a table\n'
            "  hint: a version that is a plain string belongs in `[project]`"
        ),
    ),
    (
        "[extension]\nname = 'a'",
        (
            '`tool.zigwheel.extension` is { name = "a" }, a table; it must be an array of tables\n'
            "  hint: write `[[tool.zigwheel.extension]]`"
        ),
    ),
    (
        "extension = ['a']",
        '`tool.zigwheel.extension[0]` is "a", a string; it must be a table',
    ),
    (
        "wheel.data = ['a']",
        '`tool.zigwheel.wheel.data` is ["a"], an array; it must be a table',
    ),
    (
        "wheel.packages = 'a'",
        '`tool.zigwheel.wheel.packages` is "a", a string; it must be a table or a list of strings',
    ),
    (
        "wheel.packages = { a.py = 'a.py' }",
        (
            '`tool.zigwheel.wheel.packages.a` is { py = "a.py" }, a table; it must be a string\n'
            "  hint: a key with a dot in it is written in quotes: "
            '`tool.zigwheel.wheel.packages."a.py"`'
        ),
    ),
    (
        f"{EXTENSION}define-macros = {{ X = 1.5 }}",
        (
            "`tool.zigwheel.extension[0].define-macros.X` is 1.5, a float; "
            'it must be a string, an integer or a boolean\n  hint: write "1.5"'
        ),
    ),
    # Choices and forms.
    (
        "optimize = 'fastest'",
        (
            '`tool.zigwheel.optimize` is "fastest"; it must be "fast", "small", "safe" or "debug"\n'
            '  hint: did you mean "fast"?'
        ),
    ),
    (
        "optimize = ''",
        '`tool.zigwheel.optimize` is ""; it must be "fast", "small", "safe" or "debug"',
    ),
    (
        "lowering = 'make'",
        '`tool.zigwheel.lowering` is "make"; it must be "direct" or "zig-build"',
    ),
    (
        "py-api = 'cp3'",
        (
            '`tool.zigwheel.py-api` is "cp3"; '
            "it must be `cp3` and the oldest minor version, such as `cp310`; with a `t`, from "
            "`cp315t` on; or both, such as `cp310.cp315t`"
        ),
    ),
    (
        "py-api = 'cp210'",
        (
            '`tool.zigwheel.py-api` is "cp210"; '
            "it must be `cp3` and the oldest minor version, such as `cp310`; with a `t`, from "
            "`cp315t` on; or both, such as `cp310.cp315t`"
        ),
    ),
    (
        "manylinux = '2.28'",
        (
            '`tool.zigwheel.manylinux` is "2.28"; '
            "it must be a version of glibc, such as `2_28`, or `2014`, `2010` or `1`"
        ),
    ),
    (
        "manylinux = ''",
        (
            '`tool.zigwheel.manylinux` is ""; '
            "it must be a version of glibc, such as `2_28`, or `2014`, `2010` or `1`"
        ),
    ),
    (
        "musllinux = '2014'",
        '`tool.zigwheel.musllinux` is "2014"; it must be a version of musl, such as `1_2`',
    ),
    (
        "wheel.build-tag = 'x1'",
        (
            '`tool.zigwheel.wheel.build-tag` is "x1"; '
            "it must be digits, then letters, digits, `_` and `.`, such as `1` or `1local` (PEP 427)"
        ),
    ),
    (
        "wheel.build-tag = '1-2'",
        (
            '`tool.zigwheel.wheel.build-tag` is "1-2"; '
            "it must be digits, then letters, digits, `_` and `.`, such as `1` or `1local` (PEP 427)"
        ),
    ),
    (
        "version.attr = 'version'",
        (
            '`tool.zigwheel.version.attr` is "version"; '
            "it must be a module and an attribute of it, such as `fastsum.__version__`"
        ),
    ),
    (
        "caches = ['http://wheels.example']",
        (
            '`tool.zigwheel.caches[0]` is "http://wheels.example"; it must be a URL without user and '
            "query, such as `https://wheels.example/spam`"
        ),
    ),
    (
        "minimum-version = 'one'",
        '`tool.zigwheel.minimum-version` is "one"; it must be a version, such as `0.1` (PEP 440)',
    ),
    (
        f"{EXTENSION}cpu = 'native'",
        (
            '`tool.zigwheel.extension[0].cpu` is "native"; it must be a CPU in Zig\'s words, '
            "such as `x86_64_v2` or `baseline+avx2`, and never `native`"
        ),
    ),
    (
        f"{EXTENSION}c-standard = 'c++17'",
        (
            '`tool.zigwheel.extension[0].c-standard` is "c++17"; '
            "it must be a standard of C, such as `c11` or `gnu17`"
        ),
    ),
    (
        f"{EXTENSION}libraries = ['-lm']",
        (
            '`tool.zigwheel.extension[0].libraries[0]` is "-lm"; '
            "it must be a library's name without `-l` or a folder, such as `m`"
        ),
    ),
    (
        f"{EXTENSION}define-macros = {{ '-DX' = 1 }}",
        (
            '`tool.zigwheel.extension[0].define-macros` has the key "-DX"; '
            "it must be a macro's name, without `-D`, `-U` or a value"
        ),
    ),
    (
        f"{EXTENSION}file-args = {{ '' = ['-g'] }}",
        '`tool.zigwheel.extension[0].file-args` has the key ""; it must be a string that is not empty',
    ),
    (
        f"{EXTENSION}export-symbols = ['a; }}']",
        (
            '`tool.zigwheel.extension[0].export-symbols[0]` is "a; }"; '
            "it must be a symbol's name, in which `*` and `?` are wildcards"
        ),
    ),
]


@pytest.mark.parametrize(("text", "message"), ONE, ids=[text[-40:] for text, _ in ONE])
def test_one_mistake(load: Load, text: str, message: str) -> None:
    assert errors(load, text) == [message]


def test_all_mistakes_at_once(load: Load) -> None:
    text = """
    lto = 1
    packages = ["a"]
    [[extension]]
    name = "1a"
    sorces = ["a.c"]
    link = ["y"]
    [[extension]]
    name = "b"
    [[library]]
    name = "z"
    sources = ["z.c", 1, 2]
    link = ["z"]
    [version]
    path = "a"
    attr = "a.b"
    [[overrides]]
    if.os = "linus"
    optimize = "none"
    """
    assert [error.split("\n")[0] for error in errors(load, text)] == [
        "`tool.zigwheel.lto` is 1, an integer; it must be true or false",
        "unknown key `tool.zigwheel.packages`; did you mean `wheel.packages`?",
        (
            '`tool.zigwheel.extension[0].name` is "1a"; it must be a dotted module name of ASCII '
            "letters, digits and underscores, such as `fastsum._core`"
        ),
        "unknown key `tool.zigwheel.extension[0].sorces`; did you mean `sources`?",
        'missing key `tool.zigwheel.extension[1].sources` ("b")',
        "`tool.zigwheel.library[0].sources[1]` is 1, an integer; it must be a string",
        "`tool.zigwheel.library[0].sources[2]` is 2, an integer; it must be a string",
        '`tool.zigwheel.overrides[0].if.os` has "linus", which is no os; did you mean `linux`?',
        (
            '`tool.zigwheel.overrides[0].optimize` is "none"; '
            'it must be "fast", "small", "safe" or "debug"'
        ),
        '`tool.zigwheel.extension[0].link[0]` is "y", which names no library',
        "`tool.zigwheel.library[0].link` goes in a circle: z -> z",
        "`tool.zigwheel.version` has more than one source: `path` and `attr`",
    ]


def test_a_newer_minimum_version_is_the_only_thing_that_matters(load: Load) -> None:
    assert errors(load, "minimum-version = '99.1'\nnew-key = 1") == [
        (
            f'`tool.zigwheel.minimum-version` is "99.1"; this is zigwheel {__version__}\n'
            '  hint: write `requires = ["zigwheel>=99.1"]` into `[build-system]`'
        )
    ]


def test_long_values_are_cut(load: Load) -> None:
    (message,) = errors(load, f"lto = '{'x' * 200}'")
    assert message == f'`tool.zigwheel.lto` is "{"x" * 59}..., a string; it must be true or false'


def test_a_number_that_is_too_long() -> None:
    with pytest.raises(TomlError, match="Exceeds the limit"):
        parse("a = " + "9" * 5000)
