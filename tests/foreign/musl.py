"""A CPython for musl, built on this machine from Debian's source package, since nobody ships one.

It is not cross-built: Debian's package `musl` brings the loader, so that what is compiled for musl
runs here.
"""

from __future__ import annotations

import os
import platform
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.foreign.cache import cache_root, made_once
from tests.foreign.debian import Unavailable, open_archive
from tests.foreign.sysroot import ForeignPython

LOADER = Path("/lib/ld-musl-x86_64.so.1")
MULTIARCH = "x86_64-linux-musl"
SOABI = f"cpython-313-{MULTIARCH}"
TARGET = "x86_64-linux-musl"

NAMES = (f"MULTIARCH={MULTIARCH}", f"SOABI={SOABI}", f"EXT_SUFFIX=.{SOABI}.so")
"""What CPython's build would find by itself if it knew the compiler."""

ABSENT = ("preadv2", "pwritev2", "statx")
"""Functions that Zig's musl has and that of Debian 12 has not."""


def loader() -> None:
    """See to it that musl's loader is there; installed if this user may. Raises `Unavailable`."""
    if platform.machine() != "x86_64":
        raise Unavailable("the CPython for musl is built for x86-64 alone")
    if not LOADER.exists() and os.geteuid() == 0:
        for words in (["update"], ["install", "--yes", "--no-install-recommends", "musl"]):
            subprocess.run(
                ["apt-get", "-qq", *words], stdin=subprocess.DEVNULL, capture_output=True
            )
    if not LOADER.exists():
        raise Unavailable(f"{LOADER} is not here: install Debian's package musl")


def musl_python(zig: Path, environ: Mapping[str, str]) -> ForeignPython:
    """CPython 3.13 for x86-64 musl; some minutes at the first call. Raises `Unavailable`."""
    loader()

    def make(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as temporary:
            archive = open_archive(
                Path(temporary) / "apt", suite="trixie", architecture="amd64", sources=True
            )
            archive.apt_get("source", "--download-only", "python3.13")
            (source,) = archive.folder.glob("*.orig.tar.xz")
            with tarfile.open(source) as tar:
                tar.extractall(temporary, filter="data")
            (tree,) = Path(temporary).glob("Python-*")
            compile_python(tree, folder, zig, environ)

    root = made_once(cache_root() / f"python3.13-{MULTIARCH}", make)
    return ForeignPython(
        python=root / "bin" / "python3.13", prefix=(), include=root / "include" / "python3.13"
    )


def compile_python(tree: Path, prefix: Path, zig: Path, environ: Mapping[str, str]) -> None:
    """Configure, make and install into `prefix`. Raises `Unavailable` with the end of what was said."""
    compiler = f"{zig} cc -target {TARGET} -dynamic"
    variables = [
        f"CC={compiler}",
        f"CXX={zig} c++ -target {TARGET} -dynamic",
        f"AR={zig} ar",
        f"RANLIB={zig} ranlib",
        "ac_cv_buggy_getaddrinfo=no",
        *(f"ac_cv_func_{name}=no" for name in ABSENT),
    ]
    options = ["--disable-test-modules", "--without-ensurepip", f"--prefix={prefix}"]
    cache = Path(environ["ZIGWHEEL_CACHE_DIR"])
    found = {
        **environ,
        "PKG_CONFIG": "/bin/false",
        "ZIG_GLOBAL_CACHE_DIR": str(cache / "zig-global"),
        "ZIG_LOCAL_CACHE_DIR": str(cache / "zig-local"),
    }
    found.pop("PYTHONPATH", None)
    jobs = f"-j{os.cpu_count() or 1}"
    for words in (
        ["./configure", *options, *variables],
        ["make", jobs, *NAMES],
        ["make", "install", *NAMES],
    ):
        done = subprocess.run(
            words, cwd=tree, env=found, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode != 0:
            end = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
            raise Unavailable(f"CPython for musl could not be built: {words[0]} said\n{end}")
