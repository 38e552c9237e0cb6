from __future__ import annotations

from pathlib import Path

import pytest

from zigwheel.plan.includes import may_see_python, scan
from zigwheel.plan.tree import Tree


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_headers_are_followed(tmp_path: Path) -> None:
    write(
        tmp_path,
        src__a_dot_c='#include "a.h"\n  #  include <lib.h>\n#include <stdio.h>\n',
        src__a_dot_h='#if 0\n#include "never.h"\n#endif\n#include "../shared/b.h"\n',
        src__never_dot_h="",
        shared__b_dot_h="#include <Python.h>\n",
        inc__lib_dot_h='#include "a.h"\n',
    )
    reach = scan(Tree(root=tmp_path), ["src/a.c"], ["inc"])
    assert reach.files == {"src/a.c", "src/a.h", "src/never.h", "shared/b.h", "inc/lib.h"}
    assert reach.python
    assert not reach.clock


def test_circles_end(tmp_path: Path) -> None:
    write(tmp_path, a_dot_h='#include "b.h"', b_dot_h='#include "a.h"', x_dot_c='#include "a.h"')
    assert scan(Tree(root=tmp_path), ["x.c"], []).files == {"x.c", "a.h", "b.h"}


@pytest.mark.parametrize(
    ("text", "sees"),
    [
        ("#include <stdint.h>\n", False),
        ("#include <Python.h>\n", True),
        ("#include <structmember.h>\n", True),
        ('#include "own.h"\n', False),
        ("#include WHATEVER\n", True),
    ],
)
def test_what_may_see_python(tmp_path: Path, text: str, sees: bool) -> None:
    write(tmp_path, x_dot_c=text, own_dot_h="#include <math.h>\n")
    reach = scan(Tree(root=tmp_path), ["x.c"], [])
    assert may_see_python(reach, {"Python.h", "structmember.h"}.__contains__) == sees


def test_a_computed_include_may_be_any_header(tmp_path: Path) -> None:
    write(
        tmp_path, x_dot_c="#include CONFIG_HEADER\n", one_dot_h="", inc__two_dot_h="", no_dot_txt=""
    )
    assert scan(Tree(root=tmp_path), ["x.c"], ["inc"]).files == {"x.c", "one.h", "inc/two.h"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.S", '.incbin "data.bin"\n'),
        ("x.c", '__asm__(".incbin \\"data.bin\\"");\n'),
        ("x.c", '#embed "data.bin"\n'),
        ("x.zig", 'const d = @embedFile("data.bin");\n'),
        ("x.m", '#import "data.bin"\n'),
    ],
)
def test_other_ways_to_reach_a_file(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "data.bin").write_bytes(b"\0")
    assert scan(Tree(root=tmp_path), [name], []).files == {name, "data.bin"}


def test_nothing_outside_the_project_is_read(tmp_path: Path) -> None:
    (tmp_path / "outside.h").write_text("")
    root = tmp_path / "project"
    write(root, x_dot_c='#include "../outside.h"\n#include "/etc/passwd"\n')
    assert scan(Tree(root=root), ["x.c"], [".."]).files == {"x.c"}


@pytest.mark.parametrize("macro", ["__DATE__", "__TIME__", "__TIMESTAMP__"])
def test_a_clock_in_a_header_is_seen(tmp_path: Path, macro: str) -> None:
    write(tmp_path, x_dot_c='#include "y.h"\n', y_dot_h=f"static const char *when = {macro};\n")
    assert scan(Tree(root=tmp_path), ["x.c"], []).clock
    write(tmp_path, y_dot_h=f"int my{macro}s;\n")
    assert not scan(Tree(root=tmp_path), ["x.c"], []).clock
