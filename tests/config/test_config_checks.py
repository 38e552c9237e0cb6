"""Names, links, paths and versions that are wrong, and every word of what is said about them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zigwheel.config.model import Config
from zigwheel.errors import ConfigError

Load = Callable[..., Config]

EXTENSION = '[[extension]]\nname = "a"\nsources = ["a.c"]\n'
LIBRARY = '[[library]]\nname = "z"\nsources = ["z.c"]\n'

INSIDE_WHEEL = "it must be a relative path inside the wheel, with `/` and without `..`"
INSIDE_PROJECT = "it must be a relative path inside the project, with `/` and without `..`"

WRONG = [
    # What a bill of materials says.
    (
        LIBRARY + "license = 'zlib license'",
        (
            '`tool.zigwheel.library[0].license` is "zlib license", which is no SPDX license '
            "expression\n"
            "  hint: write identifiers of the SPDX list, such as `Zlib` or `MIT OR Apache-2.0`, or "
            "`LicenseRef-` and a name of your own"
        ),
    ),
    (
        LIBRARY + "purl = 'zlib'",
        (
            '`tool.zigwheel.library[0].purl` is "zlib"; it must be a package URL, such as '
            "`pkg:github/madler/zlib@v1.3.1`"
        ),
    ),
    (
        LIBRARY + "cpe = 'cpe:2.3:a:zlib:zlib:1.3.1'",
        (
            '`tool.zigwheel.library[0].cpe` is "cpe:2.3:a:zlib:zlib:1.3.1"; it must be a CPE 2.3 name '
            "with all of its 13 parts, such as `cpe:2.3:a:zlib:zlib:1.3.1:*:*:*:*:*:*:*`"
        ),
    ),
    # nanobind and its stable ABI, its name and its options.
    *(
        (
            f"py-api = '{api}'\n{EXTENSION}nanobind = true",
            (
                "`tool.zigwheel.extension[0].nanobind` goes not with `tool.zigwheel.py-api`, which is "
                f'"{api}": of the stable ABIs nanobind\'s library has `abi3` from 3.12 on\n'
                '  hint: write `py-api = "cp312"`, or `py-limited-api = false` for this extension, which '
                "then needs a wheel for each Python"
            ),
        )
        for api in ("cp310", "cp315t", "cp312.cp315t")
    ),
    (
        EXTENSION + "nanobind = true\n[[library]]\nname = 'nanobind'\nsources = ['z.c']",
        (
            '`tool.zigwheel.library[0].name` is "nanobind", the name of the library that '
            "`nanobind = true` links\n"
            "  hint: rename it"
        ),
    ),
    *(
        (
            f"{EXTENSION}{option} = true",
            (
                f"`tool.zigwheel.extension[0].{option}` is for extensions that are bound with nanobind\n"
                "  hint: write `nanobind = true` beside it, or leave it out"
            ),
        )
        for option in ("nanobind-free-threaded", "stubs")
    ),
    # Names and required keys.
    (
        "[[extension]]\nname = 'a'",
        'missing key `tool.zigwheel.extension[0].sources` ("a")',
    ),
    ("[[library]]\nsources = ['a.c']", "missing key `tool.zigwheel.library[0].name`"),
    (
        "[[extension]]\nname = 'fast-sum._core'\nsources = ['a.c']",
        (
            '`tool.zigwheel.extension[0].name` is "fast-sum._core"; it must be a dotted module name '
            "of ASCII letters, digits and underscores, such as `fastsum._core`"
        ),
    ),
    (
        "[[extension]]\nname = 'a..b'\nsources = ['a.c']",
        (
            '`tool.zigwheel.extension[0].name` is "a..b"; it must be a dotted module name '
            "of ASCII letters, digits and underscores, such as `fastsum._core`"
        ),
    ),
    (
        "[[library]]\nname = '../z'\nsources = ['a.c']",
        (
            '`tool.zigwheel.library[0].name` is "../z"; '
            "it must be a file name without a folder, such as `z` or `my-tool`"
        ),
    ),
    (
        EXTENSION + EXTENSION,
        (
            '`tool.zigwheel.extension[1].name` is "a", the name of `tool.zigwheel.extension[0]`\n'
            "  hint: give each its own name, or join their `sources`"
        ),
    ),
    (
        "[[extension]]\nname = 'a'\nsources = []",
        (
            '`tool.zigwheel.extension[0].sources` of "a" is empty\n'
            "  hint: name its source files, in an override if they depend on the target"
        ),
    ),
    # Links.
    (
        f"{EXTENSION}link = ['zz']\n{LIBRARY}",
        '`tool.zigwheel.extension[0].link[0]` is "zz", which names no library; did you mean `z`?',
    ),
    (
        f"{EXTENSION}link = ['z', 'openssl']\n{LIBRARY}",
        (
            '`tool.zigwheel.extension[0].link[1]` is "openssl", which names no library\n'
            "  hint: there is `z`; system libraries go into `libraries`"
        ),
    ),
    (
        f"{EXTENSION}link = ['m']",
        (
            '`tool.zigwheel.extension[0].link[0]` is "m", which names no library\n'
            "  hint: there is no `[[tool.zigwheel.library]]` and no `[tool.zigwheel.dependencies]`; "
            "system libraries go into `libraries`"
        ),
    ),
    (
        f"{LIBRARY}link = ['z']",
        (
            "`tool.zigwheel.library[0].link` goes in a circle: z -> z\n"
            "  hint: join these libraries into one, or leave one of the links out"
        ),
    ),
    (
        (
            "[[library]]\nname = 'in'\nsources = ['z.c']\nlink = ['a']\n"
            "[[library]]\nname = 'a'\nsources = ['z.c']\nlink = ['b', 'c']\n"
            "[[library]]\nname = 'b'\nsources = ['z.c']\n"
            "[[library]]\nname = 'c'\nsources = ['z.c']\nlink = ['b', 'a']"
        ),
        (
            "`tool.zigwheel.library[1].link` goes in a circle: a -> c -> a\n"
            "  hint: join these libraries into one, or leave one of the links out"
        ),
    ),
    # Paths.
    (
        "wheel.packages = ['../a']",
        f'`tool.zigwheel.wheel.packages[0]` is "../a"; {INSIDE_PROJECT}',
    ),
    (
        "wheel.packages = ['.']",
        (
            '`tool.zigwheel.wheel.packages[0]` is "."; it must be a path with a last part, which '
            "becomes its name in the wheel\n  hint: or write a table"
        ),
    ),
    (
        "wheel.packages = ['src/a', 'lib/a']",
        (
            '`tool.zigwheel.wheel.packages[1]` is "lib/a"; "src/a" has the same last part\n'
            "  hint: write a table of the path in the wheel to the path in the project: "
            '`tool.zigwheel.wheel.packages = { a = "lib/a" }`'
        ),
    ),
    (
        "wheel.packages = { '/a' = 'a' }",
        f'`tool.zigwheel.wheel.packages` has the key "/a"; {INSIDE_WHEEL}',
    ),
    (
        "wheel.data = { 'a/../../b' = 'a' }",
        f'`tool.zigwheel.wheel.data` has the key "a/../../b"; {INSIDE_WHEEL}',
    ),
    (
        "wheel.headers = { 'C:/b' = 'a' }",
        f'`tool.zigwheel.wheel.headers` has the key "C:/b"; {INSIDE_WHEEL}',
    ),
    (
        "wheel.headers = { 'a.h' = 'a\\b.h' }",
        f'`tool.zigwheel.wheel.headers."a.h"` is "a\\\\b.h"; {INSIDE_PROJECT}',
    ),
    (
        "wheel.scripts = { 'bin/a' = 'a' }",
        (
            '`tool.zigwheel.wheel.scripts` has the key "bin/a"; '
            "it must be a file name without a folder"
        ),
    ),
    (
        "[[executable]]\nname = 'a'\nsources = ['a.c']\ninstall = '..'",
        f'`tool.zigwheel.executable[0].install` is ".."; {INSIDE_WHEEL}',
    ),
    ("version.path = '/v'", f'`tool.zigwheel.version.path` is "/v"; {INSIDE_PROJECT}'),
    # The version.
    (
        "[version]",
        (
            "`tool.zigwheel.version` says not where the version comes from\n"
            "  hint: set `path`, `attr` or `scm`"
        ),
    ),
    (
        "version = { path = 'v', scm = true }",
        (
            "`tool.zigwheel.version` has more than one source: `path` and `scm`\n"
            "  hint: keep one of them"
        ),
    ),
    (
        "version = { scm = true, pattern = '(a)' }",
        (
            '`tool.zigwheel.version.pattern` is "(a)", but no file is searched\n'
            "  hint: name it in `tool.zigwheel.version.path`"
        ),
    ),
    (
        "version = { path = 'v', pattern = '(' }",
        (
            '`tool.zigwheel.version.pattern` is "(", no regular expression: '
            "missing ), unterminated subpattern at position 0"
        ),
    ),
    (
        "version = { path = 'v', pattern = '(a)(b)' }",
        (
            '`tool.zigwheel.version.pattern` is "(a)(b)"; '
            "it must have a group named `version`, or one group\n"
            "  hint: such as `VERSION = (?P<version>\\S+)`"
        ),
    ),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[text[-40:] for text, _ in WRONG])
def test_one_mistake(load: Load, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert str(caught.value) == message
