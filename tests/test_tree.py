"""The tree is the architecture: imports point one way, files are small, nothing leaves the tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "zigwheel"
FILES = sorted(SOURCE.rglob("*.py"))

LAYERS = (
    {"__init__", "errors"},
    {"storage", "lock", "templates", "environments"},
    {"store", "picture"},
    {"target", "config"},
    {"plan"},
    {"borrowed"},
    {"generate"},
    {"audit"},
    {"zig", "wheel"},
    {"setup", "unpack"},
    {"headers"},
    {"promised", "contents"},
    {"artifacts"},
    {"rebuild", "eject", "reuse", "fetched", "stubs"},
    {"pipeline"},
    {"convert", "matrix", "scaffold"},
    {"recipe"},
    {"census"},
    {"prune", "index"},
    {"build", "cli"},
    {"__main__"},
)
"""From bottom to top: a module imports what is in its own part of the tree, or below."""

WITHIN = {
    "index": ("model", "shelf", "sources", "settings", "opened", "web", "copies upkeep", "serve")
}
"""The same for what is inside of a part that is large."""

RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def part(dotted: str) -> str:
    """The part of the tree that a dotted module name lies in."""
    words = dotted.split(".")
    return words[1] if len(words) > 1 else "__init__"


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import of zigwheel's own, wherever it stands in a file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: relative import"
            names = [node.module or ""]
            if node.module == "zigwheel":
                names = [f"zigwheel.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if name == "zigwheel" or name.startswith("zigwheel."):
                yield node.lineno, name


def module_name(file: Path) -> str:
    """Dotted name of a source file."""
    words = file.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(words[:-1] if words[-1] == "__init__" else words)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(SOURCE).as_posix())
def test_imports_point_down(file: Path) -> None:
    own = part(module_name(file))
    assert own in RANK, f"`{own}` has no place in LAYERS"
    for line, name in imports(file):
        other = part(name) if part(name) in RANK else "__init__"
        same = other == own
        assert same or RANK[other] < RANK[own], f"{file}:{line}: {own} imports {name}"


@pytest.mark.parametrize("name", WITHIN)
def test_imports_point_down_within_a_part(name: str) -> None:
    rank = {word: n for n, words in enumerate(WITHIN[name]) for word in words.split()}
    found = {path.stem for path in (SOURCE / name).iterdir()} - {"__init__", "__pycache__"}
    assert found == set(rank)
    for file in sorted((SOURCE / name).rglob("*.py")):
        own = file.relative_to(SOURCE / name).with_suffix("").parts[0]
        for line, dotted in imports(file):
            words = dotted.split(".")
            if words[1:2] == [name] and len(words) > 2 and words[2] != own:
                assert rank[words[2]] < rank[own], f"{file}:{line}: {own} imports {words[2]}"


def test_no_circles_within_a_part() -> None:
    names = {module_name(file) for file in FILES}
    graph = {
        module_name(file): {name for _, name in imports(file) if name in names} for file in FILES
    }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join((*path[path.index(name) :], name))
        if name not in done:
            for other in sorted(graph[name] - {name}):
                visit(other, (*path, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(SOURCE).as_posix())
def test_files_are_small(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 400


def test_exit_codes_are_unique() -> None:
    from zigwheel import errors

    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type)
        and issubclass(value, errors.ZigwheelError)
        and value is not errors.ErrorCollection
    ]
    codes = [c.exit_code for c in classes]
    assert len(set(codes)) == len(codes)
    assert all(c.__doc__ for c in classes)


def test_the_pin_is_the_same_everywhere() -> None:
    from zigwheel.config.toml import parse
    from zigwheel.zig.toolchain import REQUIREMENT

    table = parse((SOURCE.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert table["project"]["optional-dependencies"]["zig"] == [REQUIREMENT]
    assert REQUIREMENT in table["dependency-groups"]["test"]


def test_only_one_module_looks_at_this_machine() -> None:
    """`sys.platform`, `platform.*` and `sysconfig` describe the host, which is never the target."""
    allowed = {"target/host.py", "target/system.py", "lock.py", "matrix/worker.py"}
    for file in FILES:
        path = file.relative_to(SOURCE).as_posix()
        tree = ast.parse(file.read_text(encoding="utf-8"))
        modules = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        for node in ast.walk(tree):
            name = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            host = name in {"sys.platform", "sys.byteorder", "sys.maxsize", "sys.implementation"}
            head = name.partition(".")[0]
            host = host or (head in {"platform", "sysconfig"} and head in modules)
            if host and path not in allowed and path not in SHELLS:
                raise AssertionError(f"{path}:{getattr(node, 'lineno', 0)}: {name}")


SHELLS = {
    "zig/execute.py",
    "wheel/editable_finder.py",
    "convert/environment.py",
    "target/lie.py",
    "convert/inside/main.py",
}
"""Where the host's own shell or interpreter is spoken to: a command line to paste, an import hook,
processes to end; and where a build of setuptools is told of another host than this."""


def test_nothing_depends_on_a_shell_or_on_the_encoding_of_the_host() -> None:
    """What POSIX alone has is found by mypy, which CI runs for each operating system."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (wrong := hostile(node)):
                raise AssertionError(f"{file}:{node.lineno}: {wrong}")


def hostile(call: ast.Call) -> str:
    """What a call leaves to the host; empty if nothing."""
    name = ast.unparse(call.func)
    words = {keyword.arg for keyword in call.keywords}
    last = name.rpartition(".")[2]
    if "shell" in words or name in {"os.system", "os.popen"}:
        return f"{name} runs a shell"
    decodes = name.startswith("subprocess.") and words & {"text", "universal_newlines"}
    if decodes and "encoding" not in words:
        return f"{name} decodes as the host does"
    told = "encoding" in words or (last == "read_text" and call.args)  # a name, of a distribution's
    if last in {"read_text", "write_text"} and not told and name != "read_text":
        return f"{name} has no encoding"
    others = {"os.open", "super().open", "archive.open"}
    opens = name == "open" or (last == "open" and name not in others)
    binary = any(isinstance(a, ast.Constant) and "b" in str(a.value) for a in call.args)
    return f"{name} has no encoding" if opens and not binary and "encoding" not in words else ""
