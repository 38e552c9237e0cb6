"""Values of attributes, read from the syntax tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.config.attribute import static_attribute
from zigwheel.errors import MetadataError


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("V = '1.2'", "1.2"),
        ("V: str = '1.2'", "1.2"),
        ("V = '1.' '2'", "1.2"),
        ("V = '1.' + '2' + 'rc1'", "1.2rc1"),
        ("V = (1, 2, 3)", "1.2.3"),
        ("V = [1, 2, 'dev0']", "1.2.dev0"),
        ("W = (1, 2, 3)\nV = '.'.join(map(str, W))", "1.2.3"),
        ("W = (1, 2, 3, 'final')\nV = '.'.join(str(part) for part in W[:3])", "1.2.3"),
        ("W = 1, 2\nV = '.'.join([str(x) for x in W]) + '.post1'", "1.2.post1"),
        ("W = ('1', '2')\nS = '.'\nV = S.join(W)", "1.2"),
        ("a, b = 1, 2\nV = f'{a}.{b!s}.0'", "1.2.0"),
        ("V = '1'\nV += '.5'", "1.5"),
        ("V = '0'\nif True:\n    OTHER = 1\nV = '1.2'", "1.2"),
        ("def V2(): pass\nV = str(3) + '.' + str(4)", "3.4"),
        ("from __future__ import annotations\n__version__ = V = '1.2'", "1.2"),
        ("W = {'a': 1}\nV = '1'", "1"),
        ("V = ('1.2.3.4')[0:5]", "1.2.3"),
        ("W = (1, 2) + (3,)\nV = W", "1.2.3"),
        ("# -*- coding: utf-8 -*-\nV = '1.2'  # ä", "1.2"),
    ],
)
def test_static_attribute(source: str, version: str) -> None:
    assert static_attribute(source, "V", "m.py") == version


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("V = open('x').read()", ["`m.py:1`", "`open('x').read()` is not a plain value"]),
        ("import m\n\nV = m.version('x')", ["`m.py:3`", "V = m.version('x')"]),
        ("from zoo._version import V", ["`m.py:1`", "imported from zoo._version", "in `attr`"]),
        ("from . import V", ["imported from ."]),
        ("import V", ["an import"]),
        ("V = '1'\nif x:\n    V = '2'", ["`m.py:3`", "assigned inside `if`", "    V = '2'"]),
        ("try:\n    from a import V\nexcept E:\n    V = '0'", ["inside `try`"]),
        ("try:\n    pass\nexcept E:\n    from b import V", ["imported from b"]),
        ("def V(): pass", ["a definition"]),
        ("for V in x: pass", ["bound by `for`"]),
        ("V = W", ["`W` is not a plain value"]),
        ("W = f()\nV = '.'.join(W)", ["`m.py:1`", "`f()`"]),
        ("W = (1, 2)\nV = '.'.join(W)", ["no sequence of strings"]),
        ("V = '.'.join(str(x) for x in 5)", ["loop over a tuple or list"]),
        ("V = (1, 2)[5]", ["not a plain value"]),
        ("V = f'{1:03}'", ["not a plain value"]),
        ("V = 1.2", ["1.2, of type float"]),
        ("V = ()", ["of type tuple"]),
        ("V = (1, True)", ["of type tuple"]),
        ("V = None", ["of type NoneType"]),
        ("V = b'1'", ["of type bytes"]),
        ("VERSION_ = '1'", ["assigns nothing to `V`", "`VERSION_`"]),
        ("x = 1", ["add `V = '...'` to it"]),
        ("V = (", ["`m.py:1`: not valid Python"]),
        ("V = '1\0'", ["not valid Python"]),
        ("a, V = f()", ["`f()`"]),
        ("a, V = (1, 2, 3)", ["unpacking"]),
        ("V = " + "(" * 50 + "1" + ",)" * 50, ["of type tuple"]),
    ],
)
def test_what_cannot_be_known_is_shown(source: str, words: list[str]) -> None:
    with pytest.raises(MetadataError) as caught:
        static_attribute(source, "V", "m.py")
    for word in words:
        assert word in str(caught.value)


@given(st.lists(st.one_of(st.integers(0, 10**6), st.sampled_from(["a", "dev", "rc1"])), min_size=1))
def test_tuples_are_joined_with_dots(parts: list[int | str]) -> None:
    expected = ".".join(map(str, parts))
    assert static_attribute(f"V = {tuple(parts)!r}", "V", "m") == expected
    assert static_attribute(f"V = '.'.join(map(str, {parts!r}))", "V", "m") == expected
    assert static_attribute(f"V = '.'.join(str(p) for p in {parts!r})", "V", "m") == expected
