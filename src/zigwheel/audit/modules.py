"""What an extension module's file name says, and the function by which Python imports it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from zigwheel.audit.image import Image
from zigwheel.audit.pe import Pe
from zigwheel.audit.policy import Promise, multiarches, stable_abi
from zigwheel.audit.report import Finding, listed

FORMS = (
    r"cpython-(?P<cpython>\d+[a-z]*)(?:-(?P<unix>[\w-]+))?\.so",
    r"(?P<windows>cp\d+t?)-(?P<win>win\w+)\.pyd",
    r"(?P<pypy>pypy\d+-pp\d+)-(?P<where>[\w-]+)\.(?:so|pyd)",
    r"(?P<stable>abi3t?)\.so",
    r"(?:so|pyd)",
)
"""What may follow the module's name (PEP 3149 and CPython's `_PyImport_DynLoadFiletab`)."""

SUFFIX = re.compile("|".join(f"(?:{form})" for form in FORMS), re.ASCII)

PYTHON_NAME = re.compile(r"_?Py[A-Z_]\w*")
"""What the interpreter that loads the module brings."""

PYTHON_DLL = re.compile(r"python(?P<number>\d+)(?P<mark>t?)(?:_d)?\.dll", re.ASCII | re.IGNORECASE)
PYTHON_LIBRARY = re.compile(
    r"(?:.*/)?(?:libpython\d[\w.]*\.(?:so|dylib)[\d.]*|libpypy\d[\w.-]*\.(?:so|dylib)[\d.]*)"
    r"|.*/Python3?\.framework/.*"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """A file that Python may import."""

    name: str
    """The last part of the module's dotted name."""
    abi: str
    """ABI tag of the Pythons that look for such a name, such as `cp313t` or `abi3`; empty: all of them."""
    where: str
    """The platform in the name, such as `x86_64-linux-gnu`; empty where it names none."""


def module_of(path: str) -> Module | None:
    """Read the path of a file in a wheel; None if Python would not import it."""
    name, _, rest = path.rpartition("/")[2].partition(".")
    found = SUFFIX.fullmatch(rest)
    if not found or not name.isidentifier():
        return None
    cpython = f"cp{found['cpython']}" if found["cpython"] else ""
    pypy = (found["pypy"] or "").replace("-", "_")
    return Module(
        name=name,
        abi=cpython or found["windows"] or pypy or found["stable"] or "",
        where=found["unix"] or found["win"] or found["where"] or "",
    )


def init_names(module: str) -> tuple[str, str]:
    """The functions that export a module: PEP 489's, and PEP 793's from 3.15 on."""
    if module.isascii():
        return f"PyInit_{module}", f"PyModExport_{module}"
    tail = module.encode("punycode").decode("ascii").replace("-", "_")
    return f"PyInitU_{tail}", f"PyModExportU_{tail}"


def check_init(path: str, module: Module, image: Image, *, required: bool) -> Iterator[Finding]:
    """The init function is exported.

    A library that its package loads by other means may have the name of a module: unless it is
    `required`, only what uses Python's API, or exports the init function of another name, is one.
    """
    wanted = init_names(module.name)
    # PyPy has cffi within itself, and looks in the modules that cffi makes for a function of its own
    pypy = {f"_cffi_pypyinit_{module.name}"} if module.abi.startswith("pypy") else set()
    if not image.exported.isdisjoint({*wanted, *pypy}):
        return
    others = sorted(n for n in image.exported if n.startswith(("PyInit", "PyModExport")))
    uses = any(PYTHON_NAME.fullmatch(name) for name in image.imported)
    if not (required or others or (module.abi and uses)):
        return
    instead = f", but {listed(others)}" if others else ""
    yield Finding(
        code="init",
        place=path,
        message=f"does not export {wanted[0]}{instead}, so Python could not import it",
        hint='define it with `PyMODINIT_FUNC`, in C++ within `extern "C"`; or is a source missing?',
        symbols=wanted,
    )


