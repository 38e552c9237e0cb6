"""Overrides that are wrong, and every word of what is said about them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zigwheel.config.model import Config
from zigwheel.errors import ConfigError, ErrorCollection

Load = Callable[..., Config]

BASE = """
[[extension]]
name = "p._a"
sources = ["a.c"]
[[extension]]
name = "p._b"
sources = ["b.c"]
[[library]]
name = "z"
sources = ["z.c"]
"""

WHERE = "`tool.zigwheel.overrides[0]"
EMPTY_IF = "hint: what holds for every target belongs in `[tool.zigwheel]`"

WRONG = [
    # The condition.
    (
        "lto = true",
        (
            "missing key `tool.zigwheel.overrides[0].if`\n  hint: say when it applies: `if.os`, "
            "`if.arch`, `if.libc`, `if.python`, `if.abi`, `if.env`, `if.any` or `if.all`"
        ),
    ),
    ("if = {}", f"{WHERE}.if` is empty; an override needs a condition\n  {EMPTY_IF}"),
    ("if.any = [{}]", f"{WHERE}.if.any[0]` is empty; an override needs a condition\n  {EMPTY_IF}"),
    ("if = 'linux'", f'{WHERE}.if` is "linux", a string; it must be a table'),
    ("if.any = []", f"{WHERE}.if.any` is empty; it needs a condition"),
    (
        "if.all = { os = 'linux' }",
        (
            f'{WHERE}.if.all` is {{ os = "linux" }}, a table; it must be an array of tables\n'
            "  hint: write `[[tool.zigwheel.overrides[0].if.all]]`"
        ),
    ),
    ("if.os = []", f"{WHERE}.if.os` is empty; leave it out where it does not matter"),
    ("if.env = {}", f"{WHERE}.if.env` is empty; leave it out where it does not matter"),
    ("if.os = ''", f'{WHERE}.if.os` is ""; it must be a string that is not empty'),
    ("if.os = 3", f"{WHERE}.if.os` is 3, an integer; it must be a string or a list of strings"),
    (
        "if.system = 'linux'",
        (
            f"unknown key {WHERE}.if.system`\n  hint: the keys of {WHERE}.if` are "
            "`os`, `arch`, `libc`, `python`, `abi`, `env`, `any`, `all`"
        ),
    ),
    ("if.achr = 'x86_64'", f"unknown key {WHERE}.if.achr`; did you mean `arch`?"),
    ("if.os = 'darwin'", f'{WHERE}.if.os` has "darwin", which is no os; did you mean `macos`?'),
    ("if.os = '!lnx'", f'{WHERE}.if.os` has "!lnx", which is no os; did you mean `linux`?'),
    (
        "if.os = 'bsd*'",
        (
            f'{WHERE}.if.os` has "bsd*", which is no os\n'
            "  hint: there is `linux`, `macos` or `windows`"
        ),
    ),
    (
        "if.arch = ['x86_64', 'AMD64']",
        f'{WHERE}.if.arch` has "AMD64", which is no arch; did you mean `x86_64`?',
    ),
    ("if.libc = 'glibc'", f'{WHERE}.if.libc` has "glibc", which is no libc; did you mean `gnu`?'),
    (
        "if.python = '3.13'",
        (
            f'{WHERE}.if.python` is "3.13"; it must be version specifiers (PEP 440)\n'
            "  hint: such as `>=3.13`, `==3.12` or `>=3.10,<3.13`"
        ),
    ),
    (
        "if.python = ''",
        (
            f'{WHERE}.if.python` is ""; it must be version specifiers (PEP 440)\n'
            "  hint: such as `>=3.13`, `==3.12` or `>=3.10,<3.13`"
        ),
    ),
    (
        "if.python = '>=3.13.1'",
        (
            f'{WHERE}.if.python` is ">=3.13.1"; a target has a minor version of Python and no more\n'
            "  hint: write two numbers, such as `>=3.13`"
        ),
    ),
    (
        "if.env.A = '('",
        (
            f'{WHERE}.if.env.A` is "(", no regular expression: '
            "missing ), unterminated subpattern at position 0\n"
            "  hint: put a backslash before a character that is meant literally"
        ),
    ),
    (
        "if.env.A = 1",
        f'{WHERE}.if.env.A` is 1, an integer; it must be a string or a boolean\n  hint: write "1"',
    ),
    # The body, whether it applies or not.
    (
        "if.os = 'windows'\ntarget = 'x'",
        (
            f"{WHERE}.target` is not allowed\n"
            "  hint: an override applies to a target, so it cannot choose one"
        ),
    ),
    (
        "if.os = 'windows'\npython = 'cp313'",
        (
            f"{WHERE}.python` is not allowed\n"
            "  hint: an override applies to a target, so it cannot choose its Python"
        ),
    ),
    (
        "if.os = 'windows'\ncaches = ['https://wheels.example']",
        (
            f"{WHERE}.caches` is not allowed\n"
            "  hint: they are of the project, whatever it is built for"
        ),
    ),
    (
        "if.os = 'windows'\nminimum-version = '0.0'",
        (
            f"{WHERE}.minimum-version` is not allowed\n"
            "  hint: it is read before all else; write it into `[tool.zigwheel]`"
        ),
    ),
    (
        "if.os = 'windows'\nextension.sorces = ['a']",
        f"unknown key {WHERE}.extension.sorces`; did you mean `sources`?",
    ),
    ("if.os = 'windows'\nltoo = true", f"unknown key {WHERE}.ltoo`; did you mean `lto`?"),
    ("if.os = 'windows'\nlto = 1", f"{WHERE}.lto` is 1, an integer; it must be true or false"),
    (
        "if.os = 'windows'\nextension.link = ['zz']",
        f'{WHERE}.extension.link[0]` is "zz", which names no library; did you mean `z`?',
    ),
    (
        "if.os = 'windows'\nexecutable.lto = true",
        f"{WHERE}.executable` changes nothing: there is no `[[tool.zigwheel.executable]]`",
    ),
    (
        "if.os = 'windows'\nextension.name = 'q'",
        (
            f"{WHERE}.extension.name` is not allowed\n  hint: a table applies to every entry; for "
            "some write `[[tool.zigwheel.overrides.extension]]` with a glob as `name`"
        ),
    ),
    (
        "if.os = 'windows'\n[[overrides.extension]]\nlto = true",
        f"missing key {WHERE}.extension[0].name`\n  hint: it is a glob, such as `*`",
    ),
    (
        "if.os = 'windows'\n[[overrides.extension]]\nname = ['a']",
        f'{WHERE}.extension[0].name` is ["a"], an array; it must be a string',
    ),
    (
        "if.os = 'windows'\n[[overrides.extension]]\nname = 'q.*'\nsources = ['a.c']",
        (
            f'{WHERE}.extension[0].name` is "q.*", which matches no name\n'
            "  hint: there is `p._a` or `p._b`"
        ),
    ),
    (
        "if.os = 'windows'\n[[overrides.extension]]\nname = 'p._c'\nlto = true",
        (
            f'{WHERE}.extension[0].name` is "p._c", which matches no name; did you mean `p._b`?\n'
            "  hint: to add a new entry, give its `sources`"
        ),
    ),
    (
        "if.os = 'windows'\n[[overrides.library]]\nname = 'openssl'\nlto = true",
        (
            f'{WHERE}.library[0].name` is "openssl", which matches no name\n'
            "  hint: there is `z`; to add a new entry, give its `sources`"
        ),
    ),
    (
        "if.os = 'windows'\n[[overrides.extension]]\nname = 'a-b'\nsources = ['a.c']",
        (
            f'{WHERE}.extension[0].name` is "a-b"; it must be a dotted module name '
            "of ASCII letters, digits and underscores, such as `fastsum._core`"
        ),
    ),
    # inherit
    (
        "if.os = 'windows'\nwheel.exclude = []\ninherit.wheel.exclude = 'apend'",
        f'{WHERE}.inherit.wheel.exclude` is "apend"; it must be "none", "append" or "prepend"',
    ),
    (
        "if.os = 'windows'\ninherit.wheel.exclude = 'append'",
        f"{WHERE}.inherit.wheel` has nothing to act on: the override has no {WHERE}.wheel`",
    ),
    (
        "if.os = 'windows'\nextension.sources = []\ninherit.extension.sorces = 'append'",
        f"unknown key {WHERE}.inherit.extension.sorces`; did you mean `sources`?",
    ),
    (
        "if.os = 'windows'\nlto = true\ninherit.lto = 'append'",
        f"{WHERE}.inherit.lto` is not allowed: `lto` is not a list or a table",
    ),
    (
        "if.os = 'windows'\nlto = true\ninherit = 'append'",
        f'{WHERE}.inherit` is "append", a string; it must be a table',
    ),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[text[-40:] for text, _ in WRONG])
def test_wrong_overrides(load: Load, text: str, message: str) -> None:
    for conditions in ("none", "linux"):
        given = {"conditions": None} if conditions == "none" else {}
        with pytest.raises((ConfigError, ErrorCollection)) as caught:
            load(f"{BASE}[[overrides]]\n{text}", **given)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "overrides = {}",
            (
                "`tool.zigwheel.overrides` is {}, a table; it must be an array of tables\n"
                "  hint: write `[[tool.zigwheel.overrides]]`"
            ),
        ),
        ("overrides = [1]", "`tool.zigwheel.overrides[0]` is 1, an integer; it must be a table"),
    ],
)
def test_overrides_of_the_wrong_type(load: Load, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert str(caught.value) == message
