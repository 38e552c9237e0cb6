"""Zig packages: from the project, from a server, from an sdist without a network, and what goes wrong."""

from __future__ import annotations

import http.server
import io
import json
import re
import shutil
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hooks.rig import Maker, Project, evaluated, tree

pytestmark = pytest.mark.slow

EXTENSION = """\
[[tool.zigwheel.extension]]
name = "tiny._core"
sources = ["src/tiny/*.c"]
"""

CORE = """\
#include <Python.h>
#include <far.h>
static PyObject *value(PyObject *self, PyObject *args) {
    return Py_BuildValue("iss", far_value(), far_file(), far_header());
}
static PyMethodDef methods[] = {{"value", value, METH_NOARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_core", "", 0, methods};
PyMODINIT_FUNC PyInit__core(void) { return PyModule_Create(&module); }
"""

BUILD = """\
const std = @import("std");

pub fn build(b: *std.Build) void {
    const target = b.standardTargetOptions(.{});
    const optimize = b.standardOptimizeOption(.{});
    const value = b.option(u32, "value", "What it returns") orelse 1;
    const linkage = b.option(std.builtin.LinkMode, "linkage", "How it is linked") orelse .static;
    const lib = b.addLibrary(.{
        .name = "far",
        .linkage = linkage,
        .root_module = b.createModule(.{
            .target = target,
            .optimize = optimize,
            .link_libc = true,
        }),
    });
    lib.root_module.addCSourceFile(.{ .file = b.path("far.c") });
    lib.root_module.addCMacro("VALUE", b.fmt("{d}", .{value}));
    lib.root_module.linkLibrary(b.dependency("near", .{ .target = target, .optimize = optimize }).artifact("near"));
    lib.installHeader(b.path("far.h"), "far.h");
    b.installArtifact(lib);
}
"""

NEAR = """\
const std = @import("std");

pub fn build(b: *std.Build) void {
    const lib = b.addLibrary(.{ .name = "near", .linkage = .static, .root_module = b.createModule(.{
        .target = b.standardTargetOptions(.{}),
        .optimize = b.standardOptimizeOption(.{}),
    }) });
    lib.root_module.addCSourceFile(.{ .file = b.path("near.c") });
    b.installArtifact(lib);
}
"""


def manifest(name: str, version: str, dependencies: str = "") -> str:
    """A `build.zig.zon`."""
    return (
        f'.{{ .name = .{name}, .version = "{version}", .paths = .{{""}}, '
        f".fingerprint = {zlib.crc32(name.encode()) << 32 | 7:#x}, .dependencies = .{{{dependencies}}} }}\n"
    )


FAR = {
    "build.zig": BUILD,
    "far.c": "int near(int);\nint far_value(void) { return near(VALUE); }\n"
    "const char *far_file(void) { return __FILE__; }\n",
    "far.h": "int far_value(void);\nconst char *far_file(void);\n"
    "static inline const char *far_header(void) { return __FILE__; }\n",
}
OTHER = {
    "build.zig": NEAR,
    "build.zig.zon": manifest("near", "0.2.0"),
    "near.c": "int near(int x) { return x + 40; }\n",
}
LOCAL = {
    "src/tiny/__init__.py": "from tiny._core import value\n",
    "src/tiny/core.c": CORE,
    **{f"vendor/far/{name}": text for name, text in FAR.items()},
    "vendor/far/build.zig.zon": manifest("far", "3.0.1", '.near = .{ .path = "../near" }'),
    **{f"vendor/near/{name}": text for name, text in OTHER.items()},
}
PACKAGE = '[tool.zigwheel.dependencies.far]\npath = "vendor/far"\n'
LINKED = EXTENSION + 'link = ["far"]\n' + PACKAGE


@pytest.fixture
def project(make: Maker) -> Project:
    """A package whose module links a Zig package, which links another one."""
    return make(config=LINKED, files=LOCAL)


