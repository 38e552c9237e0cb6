"""Who is measured, and with which commands."""

from __future__ import annotations

import os
import platform
import shutil
import sysconfig
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rooms import Rooms, lay_out, run

TARGET = f"{platform.machine()}-linux-gnu.2.17"
SUFFIX = {"tally": "c", "lexicon": "cpp", "hull": "cpp"}
"""Projects with something to compile, and the suffix of their sources."""

TITLES = {"tally": "C", "lexicon": "C++"}
"""The projects for which there are tables."""

CHECKS = {
    "tally": "import tally as t; "
    "assert t.adler32(b'Wikipedia') == 0x11E60398; "
    "assert t.histogram(b'aab')[97] == 2; "
    "assert t.longest_run(b'abbbc') == (3, 98)",
    "lexicon": "import lexicon as t\n"
    "assert t.most_common('b a; B', 1) == [('b', 2)]\n"
    "assert t.parse('a = 3') == {'a': 3}\n"
    "try: t.parse('a 3')\n"
    "except ValueError as error: assert str(error).startswith('line 1')\n"
    "else: raise AssertionError('nothing thrown')",
    "hull": "import hull as t; "
    "assert t.convex_hull([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2)]) == "
    "[(0, 0), (2, 0), (2, 2), (0, 2)]",
    "plain": "import plain as t; assert t.most_common('b a; B', 1) == [('b', 2)]",
}
"""What is run with each result: a figure for something that does not work would be worth nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """The folders of one contestant and one project; without them its caches are empty."""

    root: Path
    """Holds the others."""
    project: str
    """Name of the project, which is the name of its package as well."""
    filled: Path | None = None
    """A cache that another stage has filled, in the place of an empty one."""

    @property
    def source(self) -> Path:
        """The project's files, and the build folders of those who build in the tree."""
        return self.root / "source"

    @property
    def out(self) -> Path:
        """Where the result goes."""
        return self.root / "out"

    @property
    def cache(self) -> Path:
        """Where caches are told to be."""
        return self.filled or self.root / "cache"

    @property
    def log(self) -> Path:
        """What the last measured command said."""
        return self.root / "log"


@dataclass(frozen=True, kw_only=True, slots=True)
class Contestant:
    """One way to build."""

    name: str
    """Short, for options, folders and JSON."""
    title: str
    """For tables."""
    layout: str
    """Folder of a project with this backend's files; empty if the sources alone do."""
    python: Path
    """Interpreter that has what it needs."""
    words: Callable[[Stage], list[str]]
    """The command, run in `Stage.source`."""
    result: str
    """`wheel`, `installed` or `file`."""
    rank: str
    """`own`, `floor` or `peer`."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """Variables beside those that all have."""
    seldom: bool = False
    """No target of the project depends on its cold C++ figure: it is taken once."""
    after: str = ""
    """Contestant whose caches it takes over, so that it is never cold."""

    def environment(self, stage: Stage) -> dict[str, str]:
        """The whole environment of the command: nothing of the user's settings is in it."""
        path = os.pathsep.join([str(self.python.parent), os.environ.get("PATH", os.defpath)])
        return {
            "PATH": path,
            "HOME": str(stage.root / "home"),
            "TMPDIR": str(stage.root / "tmp"),
            "XDG_CACHE_HOME": str(stage.cache),
            "ZIG_GLOBAL_CACHE_DIR": str(stage.cache / "zig"),
            "LANG": "C.UTF-8",
            **self.environ,
        }

    def set_cold(self, stage: Stage) -> None:
        """Empty the caches and bring back the sources as they were delivered.

        What was there is set aside, not deleted: for minutes after a deletion ext4 passes over the
        freed inodes one by one whenever it makes a file, which would double what is measured.
        """
        if stage.root.exists():
            number = len(list(stage.root.parent.glob(f"{stage.root.name}.*")))
            stage.root.rename(f"{stage.root}.{number}")
        for folder in (stage.root / "home", stage.root / "tmp", stage.cache):
            folder.mkdir(parents=True, exist_ok=True)
        lay_out(stage.project, self.layout, stage.source)
        self.set_warm(stage)
        # Or the disk would still be busy with the last run, at the cost of this one.
        os.sync()

    def set_warm(self, stage: Stage) -> None:
        """Delete the result and nothing else."""
        shutil.rmtree(stage.out, ignore_errors=True)
        (stage.out / stage.project if self.result == "file" else stage.out).mkdir(parents=True)
        if self.result == "installed":
            lib = self.python.parent.parent / "lib"
            for path in lib.glob(f"python3.*/site-packages/{stage.project}*"):
                shutil.rmtree(path)

    def check(self, stage: Stage) -> None:
        """Import the result and call it."""
        site = stage.root / "site"
        shutil.rmtree(site, ignore_errors=True)
        if self.result == "wheel":
            with zipfile.ZipFile(next(stage.out.glob("*.whl"))) as archive:
                archive.extractall(site)
        elif self.result == "file":
            shutil.copytree(stage.out, site)
            shutil.copytree(stage.source / stage.project, site / stage.project, dirs_exist_ok=True)
        path = {} if self.result == "installed" else {"PYTHONPATH": str(site)}
        run([self.python, "-c", CHECKS[stage.project]], cwd=stage.root, **path)


