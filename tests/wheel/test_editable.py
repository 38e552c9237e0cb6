"""Editable installs, as a fresh interpreter in a virtual environment of its own sees them."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from zigwheel.wheel.discover import find_packages
from zigwheel.wheel.editable import editable_entries
from zigwheel.wheel.entries import Entry, content

Tree = Callable[..., Path]


@dataclass(frozen=True)
class Environment:
    """A virtual environment without pip."""

    python: str
    site: Path

    def install(self, entries: Iterable[Entry]) -> None:
        """Put the files of a wheel where an installer would."""
        for entry in entries:
            file = self.site / entry.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content(entry))

    def run(self, code: str, *arguments: str, **environ: str) -> str:
        """Standard output of a program, which has to end well and be silent otherwise."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        command = [self.python, *(["-c", code] if code else []), *arguments]
        done = subprocess.run(
            command, cwd=self.site, env=inherited | environ, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout.strip()


@pytest.fixture
def environment(tmp_path: Path) -> Callable[..., Environment]:
    """Makes environments."""

    def make(name: str = "env", python: str = sys.executable) -> Environment:
        folder = tmp_path / name
        if python == sys.executable:
            venv.create(folder, symlinks=os.name == "posix")
        else:
            subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True)
        binary = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        code = "import sysconfig; print(sysconfig.get_path('platlib'))"
        done = subprocess.run([binary, "-c", code], capture_output=True, text=True, check=True)
        return Environment(str(binary), Path(done.stdout.strip()))

    return make


@pytest.fixture(scope="session")
def extension() -> tuple[str, Path]:
    """Name and file of an extension module of the standard library, for want of a compiler."""
    for name in ("_bisect", "_heapq", "_queue", "_statistics", "_random"):
        file = getattr(importlib.import_module(name), "__file__", None)
        if file:
            return name, Path(file)
    pytest.skip("all extension modules of this interpreter are built in")


def editable(
    root: Path,
    *,
    name: str = "fastsum",
    packages: Mapping[str, str] | None = None,
    extensions: Mapping[str, Path] | None = None,
) -> list[Entry]:
    """Entries of an editable wheel; `extensions` maps modules to their files."""
    built = {
        f"{m.replace('.', '/')}{''.join(f.suffixes)}": f for m, f in (extensions or {}).items()
    }
    modules = dict(zip(extensions or (), built, strict=True))
    found = find_packages(root, packages, name=name, installed=built)
    entries = editable_entries(root, found, modules, dist_name=name, rebuild=None)
    return [*entries, *(Entry(path=path, source=file) for path, file in built.items())]


def text(entries: Iterable[Entry], ending: str) -> str:
    """Text of the entry whose path has an ending; empty if there is none."""
    return "".join(content(entry).decode() for entry in entries if entry.path.endswith(ending))


# What is written


def test_a_pure_src_layout_needs_no_hook(tree: Tree) -> None:
    root = tree({"src/fastsum/__init__.py": "", "src/fastsum/x.c": "", "src/native/x.c": ""})
    (entry,) = editable(root)
    assert entry.path == "_editable_fastsum.pth"
    assert content(entry).decode() == f"{root / 'src'}\n"


def test_a_source_folder_with_other_code_gets_a_hook(tree: Tree) -> None:
    root = tree({"src/fastsum/__init__.py": "", "src/scripts/x.py": ""})
    entries = editable(root)
    assert text(entries, ".pth") == "import _editable_fastsum\n"
    assert "packages={\n        'fastsum': " in text(entries, ".py")


def test_a_flat_layout_gets_a_hook(tree: Tree) -> None:
    entries = editable(tree({"fastsum/__init__.py": ""}))
    assert [entry.path for entry in entries] == [
        "_editable_fastsum.pth",
        "_editable_fastsum/__init__.py",
    ]
    assert text(entries, ".pth") == "import _editable_fastsum\n"


