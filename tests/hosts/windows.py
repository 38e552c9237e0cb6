"""A Windows machine: the CPython of python.org and PyPI's Zig for Windows, under Wine.

Wine has no `NtLockFile` that reports to a status block, no POSIX kind of deletion, and no lock that
becomes a shared one, all of which Zig's cache asks ntdll for. So this Zig asks a DLL of ours, which
passes everything on to ntdll but for these. Nothing of the compiler is touched by that.
"""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.foreign.python import ForeignPython
from tests.foreign.registry import python_named
from tests.foreign.windows import compiled
from tests.hosts.parts import code, packages
from zigwheel.lock import waited

SHIM = "ntzig.dll"
"""As long as `ntdll.dll`, whose place it takes in the import table."""

SOURCE = """\
#include <windows.h>

LONG NtLockFile(void *a, void *b, void *c, void *d, void *e, void *f, void *g, void *h, int i, int j)
{
    return 0; /* one process needs no lock */
}

LONG NtUnlockFile(void *file, void *status, void *offset, void *length, ULONG key)
{
    return 0;
}

LONG NtSetInformationFile(void *file, void *status, void *data, ULONG size, ULONG kind)
{
    typedef LONG (*Set)(void *, void *, void *, ULONG, ULONG);
    if (kind == 64 || kind == 65)     /* FileDispositionInformationEx, FileRenameInformationEx */
        return (LONG)0xC0000003;      /* STATUS_INVALID_INFO_CLASS, as from an older Windows */
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    return ((Set)(void *)GetProcAddress(ntdll, "NtSetInformationFile"))(file, status, data, size, kind);
}

BOOL WINAPI DllMain(HINSTANCE dll, DWORD reason, void *reserved)
{
    return TRUE;
}
"""

OWN = frozenset({"NtLockFile", "NtUnlockFile", "NtSetInformationFile"})


def imports(data: bytes, dll: bytes) -> Iterator[str]:
    """What a 64-bit PE file imports from a DLL by name. Source: PE Format, "The .idata Section"."""
    header = struct.unpack_from("<I", data, 0x3C)[0]
    (count,) = struct.unpack_from("<H", data, header + 6)
    (size,) = struct.unpack_from("<H", data, header + 20)
    sections = [
        struct.unpack_from("<4I", data, header + 24 + size + 40 * number + 8)
        for number in range(count)
    ]

    def place(address: int) -> int:
        return next(
            address - start + raw
            for virtual, start, held, raw in sections
            if start <= address < start + max(virtual, held)
        )

    def text(at: int) -> bytes:
        return data[at : data.index(b"\0", at)]

    at = place(struct.unpack_from("<I", data, header + 24 + 120)[0])
    while (entry := struct.unpack_from("<5I", data, at))[3]:
        if text(place(entry[3])).lower() == dll:
            lookup = place(entry[0])
            while name := struct.unpack_from("<Q", data, lookup)[0]:
                yield text(place(name) + 2).decode("ascii")
                lookup += 8
        at += 20


def put_shim(folder: Path) -> None:
    """Let the Zig in `folder` import from the DLL that stands in front of ntdll."""
    zig = folder / "packages" / "ziglang" / "zig.exe"
    data = zig.read_bytes()
    name = b"ntdll.dll\0"
    if data.count(name) != 1:
        raise ValueError(f"{zig} names {name!r} {data.count(name)} times")
    lines = [
        f"  {symbol}" if symbol in OWN else f"  {symbol}=ntdll.{symbol}"
        for symbol in imports(data, name[:-1])
    ]
    made = zig.parent
    (made / "shim.def").write_text("\n".join([f"LIBRARY {SHIM}", "EXPORTS", *lines, ""]))
    (made / "shim.c").write_text(SOURCE)
    compiled(made, "-shared", "-o", SHIM, "shim.c", "shim.def")
    zig.write_bytes(data.replace(name, SHIM.encode() + b"\0"))


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowsMachine:
    """A Windows with a Python; this machine's files are its drive `Z:`."""

    python: ForeignPython
    """Its interpreter, with Wine in front."""
    own: Path
    """Folder that outlives a run of the tests: zigwheel's cache and the installed Zig."""

    def run(self, words: Sequence[str | Path], **more: str) -> subprocess.CompletedProcess[str]:
        """Run Python there, with zigwheel, its requirements and Zig installed.

        Its encoding is the one of Windows, cp1252, and nothing of this machine's environment says where
        Pythons are.
        """
        environ = {"PYTHONUTF8": "0", "ZIGWHEEL_CACHE_DIR": self.python.path(self.own / "cache")}
        environ |= {"PYENV_ROOT": "", "HOME": "", "PYTHONDONTWRITEBYTECODE": "1"}
        # of two Zigs at a time each would need its locks, those of another test included
        environ |= {"PYTHON_CPU_COUNT": "1"}
        library = (code(), self.own / "packages")
        with waited(self.own.with_name(f"{self.own.name}.busy")):
            return self.python.run(words, pythonpath=library, environ={**environ, **more})


def windows_machine() -> WindowsMachine:
    """A machine with CPython 3.13. Raises `Unavailable`."""
    python = python_named("cp313-win_amd64")
    return WindowsMachine(
        python=python, own=packages("windows-x86_64", "win_amd64", finish=put_shim)
    )
