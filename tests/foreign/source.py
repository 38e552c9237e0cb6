"""CPython built with Zig from the source that Debian's source packages hold, for what nobody ships.

Only what tests of extensions need is built: no module that wants another project's library, all of
them inside of the program, little optimisation.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.foreign.cache import cache_root, made_once
from tests.foreign.compiler import zig, zig_environ
from tests.foreign.debian import from_suites
from tests.foreign.python import ForeignPython, Unavailable
from tests.foreign.sysroot import SUITES, installed

LEFT_OUT = """
_bz2 _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _ctypes _curses
_curses_panel _dbm _decimal _elementtree _gdbm _hashlib _lsprof _lzma _multibytecodec
_remote_debugging _sqlite3 _ssl _tkinter _uuid _zstd pyexpat readline xxlimited xxlimited_35 zlib
""".split()
"""Modules that want another project's library, or take long to compile."""

NOT_COPIED = ("__pycache__", "test", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3")

MUSL_SUITES = ("forky", "sid")
"""Debian's releases whose musl has all that Zig's headers of musl announce."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """How one interpreter is built."""

    version: str
    """Minor version; the source is that of Debian's release of it in `SUITES`."""
    target: str = "x86_64-linux-gnu.2.28"
    """For Zig."""
    options: tuple[str, ...] = ()
    """For `configure`."""
    preprocessor: tuple[str, ...] = ()
    """For `CPP`, which `configure` uses for questions only."""
    compiler: tuple[str, ...] = ()
    """For every call of the compiler."""
    musl: bool = False
    """It runs by musl's loader, which this machine need not have."""

    @property
    def program(self) -> str:
        """The interpreter's name, and that of the folders which belong to it."""
        return f"python{self.version}{'t' if '--disable-gil' in self.options else ''}"


RECIPES = {
    "cp313t-manylinux_x86_64": Recipe(version="3.13", options=("--disable-gil",)),
    "cp313-musllinux_x86_64": Recipe(
        version="3.13",
        target="x86_64-linux-musl",
        # musl's own <stdarg.h> defines it, by which CPython's Misc/platform_triplet.c knows musl.
        preprocessor=("-D__DEFINED_va_list",),
        # Zig's stub of musl's libc has all data at one address, so that `environ` and `optind` would
        # share the room that a program reserves for them; code for any address reserves none.
        compiler=("-fPIC",),
        musl=True,
    ),
}
"""By the interpreters' names."""


def built_python(name: str) -> ForeignPython:
    """CPython built from source, at the first call. Raises `Unavailable`."""
    recipe = RECIPES[name]
    loader = (str(musl_loader()),) if recipe.musl else ()
    root = made_once(cache_root() / f"zig-built-{name}", lambda folder: build(recipe, folder))
    return ForeignPython(
        name=name,
        root=root,
        python=root / "bin" / recipe.program,
        prefix=loader,
        include=root / "include" / recipe.program,
    )


def musl_loader() -> Path:
    """musl's libc, which is its loader as well. Raises `Unavailable`."""

    def make(folder: Path) -> None:
        from_suites(MUSL_SUITES, "amd64", lambda a: a.unpack((), folder, alone=["musl"]))

    root = made_once(cache_root() / f"{MUSL_SUITES[0]}-amd64-musl", make)
    return root / "usr/lib/x86_64-linux-musl/libc.so"


def build(recipe: Recipe, folder: Path) -> None:
    """Build an interpreter into a folder, in the layout of an installed one."""
    make = installed("make", "make")
    environ = build_environ(recipe)
    with tempfile.TemporaryDirectory() as temporary:
        source = unpacked_source(recipe.version, Path(temporary))
        out = Path(temporary, "build")
        out.mkdir()

        def run(*words: str) -> None:
            done = subprocess.run(words, cwd=out, env=environ, capture_output=True, text=True)
            if done.returncode:
                said = (done.stdout + done.stderr)[-4000:]
                raise Unavailable(f"building CPython {recipe.version}: {words[0]}: {said}")

        options = ("--prefix=/usr", "--disable-test-modules", "--without-ensurepip")
        run(str(source / "configure"), "--quiet", *options, *recipe.options)
        jobs = f"-j{os.cpu_count() or 1}"
        # With musl the program is a static one at first: it runs while it is built, without a loader.
        run(make, "--silent", jobs, "python", "pybuilddir.txt")
        if recipe.musl:
            (out / "python").unlink()
            run(make, "--silent", "python", f"LINKCC={environ['CC']} -dynamic")
        lay_out(source, out, folder, recipe.program)


def build_environ(recipe: Recipe) -> dict[str, str]:
    """The environment of `configure` and `make`."""
    # Programs of `configure` that do what C leaves undefined would end in traps of Zig's otherwise.
    words = [str(zig()), "cc", "-target", recipe.target, "-fno-sanitize=undefined"]
    compiler = " ".join([*words, *recipe.compiler])
    return {
        **zig_environ(),
        "LC_ALL": "C.UTF-8",
        "CC": compiler,
        "CPP": " ".join([compiler, "-E", *recipe.preprocessor]),
        "AR": f"{zig()} ar",
        "RANLIB": f"{zig()} ranlib",
        "OPT": "-DNDEBUG -O1 -w -Wno-date-time",
        # What this machine has installed for its own compiler is not for this build.
        "PKG_CONFIG": "false",
        "MODULE_BUILDTYPE": "static",
        **{f"py_cv_module_{module}": "n/a" for module in LEFT_OUT},
    }


def lay_out(source: Path, out: Path, folder: Path, program: str) -> None:
    """Copy what an installation has: the program, the standard library, the headers."""
    (folder / "bin").mkdir()
    shutil.copy2(out / "python", folder / "bin" / program)
    library = folder / "lib" / program
    shutil.copytree(source / "Lib", library, ignore=shutil.ignore_patterns(*NOT_COPIED))
    built = out / (out / "pybuilddir.txt").read_text().strip()
    for file in built.glob("_sysconfig*"):
        shutil.copy2(file, library)
    # All modules are inside of the program, which warns where this folder is not.
    (library / "lib-dynload").mkdir()
    shutil.copytree(source / "Include", folder / "include" / program)
    shutil.copy2(out / "pyconfig.h", folder / "include" / program)


def source_archive(version: str) -> Path:
    """CPython's source as upstream released it, out of Debian's source package."""
    package = f"python{version}"

    def make(folder: Path) -> None:
        from_suites(SUITES[version], "amd64", lambda a: a.source(package, folder), sources=True)

    (file,) = made_once(cache_root() / f"{package}-source", make).iterdir()
    return file


def unpacked_source(version: str, folder: Path) -> Path:
    """CPython's source, unpacked into a folder without what its build does not read."""
    words = ["tar", "-xf", source_archive(version), "-C", folder]
    words += [f"--exclude=Python-*/{name}" for name in ("Doc", "Lib/test", "Lib/idlelib")]
    subprocess.run(words, check=True)
    (tree,) = folder.glob("Python-*")
    return tree
