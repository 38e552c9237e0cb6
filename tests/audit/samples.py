"""Small extension modules, good and bad ones, linked by Zig alone, and wheels around them.

Nothing here goes through zigwheel: what the audit has to catch is what zigwheel would not make.
"""

from __future__ import annotations

import hashlib
import subprocess
import warnings
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zigwheel.zig.toolchain import Zig

SOURCE = """\
#ifdef _WIN32
#define THEIRS __declspec(dllimport)
#define OURS __declspec(dllexport)
#ifdef __i386__
#define ENTRY __stdcall
#else
#define ENTRY
#endif
int ENTRY _DllMainCRTStartup(void *module, unsigned reason, void *rest) { return 1; }
#define getpid() (kept[0] != 0)
extern char *kept[];
#else
int getpid(void);
#define THEIRS extern
#define OURS __attribute__((visibility("default")))
#endif
THEIRS void *PyModuleDef_Init(void *);
THEIRS void *USED(void *);
#ifdef MORE
THEIRS int MORE(void *, unsigned long, unsigned);
#else
#define MORE(a, b, c) 0
#endif
#ifdef PATH
const char *path = PATH;
#else
const char *path = "";
#endif
char *kept[] = {(char *)&kept, (char *)&path};
OURS void *INIT(void) { return getpid() && MORE(kept, 1, 0) ? (void *)path : PyModuleDef_Init(USED(kept)); }
"""

TEXTREL = """\
.globl jump
.text
jump: .quad target
.data
target: .quad 0
.section .note.GNU-stack,"",@progbits
"""

PYTHON = ("PyModuleDef_Init", "PyModule_GetName", "PyType_GetName", "_PyDict_GetItem_KnownHash")
"""What the import libraries of the samples for Windows hold."""

