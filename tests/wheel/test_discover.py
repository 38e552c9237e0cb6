from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from zigwheel.errors import ErrorCollection, WheelError
from zigwheel.wheel.discover import find_packages

Tree = Callable[..., Path]
INIT = "__init__.py"

CASES = {
    "src layout": (
        "fastsum",
        ["src/fastsum/__init__.py", "fastsum/__init__.py", "src/fastsum.py"],
        [],
        {"fastsum": "src/fastsum"},
    ),
    "flat layout": (
        "fastsum",
        ["fastsum/__init__.py", "src/fastsum.py", "tests/__init__.py"],
        [],
        {"fastsum": "fastsum"},
    ),
    "module in src": (
        "fastsum",
        ["src/fastsum.py", "fastsum.py"],
        [],
        {"fastsum.py": "src/fastsum.py"},
    ),
    "module": ("fastsum", ["fastsum.py", "setup.py"], [], {"fastsum.py": "fastsum.py"}),
    "dashes": ("fast-sum", ["src/fast_sum/__init__.py"], [], {"fast_sum": "src/fast_sum"}),
    "spelled as on disk": ("FastSum", ["src/fastSUM/__init__.py"], [], {"fastSUM": "src/fastSUM"}),
    "exact before similar": (
        "Fastsum",
        ["src/fastsum/__init__.py", "src/Fastsum/__init__.py"],
        [],
        {"Fastsum": "src/Fastsum"},
    ),
    "dots as underscores": ("fast.sum", ["fast_sum/__init__.py"], [], {"fast_sum": "fast_sum"}),
    "dots as namespace": (
        "fast.sum",
        ["src/fast/sum/__init__.py"],
        [],
        {"fast/sum": "src/fast/sum"},
    ),
    "namespace module": ("fast.sum", ["src/fast/sum.py"], [], {"fast/sum.py": "src/fast/sum.py"}),
    "namespace, spelled otherwise": (
        "Fast.Sum",
        ["src/fast/Sum/__init__.py"],
        [],
        {"fast/Sum": "src/fast/Sum"},
    ),
    "no __init__": ("fastsum", ["src/fastsum/sub/a.py"], [], {"fastsum": "src/fastsum"}),
    "stubs beside": (
        "fastsum",
        ["src/fastsum/__init__.py", "src/fastsum-stubs/__init__.pyi"],
        [],
        {"fastsum": "src/fastsum", "fastsum-stubs": "src/fastsum-stubs"},
    ),
    "stubs alone": (
        "fastsum",
        ["fastsum-stubs/__init__.pyi", "fastsum_stubs/__init__.pyi"],
        [],
        {"fastsum-stubs": "fastsum-stubs", "fastsum_stubs": "fastsum_stubs"},
    ),
    "a folder of C is no package": (
        "fastsum",
        ["fastsum/fastsum.c", "fastsum.pyi"],
        ["fastsum.cpython-313-x86_64-linux-gnu.so"],
        {"fastsum.pyi": "fastsum.pyi"},
    ),
    "the package of an extension": (
        "other-name",
        ["src/fastsum/__init__.py", "src/fastsum/_core.c"],
        ["fastsum/_core.cpython-313-x86_64-linux-gnu.so"],
        {"fastsum": "src/fastsum"},
    ),
    "the packages of all extensions": (
        "fastsum",
        ["src/fastsum/__init__.py", "slow/__init__.py", "unrelated/__init__.py"],
        [
            "fastsum/_a.so",
            "slow/deep/_b.so",
            "slow/_c.so",
            "gone/_d.so",
            "fastsum-1.data/scripts/x",
        ],
        {"fastsum": "src/fastsum", "slow": "slow"},
    ),
    "a namespace is not widened": (
        "ns.pkg",
        ["src/ns/pkg/__init__.py", "src/ns/private/__init__.py"],
        ["ns/pkg/_core.so"],
        {"ns/pkg": "src/ns/pkg"},
    ),
    "a module beside an extension's stub": (
        "fastsum",
        ["fastsum.py", "src/_fastsum.pyi"],
        ["_fastsum.abi3.so"],
        {"_fastsum.pyi": "src/_fastsum.pyi", "fastsum.py": "fastsum.py"},
    ),
    "an extension alone": ("fastsum", ["fastsum.c"], ["fastsum.abi3.so"], {}),
    "an executable alone": ("fastsum", ["main.c"], ["fastsum-1.data/scripts/fastsum"], {}),
    "non-ASCII": ("größe", ["src/größe/__init__.py"], [], {"größe": "src/größe"}),
}


@pytest.mark.parametrize("case", CASES)
def test_defaults(tree: Tree, case: str) -> None:
    name, files, installed, expected = CASES[case]
    if case == "exact before similar" and os.path.exists(__file__.upper()):
        pytest.skip("this disk cannot hold both")
    root = tree(dict.fromkeys(files, ""))
    found = find_packages(root, None, name=name, installed=installed)
    assert list(found.items()) == list(expected.items())


def test_nothing_found(tree: Tree) -> None:
    root = tree({"src/sums/__init__.py": "", "lib/x.py": "", "pyproject.toml": ""})
    with pytest.raises(WheelError) as caught:
        find_packages(root, None, name="fast-sum")
    assert caught.value.message == (
        "nothing to ship for 'fast-sum': there is none of src/fast_sum, fast_sum, src/fast_sum.py, "
        "fast_sum.py, and no extension"
    )
    assert caught.value.hint == 'name the packages: `tool.zigwheel.wheel.packages = ["src/sums"]`'


def test_named(tree: Tree) -> None:
    root = tree({"python/code/__init__.py": "", "a.py": "", "lib/x.py": ""})
    packages = {"fast/sum": "python/code/", "b.py": "./a.py", "": "lib"}
    assert find_packages(root, packages, name="whatever") == {
        "": "lib",
        "b.py": "a.py",
        "fast/sum": "python/code",
    }
    assert find_packages(root, {}, name="whatever") == {}
    assert find_packages(root, {".": "lib"}, name="whatever") == {"": "lib"}


def test_named_but_wrong(tree: Tree, tmp_path: Path) -> None:
    root = tree({"src/fastsum/__init__.py": ""})
    (tmp_path / "other").mkdir()
    packages = {"a": "src/fastsun", "b": "../other", "c": str(tmp_path / "other"), "d": "nothing"}
    with pytest.raises(ErrorCollection) as caught:
        find_packages(root, packages, name="fastsum")
    a, b, c, d = caught.value.errors
    assert (a.message, a.hint) == (
        "`tool.zigwheel.wheel.packages` names 'src/fastsun', which is not there",
        "did you mean 'src/fastsum'?",
    )
    assert "names '../other', which lies outside the project" in b.message
    assert "which lies outside the project" in c.message
    assert "'nothing', which is not there" in d.message
