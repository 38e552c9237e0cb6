"""One compiled file against what a wheel's tag promises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from zigwheel.audit import linux, macos
from zigwheel.audit.elf import ET_REL, Elf
from zigwheel.audit.image import Image
from zigwheel.audit.macho import MH_OBJECT, MachO
from zigwheel.audit.modules import (
    check_init,
    check_python_library,
    check_stable,
    check_suffix,
    module_of,
)
from zigwheel.audit.policy import Os, Platform, Promise
from zigwheel.audit.report import AuditedFile, Finding
from zigwheel.audit.windows import check_pe

FORMATS: dict[Os, str] = {"linux": "ELF", "macos": "Mach-O", "windows": "PE"}

LOADED = re.compile(r".*\.(?:so(?:\.[\d.]+)?|dylib|pyd|dll)|[^/]+\.data/scripts/.*", re.IGNORECASE)
"""Paths of what a Python or a user's shell would load or run; other files may be for any machine."""

ARM32 = re.compile(r"armv[5-8]\w*")


def check_file(
    path: str,
    images: Sequence[Image],
    promise: Promise,
    own: frozenset[str],
    *,
    linked: bool = False,
    required: bool = False,
) -> Iterator[Finding]:
    """All findings about one compiled file.

    `own` are the names of the wheel's files, in small letters. `linked` says that zigwheel itself has
    made the file, and `required` that it is an extension module, and no library with the name of one.
    """
    if all(is_object(image) for image in images):
        return
    module = module_of(path)
    if module:
        yield from check_suffix(path, module, promise)
    for system in promise.platforms:
        fitting, findings = fitting_images(path, images, system)
        yield from findings
        for image in fitting:
            place = f"{path} ({image.arch})" if len(images) > 1 else path
            yield from check_python_library(place, image, promise)
            yield from check_runpaths(place, image)
            yield from check_system(place, image, system, promise, own, linked=linked)
            if module:
                yield from check_init(place, module, image, required=required)
                yield from check_stable(place, module, image, promise)


def check_system(
    place: str,
    image: Image,
    system: Platform,
    promise: Promise,
    own: frozenset[str],
    *,
    linked: bool,
) -> Iterator[Finding]:
    """What the system of a platform tag asks for."""
    if isinstance(image, Elf):
        yield from linux.check_elf(place, image, system, own, linked=linked)
    elif isinstance(image, MachO):
        yield from macos.check_macho(place, image, system, own, linked=linked)
    else:
        yield from check_pe(place, image, system, promise, own)


def is_object(image: Image) -> bool:
    """Whether it is not loaded, but linked first."""
    if isinstance(image, Elf):
        return image.kind == ET_REL
    return isinstance(image, MachO) and image.kind == MH_OBJECT


def fitting_images(
    path: str, images: Sequence[Image], system: Platform
) -> tuple[list[Image], list[Finding]]:
    """The images that are for a platform, and what is wrong where there are none."""
    if system.os not in FORMATS:
        return [], []
    stray = not LOADED.fullmatch(path)
    if images[0].format != FORMATS[system.os]:
        message = f"is a file of {images[0].format}, but `{system.tag}` is for {system.os}"
        return [], [Finding(code="stray" if stray else "format", place=path, message=message)]
    fitting = [i for i in images if any(same_machine(i.arch, a) for a in system.arches)]
    missing = [a for a in system.arches if not any(same_machine(i.arch, a) for i in fitting)]
    if not missing:
        return fitting, []
    held = ", ".join(image.arch or "a machine that zigwheel does not know" for image in images)
    message = f"holds code for {held}, but `{system.tag}` promises {' and '.join(missing)}"
    if stray:
        return fitting, [Finding(code="stray", place=path, message=message)]
    code = "slice" if fitting or len(images) > 1 else "machine"
    return fitting, [Finding(code=code, place=path, message=message)]


def same_machine(arch: str, wanted: str) -> bool:
    """Whether code for `arch` runs on a tag's machine; every 32-bit ARM of a tag has the same ABI."""
    return arch == wanted or (arch == "armv7l" and bool(ARM32.fullmatch(wanted)))


def check_runpaths(place: str, image: Image) -> Iterator[Finding]:
    """Libraries are searched for beside the file alone."""
    for path in image.runpaths:
        for part in path.split(":") if isinstance(image, Elf) else [path]:
            if isinstance(image, Elf):
                local = re.match(r"\$(?:ORIGIN|\{ORIGIN\})(?:/|$)", part) is not None
            else:
                local = part.split("/", 1)[0] in macos.LOCAL or part in macos.LOCAL
            if not local:
                yield Finding(
                    code="runpath",
                    place=place,
                    message=f"searches for libraries in `{part}`",
                    hint="name a folder of the wheel: `$ORIGIN/...`, on macOS `@loader_path/...`",
                )


def audited(path: str, image: Image) -> AuditedFile:
    """What a report says of an image."""
    needs: tuple[str, ...] = ()
    if isinstance(image, Elf):
        needs = linux.needs(image)
    elif isinstance(image, MachO):
        needs = macos.needs(image)
    return AuditedFile(
        path=path,
        format=image.format,
        machine=image.arch,
        libraries=image.libraries,
        needs=needs,
    )