DLLTOOL = {"x86_64": "i386:x86-64", "x86": "i386", "aarch64": "arm64"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One file to link."""

    triple: str
    """Zig's triple."""
    init: str = "PyInit_spam"
    """What it exports."""
    used: str = "PyModule_GetName"
    """What it uses of Python, beside `PyModuleDef_Init`."""
    more: str = ""
    """What else it uses."""
    path: str = ""
    """A path to have in it."""
    words: tuple[str, ...] = ()
    """More words for the linker."""
    libraries: tuple[str, ...] = ()
    """Shared libraries to link with, made for the purpose, by file name."""
    assembly: str = ""
    """A second source."""


GNU, MUSL = "x86_64-linux-gnu.2.17", "x86_64-linux-musl"
ARM_MAC, INTEL_MAC, WINDOWS = "aarch64-macos.11.0", "x86_64-macos.10.13", "x86_64-windows-gnu"

SAMPLES: Mapping[str, Sample] = {
    "gnu": Sample(triple=GNU),
    "gnu-arm": Sample(triple="aarch64-linux-gnu.2.17"),
    "musl": Sample(triple=MUSL, libraries=("libc.musl-x86_64.so.1",)),
    "new-glibc": Sample(triple="x86_64-linux-gnu.2.28", more="getrandom"),
    "foreign": Sample(triple=GNU, more="of_the_stub", libraries=("libfoo.so.1",)),
    "runpath": Sample(triple=GNU, words=("-rpath", "/opt/lib")),
    "path": Sample(triple=GNU, path="/home/me/work/spam/spam.c"),
    "no-init": Sample(triple=GNU, init="start"),
    "other-init": Sample(triple=GNU, init="PyInit_eggs"),
    "not-stable": Sample(triple=GNU, used="_PyDict_GetItem_KnownHash"),
    "later-stable": Sample(triple=GNU, used="PyType_GetName"),
    "norelro": Sample(triple=GNU, words=("-z", "norelro")),
    "textrel": Sample(triple=GNU, words=("-z", "notext"), assembly=TEXTREL),
    "libpython": Sample(triple=GNU, more="of_the_stub", libraries=("libpython3.13.so.1.0",)),
    "mac-arm": Sample(triple=ARM_MAC),
    "mac-intel": Sample(triple=INTEL_MAC),
    "mac-new": Sample(triple="aarch64-macos.14.0"),
    "mac-foreign": Sample(triple=ARM_MAC, libraries=("libfoo.dylib",)),
    "mac-runpath": Sample(triple=ARM_MAC, words=("-rpath", "/opt/lib")),
    "win": Sample(triple=WINDOWS, libraries=("python313.dll",)),
    "win-32": Sample(triple="x86-windows-gnu", libraries=("python313.dll",)),
    "win-arm": Sample(triple="aarch64-windows-gnu", libraries=("python313.dll",)),
    "win-312": Sample(triple=WINDOWS, libraries=("python312.dll",)),
    "win-stable": Sample(triple=WINDOWS, libraries=("python3.dll",)),
    "win-later": Sample(triple=WINDOWS, used="PyType_GetName", libraries=("python3.dll",)),
    "win-foreign": Sample(triple=WINDOWS, more="foo", libraries=("python313.dll", "foo.dll")),
}


def link(zig: Zig, sample: Sample, folder: Path, name: str) -> Path:
    """Link a sample in `folder`; the file is called `NAME.so`."""
    windows = "windows" in sample.triple
    (folder / f"{name}.c").write_text(SOURCE)
    words = shared(sample.triple)
    words += [f"-DINIT={sample.init}", f"-DUSED={sample.used}"]
    words += [f"-DMORE={sample.more}"] if sample.more else []
    words += [f'-DPATH="{sample.path}"'] if sample.path else []
    words += [*sample.words, f"{name}.c"]
    if sample.assembly:
        (folder / f"{name}-text.s").write_text(sample.assembly)
        words.append(f"{name}-text.s")
    for library in sample.libraries:
        words.append(windows_stub(zig, sample, folder, library) if windows else "")
        words[-1] = words[-1] or stub(zig, sample, folder, library)
    run(zig, [*words, f"-femit-bin={name}.so"], folder)
    return folder / f"{name}.so"


def shared(triple: str) -> list[str]:
    """The words for any shared library."""
    words = ["build-lib", "-dynamic", "-target", triple, "-OReleaseSmall", "-fstrip"]
    words += ["-fno-compiler-rt", "-fno-ubsan-rt", "--cache-dir", "cache"]
    return words if "windows" in triple else [*words, "-fPIC", "-lc", "-fallow-shlib-undefined"]


def stub(zig: Zig, sample: Sample, folder: Path, library: str) -> str:
    """A library of that name, which defines nothing that matters."""
    system = sample.triple.split("-")[0]
    (folder / "stub.c").write_text(
        "int of_the_stub(void) { return 1; }\nint getpid(void) { return 1; }\n"
    )
    file = f"{system}-{library}"
    name = [] if library.endswith(".dylib") else [f"-fsoname={library}"]
    if library.endswith(".dylib"):
        name = ["-install_name", f"/opt/lib/{library}"]
    run(zig, [*shared(sample.triple), *name, "stub.c", f"-femit-bin={file}"], folder)
    return file


def windows_stub(zig: Zig, sample: Sample, folder: Path, library: str) -> str:
    """An import library for a DLL."""
    machine = sample.triple.split("-")[0]
    names = PYTHON if library.startswith("python") else ("foo",)
    stem = f"{machine}-{library}"
    (folder / f"{stem}.def").write_text("\n".join([f"LIBRARY {library}", "EXPORTS", *names, ""]))
    run(zig, ["dlltool", "-m", DLLTOOL[machine], "-d", f"{stem}.def", "-l", f"{stem}.lib"], folder)
    return f"{stem}.lib"


def run(zig: Zig, words: Sequence[str], folder: Path) -> None:
    """Run Zig, which has to succeed."""
    done = subprocess.run(
        [zig.executable, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stderr}"


def fat(*images: bytes) -> bytes:
    """A fat Mach-O file of thin ones, by the book (`mach-o/fat.h`)."""
    head = b"\xca\xfe\xba\xbe" + len(images).to_bytes(4, "big")
    at = 1 << 14
    parts = b""
    for image in images:
        cpu, kind = (int.from_bytes(image[i : i + 4], "little") for i in (4, 8))
        fields = (cpu, kind, at, len(image), 14)
        head += b"".join(field.to_bytes(4, "big") for field in fields)
        parts += image.ljust(-(-len(image) // (1 << 14)) << 14, b"\0")
        at += -(-len(image) // (1 << 14)) << 14
    return head.ljust(1 << 14, b"\0") + parts


METADATA = """\
Metadata-Version: 2.1
Name: spam
Version: 1.0
Description-Content-Type: text/plain

For the audit.
"""
INFO = "spam-1.0.dist-info"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wheel:
    """What goes into a wheel; every field has a value that makes it right."""

    tag: str
    """The tag of its name."""
    files: Mapping[str, bytes]
    """Files, by path."""
    inside: str = ""
    """The tag in `WHEEL`; that of the name if it is empty."""
    pure: bool = False
    """`Root-Is-Purelib`."""
    metadata: str = METADATA
    """`METADATA`; left out if it is empty."""
    again: tuple[str, ...] = ()
    """Files that are put in a second time."""
    forgotten: tuple[str, ...] = ()
    """Files that RECORD does not list."""
    listed: Mapping[str, bytes] | None = None
    """What RECORD says that some files hold."""
    record: bool = True
    """There is a RECORD."""


def write(folder: Path, wheel: Wheel) -> Path:
    """Write a wheel."""
    entries = dict(wheel.files)
    if wheel.metadata:
        entries[f"{INFO}/METADATA"] = wheel.metadata.encode()
    head = f"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: {str(wheel.pure).lower()}\n"
    lines = (f"Tag: {tag}\n" for tag in expanded(wheel.inside or wheel.tag))
    entries[f"{INFO}/WHEEL"] = (head + "".join(lines)).encode()
    said = {**entries, **(wheel.listed or {})}
    rows = [row(path, said[path]) for path in said if path not in wheel.forgotten]
    if wheel.record:
        text = "\n".join([*rows, f"{INFO}/RECORD,,", ""])
        entries[f"{INFO}/RECORD"] = text.encode()
    file = folder / f"spam-1.0-{wheel.tag}.whl"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (*entries, *wheel.again):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of a duplicate, which is meant
                archive.writestr(zipfile.ZipInfo(path), entries[path])
    return file


def expanded(tag: str) -> Iterable[str]:
    """The single tags."""
    pythons, abis, platforms = (part.split(".") for part in tag.split("-"))
    return [f"{p}-{a}-{f}" for p in pythons for a in abis for f in platforms]


def row(path: str, data: bytes) -> str:
    """A line of RECORD."""
    digest = urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(data)}"