@pytest.mark.parametrize("name", ["größe", "a'b\"c", "end ", "back\\slash", "new\nline", "\udcff"])
def test_paths_that_a_start_up_file_cannot_hold(
    tree: Tree, environment: Callable[..., Environment], name: str
) -> None:
    if os.name != "posix" and set(name) & set('"\\\n\udcff '):
        pytest.skip("not a name on this system")
    root = tree({"src/fastsum/__init__.py": "here = __file__"}, name)
    entries = editable(root)
    assert all(content(entry).isascii() for entry in entries)
    for entry in entries:
        if entry.path.endswith(".py"):
            ast.parse(content(entry))
    env = environment()
    env.install(entries)
    code = "import fastsum, sys; sys.stdout.write(ascii(fastsum.here))"
    assert env.run(code) == ascii(str(root / "src/fastsum/__init__.py"))
    assert env.run(code, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")


def test_the_same_project_gives_the_same_entries(tree: Tree, extension: tuple[str, Path]) -> None:
    root = tree({"a/__init__.py": "", "b/__init__.py": ""})
    one = editable(
        root, packages={"a": "a", "b": "b"}, extensions={f"a.{extension[0]}": extension[1]}
    )
    other = editable(
        root, packages={"b": "b", "a": "a"}, extensions={f"a.{extension[0]}": extension[1]}
    )
    assert one == other


# What is imported

CHECK = """
import importlib, importlib.resources, pickle, pkgutil, sys
root, ext = sys.argv[1:]
assert not any(path == root for path in sys.path)

import fastsum
assert fastsum.__file__.startswith(root), fastsum.__file__
assert fastsum.__spec__.origin == fastsum.__file__
from fastsum import mod
from fastsum.sub import deep
assert deep.__file__.startswith(root)

core = importlib.import_module("fastsum." + ext)
assert not core.__file__.startswith(root), core.__file__
inner = importlib.import_module("fastsum.sub." + ext)
only = importlib.import_module("fastsum.only." + ext)

names = {m.name for m in pkgutil.iter_modules(fastsum.__path__)}
assert names == {"mod", "sub", "__main__", "only", ext} or names == {"mod", "sub", "__main__", ext}, names
walked = {m.name for m in pkgutil.walk_packages(fastsum.__path__, "fastsum.") if "__main__" not in m.name}
assert {"fastsum.mod", "fastsum.sub", "fastsum.sub.deep", "fastsum.sub." + ext, "fastsum." + ext} <= walked, walked

files = importlib.resources.files("fastsum")
assert (files / "data.txt").read_text() == "data"
assert pickle.loads(pickle.dumps(mod.Thing(3))).value == 3
assert pickle.loads(pickle.dumps(mod.Thing)) is mod.Thing

before = mod.Thing
assert importlib.reload(mod).Thing is not before
assert importlib.reload(fastsum) is fastsum
assert importlib.reload(core) is core
assert importlib.util.find_spec("fastsum.nothing") is None
try:
    import fastsum.nothing
except ModuleNotFoundError as error:
    assert error.name == "fastsum.nothing"
print("good")
"""
PACKAGE = {
    "__init__.py": "",
    "__main__.py": "print(__name__, __package__)",
    "mod.py": "class Thing:\n    def __init__(self, value): self.value = value\n",
    "data.txt": "data",
    "sub/__init__.py": "",
    "sub/deep.py": "",
}


@pytest.mark.parametrize("place", ["src/fastsum", "fastsum", "python/code"])
def test_a_package(
    tree: Tree, environment: Callable[..., Environment], extension: tuple[str, Path], place: str
) -> None:
    ext, file = extension
    root = tree({f"{place}/{path}": body for path, body in PACKAGE.items()})
    # what an old build left behind must not be imported
    (root / place / file.name).write_bytes(b"stale")
    (root / place / "sub" / file.name).write_bytes(b"stale")
    packages = {"fastsum": place} if place == "python/code" else None
    modules = {f"fastsum.{m}{ext}": file for m in ("", "sub.", "only.")}
    env = environment()
    env.install(editable(root, packages=packages, extensions=modules))
    assert env.run(CHECK, str(root), ext) == "good"
    assert env.run("", "-m", "fastsum") == "__main__ fastsum"
    # new modules are seen at once
    (root / place / "new.py").write_text("x = 1")
    assert env.run("from fastsum.new import x; print(x)") == "1"
    assert env.run(
        "import sys; print('typing' in sys.modules, 'importlib.util' in sys.modules)"
    ) == ("False False")


def test_single_modules(
    tree: Tree, environment: Callable[..., Environment], extension: tuple[str, Path]
) -> None:
    ext, file = extension
    root = tree({"fastsum.py": "x = 1", "other.py": "", "lib/y.py": "x = 2", f"{ext}.pyi": ""})
    env = environment()
    packages = {"fastsum.py": "fastsum.py", "renamed.py": "lib/y.py", f"{ext}.pyi": f"{ext}.pyi"}
    env.install(editable(root, packages=packages, extensions={ext: file}))
    code = f"import fastsum, renamed, {ext}; print(fastsum.x, renamed.x, {ext}.__file__)"
    assert env.run(code) == f"1 2 {env.site / file.name}"
    assert env.run("import importlib.util as u; print(u.find_spec('other'))") == "None"
    assert env.run("", "-m", "renamed") == ""


def test_everything_in_a_folder(tree: Tree, environment: Callable[..., Environment]) -> None:
    root = tree({"lib/a.py": "", "lib/b/__init__.py": "", "c.py": ""})
    env = environment()
    env.install(editable(root, packages={"": "lib"}))
    assert env.run("import a, b; print(a.__file__)") == str(root / "lib/a.py")


NAMESPACE = """
import importlib, importlib.resources, pkgutil, sys
import ns
names = sorted(m.name for m in pkgutil.iter_modules(ns.__path__))
# a renamed package below a namespace is imported, but lies in no folder that could be listed
assert [name for name in names if name != "three"] == ["installed", "one", "two"], names
import ns.one, ns.two, ns.three, ns.installed
import ns.one.x
assert ns.__spec__.loader is None or "NamespaceLoader" in type(ns.__spec__.loader).__name__
assert getattr(ns, "__file__", None) is None
if sys.version_info >= (3, 10):
    found = importlib.resources.files("ns")
    assert (found / "one-data.txt").read_text() == "1"
    assert (found / "two-data.txt").read_text() == "2"
importlib.reload(ns)
# a folder that joins later is seen, as with the interpreter's own namespaces
sys.path.append(sys.argv[1])
import ns.late
assert "late" in {m.name for m in pkgutil.iter_modules(ns.__path__)}
assert sys.argv[1] + "/ns" in list(ns.__path__) or sys.platform == "win32"
print("good")
"""


@pytest.mark.parametrize("flat", [("one", "two"), ("one",), ("two",), ()])
def test_distributions_that_share_a_namespace(
    tree: Tree, environment: Callable[..., Environment], tmp_path: Path, flat: tuple[str, ...]
) -> None:
    env = environment()
    for name in ("one", "two"):
        base = "" if name in flat else "src/"
        files = {f"{base}ns/{name}/{module}.py": "" for module in ("__init__", "x")}
        root = tree({**files, f"{base}ns/{name}-data.txt": "1" if name == "one" else "2"}, name)
        env.install(editable(root, name=name, packages={"ns": f"{base}ns"}))
    root = tree({"code/__init__.py": ""}, "three")
    env.install(editable(root, name="three", packages={"ns/three": "code"}))
    env.install([Entry(path="ns/installed/__init__.py", data=b"")])
    late = tree({"ns/late.py": ""}, "late")
    assert env.run(NAMESPACE, str(late)) == "good"


def test_a_namespace_that_holds_extensions(
    tree: Tree, environment: Callable[..., Environment], extension: tuple[str, Path]
) -> None:
    ext, file = extension
    for number, base in enumerate(("src/", "")):
        root = tree({f"{base}ns/pkg/__init__.py": "", f"{base}ns/m.py": ""}, f"p{number}")
        env = environment(f"env{number}")
        modules = {f"ns.{ext}": file, f"ns.pkg.{ext}": file, f"alone.deep.{ext}": file}
        env.install(editable(root, packages={"ns": f"{base}ns"}, extensions=modules))
        code = f"import ns.m, ns.{ext}, ns.pkg.{ext}, alone.deep.{ext}; print(ns.pkg.__file__)"
        assert env.run(code) == str(root / base / "ns/pkg/__init__.py")


def test_a_renamed_namespace_below_a_namespace(
    tree: Tree, environment: Callable[..., Environment]
) -> None:
    env = environment()
    for name in ("one", "two"):
        root = tree({f"code/{name}.py": "", f"code/{name}.txt": name}, name)
        env.install(editable(root, name=name, packages={"ns/inner": "code"}))
    code = (
        "import ns.inner.one, ns.inner.two, importlib.resources as r, pkgutil\n"
        "assert r.files('ns.inner').joinpath('two.txt').read_text() == 'two'\n"
        "print(sorted(m.name for m in pkgutil.iter_modules(ns.inner.__path__)))"
    )
    assert env.run(code) == "['one', 'two']"


def test_a_regular_package_wins_over_a_namespace(
    tree: Tree, environment: Callable[..., Environment]
) -> None:
    root = tree({"ns/x.py": ""})
    env = environment()
    env.install(editable(root, packages={"ns": "ns"}))
    env.install([Entry(path="ns/__init__.py", data=b"regular = True")])
    assert env.run("import ns; print(ns.regular)") == "True"


SUBINTERPRETER = """
import sys
try:
    import _interpreters as i
    new, run = i.create, i.run_string
except ImportError:
    try:
        import _xxsubinterpreters as i
    except ImportError:
        import _testcapi
        code = sys.argv[1]
        sys.exit(_testcapi.run_in_subinterp(code))
    new, run = i.create, i.run_string
interpreter = new()
run(interpreter, sys.argv[1])
i.destroy(interpreter)
"""


def test_subinterpreters(
    tree: Tree, environment: Callable[..., Environment], extension: tuple[str, Path]
) -> None:
    ext, file = extension
    root = tree({"fastsum/__init__.py": "", "fastsum/m.py": ""})
    env = environment()
    env.install(editable(root, extensions={f"fastsum.{ext}": file}))
    code = f"import fastsum.m, fastsum.{ext}; print(fastsum.__name__)"
    assert env.run(SUBINTERPRETER, code) == "fastsum"


@pytest.mark.slow
def test_every_interpreter(
    tree: Tree, environment: Callable[..., Environment], targets: list[str]
) -> None:
    root = tree({f"fastsum/{path}": body for path, body in PACKAGE.items()})
    spaces = {
        "flat": tree({"ns/one/__init__.py": "", "ns/one/x.py": "", "ns/one-data.txt": "1"}, "one")
    }
    spaces["src"] = tree({"src/ns/two/__init__.py": "", "src/ns/two-data.txt": "2"}, "two")
    late = tree({"ns/late.py": ""}, "late")
    code = (
        "import importlib, sys\n"
        "for name in ('_bisect', '_heapq', '_queue', '_statistics', '_random'):\n"
        "    file = getattr(importlib.import_module(name), '__file__', None)\n"
        "    if file: sys.exit(print(name, file, sep='\\n'))\n"
    )
    for number, python in enumerate(targets):
        env = environment(f"env{number}", python)
        ext, file = env.run(code).splitlines()
        modules = {f"fastsum.{m}{ext}": Path(file) for m in ("", "sub.", "only.")}
        env.install(editable(root, extensions=modules))
        assert env.run(CHECK, str(root), ext) == "good"
        env.install(editable(spaces["flat"], name="one", packages={"ns": "ns"}))
        env.install(editable(spaces["src"], name="two", packages={"ns": "src/ns"}))
        env.install(
            [Entry(path=f"ns/{name}/__init__.py", data=b"") for name in ("installed", "three")]
        )
        assert env.run(NAMESPACE, str(late)) == "good"
        assert env.run(SUBINTERPRETER, "import fastsum.mod, ns.one; print('good')") == "good"