def bill_of(wheel: Path) -> dict[str, dict[str, str]]:
    """The Zig packages in a wheel's bill of materials."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if "/sboms/" in n)
        parts = json.loads(archive.read(name))["components"]
    return {p["name"]: p for p in parts if p["bom-ref"].startswith("package:")}


def test_a_package_of_the_project(project: Project, tmp_path: Path) -> None:
    wheel = project.wheel()
    said = evaluated(wheel, "tiny.value()", tmp_path / "x")
    assert said == "(41, 'vendor/far/far.c', 'zig-pkg/include/far-far/far.h')"
    bill = bill_of(wheel)
    assert {name: part["version"] for name, part in bill.items()} == {
        "far": "3.0.1",
        "near": "0.2.0",
    }
    data = wheel.read_bytes()
    again = project.wheel(tmp_path / "again", {"lowering": "zig-build"})
    assert again.read_bytes() == data
    elsewhere = Project(root=tmp_path / "else" / "where", environ=project.environ)
    shutil.copytree(project.root, elsewhere.root)
    assert elsewhere.wheel(tmp_path / "other").read_bytes() == data


def test_options_and_changes_count(project: Project, tmp_path: Path) -> None:
    project = project.under(ZIGWHEEL_REUSE=None)
    project.wheel()
    project.config(LINKED + "options = { value = 2 }\n")
    assert evaluated(project.wheel(), "tiny.value()[0]", tmp_path / "2") == "42"
    project.write({"vendor/near/near.c": "int near(int x) { return x + 50; }\n"})
    assert evaluated(project.wheel(), "tiny.value()[0]", tmp_path / "3") == "52"


def test_an_override_changes_options(project: Project, tmp_path: Path) -> None:
    project.config(
        LINKED + "options = { value = 2 }\n[[tool.zigwheel.overrides]]\nif.os = 'linux'\n"
        "dependencies.far.options = { value = 3 }\n"
    )
    assert evaluated(project.wheel(), "tiny.value()[0]", tmp_path / "x") == "43"


def test_a_library_of_the_project_links_a_package(project: Project, tmp_path: Path) -> None:
    project.write({"own/own.c": "#include <far.h>\nint own(void) { return far_value() + 1; }\n"})
    core = CORE.replace("far_value()", "own()").replace(
        "#include <far.h>", "#include <far.h>\nint own(void);"
    )
    project.write({"src/tiny/core.c": core})
    project.config(
        "[[tool.zigwheel.library]]\nname = 'own'\nsources = ['own/*.c']\nlink = ['far']\n"
        + EXTENSION
        + 'link = ["own", "far:far"]\n'
        + PACKAGE
    )
    wheel = project.wheel()
    assert evaluated(wheel, "tiny.value()[0]", tmp_path / "x") == "42"
    again = project.wheel(tmp_path / "again", {"lowering": "zig-build"})
    assert again.read_bytes() == wheel.read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("options = { valeu = 2 }", r"`far` has no option `valeu`; it has .*linkage.*value"),
        (
            'options = { linkage = "dynamic" }',
            r"makes `far` a dynamic library; a wheel needs a static one",
        ),
    ],
)
def test_wrong_options(project: Project, options: str, said: str) -> None:
    project.config(LINKED + options + "\n")
    assert re.search(said, project.refusal())


def test_a_library_that_is_not_there(project: Project) -> None:
    project.config(EXTENSION + 'link = ["far:fra"]\n' + PACKAGE)
    said = project.refusal()
    assert "the Zig package `far` has no library `fra`; it has far" in said
    assert 'write `link = ["PACKAGE:LIBRARY"]`' in said


def test_a_package_that_takes_no_target(project: Project) -> None:
    text = BUILD.replace("b.standardTargetOptions(.{})", "b.graph.host")
    project.write({"vendor/far/build.zig": text})
    said = project.refusal()
    assert "the Zig package `far` has no option `target`; it has " in said
    assert "has to call `b.standardTargetOptions`" in said


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"vendor/far/build.zig.zon": ".{ .name = .far"}, "build.zig.zon is no ZON: line 1: "),
        (
            {"vendor/far/build.zig.zon": ".{ .name = .far }"},
            "vendor/far/build.zig.zon has no `.paths`",
        ),
        (
            {
                "vendor/far/build.zig.zon": manifest(
                    "far", "3.0.1", '.near = .{ .path = "../../../x" }'
                )
            },
            "names '../x', which lies outside the project",
        ),
    ],
)
def test_a_package_that_is_not_in_order(project: Project, files: dict[str, str], said: str) -> None:
    refused = project.write(files).refusal()
    assert "`tool.zigwheel.dependencies.far" in refused
    assert said in refused


def test_a_name_that_is_no_package(project: Project) -> None:
    project.config(EXTENSION + 'link = ["fra"]\n' + PACKAGE)
    assert "which names no library; did you mean `far`?" in project.refusal()


def test_an_ejected_build_file_builds_the_same(project: Project, tmp_path: Path) -> None:
    data = project.wheel().read_bytes()
    import subprocess
    import sys

    words = [sys.executable, "-m", "zigwheel", "build", "--eject"]
    subprocess.run(words, cwd=project.root, env=dict(project.environ), check=True)
    assert '.path = "vendor/far"' in (project.root / "build.zig.zon").read_text("utf-8")
    assert project.wheel(tmp_path / "ejected").read_bytes() == data


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a server of a folder's files, and the folder."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", folder
        running.shutdown()


def served(folder: Path, name: str, files: dict[str, str]) -> None:
    """Put an archive with one folder on the server, with a link in it, which counts for Zig's hash."""
    with tarfile.open(folder / f"{name}.tar.gz", "w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}-main/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
        link = tarfile.TarInfo(f"{name}-main/link.c")
        link.type, link.linkname = tarfile.SYMTYPE, f"{name}.c"
        archive.addfile(link)


def hash_in(said: str) -> str:
    """The hash that a refusal offers."""
    found = re.search(r'hash = "([^"]+)"', said)
    assert found, said
    return found[1]


def test_from_a_server_and_from_an_sdist(
    make: Maker, server: tuple[str, Path], tmp_path: Path
) -> None:
    address, folder = server
    served(folder, "near", OTHER)
    url = f"{address}/near.tar.gz"
    package = f'[tool.zigwheel.dependencies.near]\nurl = "{url}"\n'
    core = CORE.replace("#include <far.h>", "int near(int);")
    core = core.replace('"iss", far_value(), far_file(), far_header()', '"i", near(1)')
    files = {"src/tiny/__init__.py": LOCAL["src/tiny/__init__.py"], "src/tiny/core.c": core}
    project = make(config=EXTENSION + 'link = ["near"]\n' + package, files=files)
    digest = hash_in(project.refusal())
    assert re.fullmatch(r"near-0\.2\.0-[A-Za-z0-9_-]{44}", digest)
    # the same at second hand: a package that fetches one
    inner = f'.near = .{{ .url = "{url}", .hash = "{digest}" }}'
    served(folder, "far", {**FAR, "build.zig.zon": manifest("far", "3.0.1", inner)})
    package = f'[tool.zigwheel.dependencies.far]\nurl = "{address}/far.tar.gz"\n'
    project.write({"src/tiny/core.c": CORE}).config(EXTENSION + 'link = ["far"]\n' + package)
    outer = hash_in(project.refusal())
    project.config(EXTENSION + 'link = ["far"]\n' + f'{package}hash = "{outer}"\n')
    wheel = project.wheel()
    assert evaluated(wheel, "tiny.value()[0]", tmp_path / "x") == "41"
    assert outer in bill_of(wheel)["far"]["purl"]
    done = project.call("build_sdist", tmp_path / "sdist", {})
    assert done.code == 0, done.said
    shutil.rmtree(folder)
    sdist = tmp_path / "sdist" / done.value
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (root,) = (tmp_path / "unpacked").iterdir()
    carried = sorted(file.name for file in (root / "zig-pkg").iterdir())
    assert carried == sorted(f"{name}.tar.gz" for name in (digest, outer))
    offline = cold(project, root, tmp_path / "cache")
    for lowering in ("direct", "zig-build"):
        again = offline.wheel(tmp_path / lowering, {"lowering": lowering})
        assert again.read_bytes() == wheel.read_bytes()
    # an sdist of the sdist is the same
    done = offline.call("build_sdist", tmp_path / "second", {})
    assert done.code == 0, done.said
    assert tree(tmp_path / "second") == tree(tmp_path / "sdist")
    # and what was changed on the way is refused
    (root / "zig-pkg" / f"{digest}.tar.gz").write_bytes(
        (root / "zig-pkg" / f"{outer}.tar.gz").read_bytes()
    )
    said = cold(project, root, tmp_path / "another").refusal()
    assert f"zig-pkg/{digest}.tar.gz has not the content that its name says, but {outer}" in said


def cold(project: Project, root: Path, cache: Path) -> Project:
    """A project in a folder, with Zig and nothing else in its cache, and with no way out."""
    zig = Path(project.environ["ZIGWHEEL_CACHE_DIR"], "zig")
    cache.mkdir()
    (cache / "zig").symlink_to(zig)
    shut = "http://127.0.0.1:9"
    return Project(root=root, environ=project.environ).under(
        ZIGWHEEL_CACHE_DIR=str(cache), http_proxy=shut, https_proxy=shut
    )


def test_what_cannot_be_fetched(make: Maker, server: tuple[str, Path], tmp_path: Path) -> None:
    address, folder = server
    served(folder, "near", OTHER)
    digest = f"near-0.2.0-{'A' * 44}"
    package = (
        f'[tool.zigwheel.dependencies.near]\nurl = "{address}/near.tar.gz"\nhash = "{digest}"\n'
    )
    project = make(config=EXTENSION + 'link = ["near"]\n' + package)
    said = project.refusal()
    assert "hash mismatch" in said
    assert "brings other files than the hash says" in said
    (folder / "near.tar.gz").unlink()
    assert "is the address right?" in project.refusal()
