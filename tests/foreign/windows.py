"""CPython for Windows under Wine.

The DLL and its extension modules are python.org's own, as PyPI's wheels of `panda3d` carry them for
programs that are frozen with it. The standard library is Debian's of the same minor version: its
Python files are the same everywhere. What is missing is compiled with Zig: `python.exe`, and
`python3.dll`, which forwards the stable ABI.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.foreign.cache import cache_root, made_once
from tests.foreign.compiler import zig, zig_environ
from tests.foreign.pypi import downloaded
from tests.foreign.python import ForeignPython
from tests.foreign.sysroot import debian_python, installed, keep_bytecode

PANDA3D = "1.10.16"

WHEELS = {
    "cp311": "37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82",
    "cp313": "0e505261bb58d8402d0099c291f1a3459acfdd38f3e7d666e72aa2e1ea5dc46f",
    "cp313t": "0c74016a5128e64257e6b5c3e3d5620ea0b0a6193a2cc453feaac2b9ecdc00f7",
    "cp314": "0978ca7d2953d37ed3ed8d99abd1ee77bbfc75fe6ea47019d0f5f5dad830d853",
    "cp314t": "66485e7518a58a078167f3f1c1b87d969089259df0409ec8d7d6cb2a9e800e41",
}
"""The sha256 of panda3d's wheel for each Python."""

ABI3INFO = (
    "abi3info==2026.9.25",
    "d5cbf46f358a4e0cafa171572adb67e5dce14a1b316e3c9f577234dbafcd5214",
)
"""Says what is in the stable ABI since when."""

STABLE_ABI = """\
import sys
from abi3info import DATAS, FUNCTIONS
from abi3info.models import PyVersion

version = PyVersion.parse_dotted(sys.argv[1])
for found, mark in ((FUNCTIONS, ""), (DATAS, "DATA")):
    for symbol, item in found.items():
        if item.added <= version and (item.ifdef is None or item.ifdef.windows):
            print(symbol.name, mark)
"""

NOT_COPIED = ("__pycache__", "_sysconfigdata*", "config-*", "lib-dynload", "sitecustomize.py")
"""What Debian's standard library has besides Python's own modules."""

LAUNCHER = """\
#include <windows.h>

int
wmain (int argc, wchar_t **argv)
{
  HMODULE python = LoadLibraryW (L"DLL");
  int (*run) (int, wchar_t **) = python ? (void *) GetProcAddress (python, "Py_Main") : 0;
  return run ? run (argc, argv) : 127;
}
"""

SERVER = 'wineserver -p300 && exec "$0" cmd /c exit'
"""Has Wine's server and services running for some minutes, since each start of them takes seconds.

`$0` is Wine: a first program starts the services here, since they keep the pipes of the one that
starts them. `-p` fails where a server runs already.
"""

WINE = {"WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=", "WINEARCH": "win64"}
"""No chatter, no offers to install .NET and a browser, and no search for the 32-bit Wine."""


def windows_python(tag: str) -> ForeignPython:
    """CPython for x86-64 Windows, such as `cp313t`, made at the first call. Raises `Unavailable`."""
    wine = installed("wine", "wine", "wine64")
    environ = {**WINE, "WINEPREFIX": str(wine_prefix(wine)), "PYTHONUTF8": "1"}
    root = made_once(cache_root() / f"windows-{tag}-panda3d{PANDA3D}", lambda f: assemble(tag, f))
    return ForeignPython(
        name=f"{tag}-win_amd64",
        root=root,
        python=root / "python.exe",
        prefix=(wine,),
        environ=environ,
        before=("/bin/sh", "-c", SERVER, wine),
    )


def wine_prefix(wine: str) -> Path:
    """Wine's idea of a disk, one for each release of it: making it takes half a minute."""
    said = subprocess.run([wine, "--version"], capture_output=True, text=True).stdout
    release = re.sub(r"[^\w.-].*", "", said.strip(), flags=re.DOTALL)

    def make(folder: Path) -> None:
        environ = {**os.environ, **WINE, "WINEPREFIX": str(folder)}
        subprocess.run([wine, "wineboot", "--init"], env=environ, capture_output=True, check=True)
        # The server has to be gone before the folder gets its name.
        subprocess.run(["wineserver", "-w"], env=environ, capture_output=True)

    return made_once(cache_root() / f"prefix-{release}", make)


def assemble(tag: str, folder: Path) -> None:
    """The folder of a Windows Python: `python.exe`, DLLs, `Lib`."""
    version = f"{tag[2]}.{tag[3:].rstrip('t')}"
    with tempfile.TemporaryDirectory() as temporary:
        wheel = panda3d(tag, Path(temporary))
        with zipfile.ZipFile(wheel) as opened:
            for name in opened.namelist():
                base = name.rpartition("/")[2]
                # Wine has the C runtime of Windows, and `api-ms-win-*` only point at it.
                if name.startswith("deploy_libs/") and not base.startswith(("api-ms", "tcl", "tk")):
                    (folder / base).write_bytes(opened.read(name))
    native = debian_python(version, "x86_64")
    ignored = shutil.ignore_patterns(*NOT_COPIED)
    library = folder / "Lib"
    shutil.copytree(native.root / f"usr/lib/python{version}", library, ignore=ignored)
    keep_bytecode(native, library)
    dll = f"python{tag[2:]}.dll"
    source = folder / "python.c"
    source.write_text(LAUNCHER.replace("DLL", dll))
    compiled(folder, "-municode", "-o", "python.exe", source.name)
    if not tag.endswith("t"):
        stable_abi_dll(folder, version, dll)


def panda3d(tag: str, folder: Path) -> Path:
    """panda3d's wheel for a Python."""
    options = ("--platform=win_amd64", "--implementation=cp", f"--abi={tag}")
    version = f"--python-version={tag[2:].rstrip('t')}"
    return downloaded(f"panda3d=={PANDA3D}", WHEELS[tag], folder, *options, version)


def compiled(folder: Path, *words: str) -> None:
    """Compile for Windows in a folder."""
    command = [zig(), "cc", "-target", "x86_64-windows-gnu", "-O1", "-s", *words]
    subprocess.run(command, cwd=folder, env=zig_environ(), check=True)


def stable_abi_dll(folder: Path, version: str, dll: str) -> None:
    """`python3.dll`, which has no code: each name of the stable ABI leads to the real DLL."""
    lines = ["LIBRARY python3.dll", "EXPORTS"]
    for name, *data in stable_abi(version):
        lines.append(" ".join([f"  {name}={dll.removesuffix('.dll')}.{name}", *data]))
    (folder / "python3.def").write_text("\n".join(lines) + "\n")
    (folder / "python3.c").write_text("int DllMain (void *a, int b, void *c) { return 1; }\n")
    compiled(folder, "-shared", "-o", "python3.dll", "python3.c", "python3.def")


def stable_abi(version: str) -> list[list[str]]:
    """The names of the stable ABI that a version has on Windows, each followed by `DATA` if it is that."""
    with tempfile.TemporaryDirectory() as temporary:
        wheel = downloaded(*ABI3INFO, Path(temporary))
        done = subprocess.run(
            [sys.executable, "-c", STABLE_ABI, version],
            env={**os.environ, "PYTHONPATH": str(wheel)},
            capture_output=True,
            text=True,
            check=True,
        )
    return [line.split() for line in done.stdout.splitlines()]