def hook(python: Path, backend: str, **settings: str) -> Callable[[Stage], list[str]]:
    """The command that calls a backend's own hook, with `settings` for `config_settings`."""

    def words(stage: Stage) -> list[str]:
        given = f"{str(stage.out)!r}, {settings!r}" if settings else f"{str(stage.out)!r}"
        code = f"from {backend} import build_wheel; build_wheel({given})"
        return [str(python), "-c", code]

    return words


def peer(rooms: Rooms, name: str, backend: str, title: str, **settings: str) -> Contestant:
    """A backend whose environment has its name; the compiler is gcc, unless it brings Zig."""
    python = rooms.python(name)
    return Contestant(
        name=name,
        title=title,
        layout=name,
        python=python,
        words=hook(python, backend, **settings),
        result="wheel",
        rank="peer",
        environ={"CC": "gcc", "CXX": "g++"},
        seldom=name == "zigcc-build",
    )


def sources(stage: Stage) -> list[str]:
    """The files to compile."""
    suffix = SUFFIX[stage.project]
    return [f"csrc/_core.{suffix}", f"csrc/{stage.project}.{suffix}"]


def build_lib(rooms: Rooms) -> Contestant:
    """Bare `zig build-lib`."""

    def words(stage: Stage) -> list[str]:
        flags = "-dynamic -OReleaseFast -fstrip -fPIC -fno-compiler-rt -fno-ubsan-rt"
        flags += f" -fallow-shlib-undefined -lc -target {TARGET} -mcpu baseline"
        cxx = ["-lc++"] if SUFFIX[stage.project] == "cpp" else []
        caches = ["--cache-dir", str(stage.root / "local")]
        caches += ["--global-cache-dir", str(stage.cache / "zig")]
        output = f"-femit-bin={stage.out / stage.project / '_core.so'}"
        include = f"-I{sysconfig.get_path('include')}"
        return [
            *(str(rooms.zig()), "build-lib", *flags.split(), *cxx, include),
            *(*caches, "--name", "_core", output, *sources(stage)),
        ]

    return bare(rooms, "zig-build-lib", "bare `zig build-lib`", words)


def zig_cxx(rooms: Rooms) -> Contestant:
    """Bare `zig c++`, for C++ projects."""

    def words(stage: Stage) -> list[str]:
        flags = f"-shared -fPIC -O3 -s -target {TARGET} -mcpu=baseline"
        include = f"-I{sysconfig.get_path('include')}"
        output = str(stage.out / stage.project / "_core.so")
        return [str(rooms.zig()), "c++", *flags.split(), include, "-o", output, *sources(stage)]

    return bare(rooms, "zig-c++", "bare `zig c++`", words)


def bare(rooms: Rooms, name: str, title: str, words: Callable[[Stage], list[str]]) -> Contestant:
    """Zig without a backend."""
    return Contestant(
        name=name,
        title=title,
        layout="zigwheel",
        python=rooms.python("zigwheel"),
        words=words,
        result="file",
        rank="floor",
        seldom=name == "zig-build-lib",
    )


def own_hook(rooms: Rooms) -> Contestant:
    """zigwheel's own hook in a process of its own."""
    return Contestant(
        name="zigwheel",
        title="zigwheel, hook",
        layout="zigwheel",
        python=rooms.python("zigwheel"),
        words=hook(rooms.python("zigwheel"), "zigwheel.build"),
        result="wheel",
        rank="own",
    )


def own_hook_anew(rooms: Rooms) -> Contestant:
    """The hook when it may not hand out a wheel that it has kept, as no peer keeps any."""
    python = rooms.python("zigwheel")
    return Contestant(
        name="zigwheel-anew",
        title="zigwheel, hook, `reuse=false`",
        layout="zigwheel",
        python=python,
        words=hook(python, "zigwheel.build", reuse="false"),
        result="wheel",
        rank="own",
        after="zigwheel",
    )


def own_pip(rooms: Rooms) -> Contestant:
    """`pip install` of the sdist, with build isolation."""

    def words(stage: Stage) -> list[str]:
        return [str(rooms.python("pip")), "-m", "pip", "install", str(rooms.sdist(stage.project))]

    return Contestant(
        name="zigwheel-pip",
        title="zigwheel, `pip install SDIST`",
        layout="zigwheel",
        python=rooms.python("pip"),
        words=words,
        result="installed",
        rank="own",
        seldom=True,
        environ={
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_FIND_LINKS": rooms.wheelhouse.as_uri(),
            # pip would keep the wheel of the first run and build no second one.
            "PIP_NO_CACHE_DIR": "1",
            "PIP_NO_INDEX": "1",
        },
    )


PEERS = ("setuptools", "scikit-build-core", "meson-python", "zigcc-build")
"""Names of the other backends."""


def contestants(rooms: Rooms, project: str) -> list[Contestant]:
    """All who build `project`, in the order of the table."""
    return [
        own_hook(rooms),
        own_hook_anew(rooms),
        own_pip(rooms),
        build_lib(rooms),
        *([zig_cxx(rooms)] if SUFFIX[project] == "cpp" else []),
        peer(rooms, "setuptools", "setuptools.build_meta", "setuptools, gcc"),
        peer(rooms, "scikit-build-core", "scikit_build_core.build", "scikit-build-core, gcc"),
        # By default it builds in a temporary folder, so that nothing would ever be warm.
        peer(rooms, "meson-python", "mesonpy", "meson-python, gcc", **{"build-dir": "build"}),
        peer(rooms, "zigcc-build", "zigcc_build", "zigcc-build"),
    ]
