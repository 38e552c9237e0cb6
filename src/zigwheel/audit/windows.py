"""A PE file against what a Windows tag promises."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zigwheel.audit.modules import PYTHON_DLL
from zigwheel.audit.pe import Pe
from zigwheel.audit.policy import Platform, Promise, windows_libraries
from zigwheel.audit.report import Finding

ANYWHERE = re.compile(
    r"api-.*|combase\.dll"  # API sets, which Windows resolves itself; and what Windows 8 brought
    r"|libpypy(?:\d+\.)*\d+-c\.dll|python-native\.dll"
)
"""What else is there: parts of Windows with other names on older ones, and other Pythons' own."""

C_RUNTIME = {
    "x86_64": {"vcruntime140.dll", "vcruntime140_1.dll"},
    "aarch64": {"vcruntime140.dll", "vcruntime140_1.dll"},
    "i686": {"vcruntime140.dll"},
}
"""What CPython itself is linked with, so that it is there when an extension is loaded."""


def check_pe(
    path: str, image: Pe, system: Platform, promise: Promise, own: frozenset[str]
) -> Iterator[Finding]:
    """All that a Windows tag promises. `own` are the names of the wheel's files, in small letters."""
    python = any(name.startswith(("cp3", "pp3")) for name in promise.pythons)
    for library in image.libraries:
        if foreign(library.lower(), image.arch, own, python=python):
            yield Finding(
                code="library",
                place=path,
                message=f"needs `{library}`, which is neither in the wheel nor part of Windows",
                hint="link it statically, as a `[[tool.zigwheel.library]]`",
            )
    if image.writable_code:
        yield Finding(
            code="writable-code", place=path, message="has a section that can be written and run"
        )
    missing = [
        what
        for what, there in (
            ("lies at one address alone (no ASLR)", image.relocatable),
            ("lets its data be run (no NX)", image.no_execute),
        )
        if not there
    ]
    if missing:
        yield Finding(code="aslr", place=path, message=" and ".join(missing))


def foreign(library: str, arch: str, own: frozenset[str], *, python: bool) -> bool:
    """Whether a DLL is neither of the wheel, nor of Windows, nor of Python."""
    if library in own or ANYWHERE.fullmatch(library) or PYTHON_DLL.fullmatch(library):
        return False
    if python and library in C_RUNTIME.get(arch, ()):
        return False
    return library not in windows_libraries(arch)