def check_suffix(path: str, module: Module, promise: Promise) -> Iterator[Finding]:
    """A Python that the tag promises would look for a file of this name."""
    if module.abi and "none" not in promise.abis and not looked_for(module.abi, promise):
        yield Finding(
            code="suffix",
            place=path,
            message=f"is for {module.abi}, but the tag promises {listed(promise.abis)}",
            hint="a file of an earlier build? build anew, from a clean folder",
        )
    python = re.match(r"(?:cp|pypy)(\d)(\d+)", module.abi)
    version = (int(python[1]), int(python[2])) if python else (3, 11)
    known = [name for p in promise.platforms for name in multiarches(p, version)]
    if module.where and known and module.where not in known:
        yield Finding(
            code="suffix",
            place=path,
            message=f"is for `{module.where}`, but the tag promises {listed(known)}",
            hint="a file of an earlier build? build anew, from a clean folder",
        )


def looked_for(abi: str, promise: Promise) -> bool:
    """Whether the Pythons of a tag look for modules of this ABI.

    Free-threaded ones know no `abi3`, and none does `abi3t` before 3.15 (PEP 803).
    """
    if abi == "abi3":
        return any(a == "abi3" or re.fullmatch(r"cp\d+m?", a) for a in promise.abis)
    if abi == "abi3t":
        numbers = [re.fullmatch(r"cp3(\d+)t?", a) for a in promise.abis]
        return "abi3t" in promise.abis or any(int(n[1]) >= 15 for n in numbers if n)
    return abi in promise.abis


def python_names(image: Image) -> list[str]:
    """The symbols that a file wants of Python."""
    if isinstance(image, Pe):
        groups = (g for g in image.imports if PYTHON_DLL.fullmatch(g.library))
        return [name for group in groups for name in group.names]
    return [name for name in image.imported if PYTHON_NAME.fullmatch(name)]


def check_stable(path: str, module: Module, image: Image, promise: Promise) -> Iterator[Finding]:
    """Only the stable ABI of the oldest Python is used, where the tag or the file's name promises it."""
    if not (promise.stable or module.abi.startswith("abi3")):
        return
    oldest = promise.oldest
    known = stable_abi()
    names = sorted(set(python_names(image)))
    foreign = [name for name in names if name not in known]
    if foreign:
        yield Finding(
            code="abi3",
            place=path,
            message=f"uses {listed(foreign)}, not in the stable ABI",
            hint="compile with `Py_LIMITED_API`, or do without it, or build for one Python alone",
            symbols=tuple(foreign),
        )
    newer = [name for name in names if known.get(name, oldest) > oldest]
    if newer:
        needed = max(known[name] for name in newer)
        yield Finding(
            code="abi3-version",
            place=path,
            message=f"uses {listed(newer)}, in the stable ABI since {needed[0]}.{needed[1]}, "
            f"but the promise is {oldest[0]}.{oldest[1]}",
            hint=f'set `py-api = "cp{needed[0]}{needed[1]}"`, or do without it',
            symbols=tuple(newer),
        )


def check_python_library(path: str, image: Image, promise: Promise) -> Iterator[Finding]:
    """A file asks for the Python that loads it, by the name that this Python has, or for none."""
    for library in image.libraries:
        dll = PYTHON_DLL.fullmatch(library) if image.format == "PE" else None
        if dll:
            wanted = sorted({w for a in promise.abis for w in dlls(a, promise)})
            if wanted and f"python{dll['number']}{dll['mark']}.dll" not in wanted:
                yield Finding(
                    code="python-library",
                    place=path,
                    message=f"is linked with `{library}`, but the tag promises {listed(wanted)}",
                    hint="link it with the import library of the tag's Python",
                )
        elif PYTHON_LIBRARY.fullmatch(library):
            yield Finding(
                code="python-library",
                place=path,
                message=f"is linked with `{library}`, which not every Python of the tag has",
                hint="leave it out: the interpreter that loads the module brings its symbols",
            )


def dlls(abi: str, promise: Promise) -> Iterator[str]:
    """The DLLs by which a module may reach the Pythons of an ABI tag; none where that is not known."""
    stable = {"abi3": "python3.dll", "abi3t": "python3t.dll"}
    if abi in stable:
        yield stable[abi]
        return
    found = re.fullmatch(r"cp(\d)(\d+)[a-z]*?(t?)d?", abi)
    if found:
        yield f"python{found[1]}{found[2]}{found[3]}.dll"
        yield f"python{found[1]}{found[3]}.dll"
