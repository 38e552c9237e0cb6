"""The target of a build: what the user wrote, or this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from zigwheel.errors import TargetError, ZigwheelError, raise_all
from zigwheel.target.floors import (
    Floors,
    dotted,
    parse_floors,
)
from zigwheel.target.model import Host, Target
from zigwheel.target.names import (
    linux,
    read_arch,
    read_platform_tag,
    read_triple,
    unsupported_platform,
)
from zigwheel.target.python import (
    OLDEST,
    PythonTarget,
    is_known,
    parse_python,
    require_known,
    require_platform,
    unsupported_implementation,
)
from zigwheel.target.stable import StableAbi, parse_stable
from zigwheel.target.triple import ARCHITECTURES, MUSL_MINIMUM, Triple

_PYTHON_WORD = r"(cp|py|pp|pypy|gp|graalpy|ip|jy)\d[\w.]*"
_STABLE_WORDS = {"abi3": "", "abi3t": "t", "abi3.abi3t": "t"}
_LINUX_TAG = r"linux_(\w+)"
_SYSCONFIG_PLATFORM = r"(linux|macosx|win)-[^-]+(-[^-]+)?"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Request:
    """What a target's text says."""

    triple: Triple
    """The platform."""
    python: PythonTarget | None = None
    """The Python, where the text names exactly one."""
    stable_abi: StableAbi | None = None
    """The ABI, where the text is the tag of a wheel for a stable one."""


def resolve_target(
    text: str,
    python: str,
    *,
    host: Host,
    manylinux: str,
    musllinux: str,
    macosx: str = "",
    environ: Mapping[str, str],
) -> Target:
    """Read the option `target` and the option `python`; both may be empty.

    `text` is a Zig triple with or without a floor (`aarch64-linux-gnu.2.17`), a platform tag
    (`manylinux_2_28_aarch64`), a wheel tag (`cp313-cp313-manylinux_2_28_aarch64`) or cibuildwheel's
    identifier (`cp313-manylinux_aarch64`). Without a floor it gets the one of `manylinux`,
    `musllinux` or `macosx`, raised to the oldest that exists for the architecture. Empty means this
    machine, or what `_PYTHON_HOST_PLATFORM` and `ARCHFLAGS` in `environ` say, at a floor that it
    satisfies.

    Raises TargetError, or an ErrorCollection of them, for what can't be read or built, and where
    text and `python` contradict each other.
    """
    errors: list[ZigwheelError] = []
    try:
        floors = parse_floors(
            manylinux=manylinux, musllinux=musllinux, macosx=macosx, environ=environ
        )
        request = _read(text.strip(), floors, host=host, environ=environ)
    except TargetError as error:
        errors.append(error)
    try:
        wanted = parse_python(python) if python.strip() else None
    except TargetError as error:
        errors.append(error)
    raise_all(errors)
    text = text.strip()
    chosen = _choose_python(request, wanted, host=host, text=text)
    require_platform(chosen, request.triple, place=f"target `{text}`" if text else "this machine")
    return Target(triple=request.triple, python=chosen)


def _choose_python(
    request: _Request, wanted: PythonTarget | None, *, host: Host, text: str
) -> PythonTarget:
    if request.python:
        if wanted and not _agree(wanted, request.python, text):
            raise TargetError(
                f"target `{text}` names {request.python.title}, but python is `{wanted.abi}`",
                hint="give one of the two, or the same Python in both",
            )
        return wanted or request.python
    stable = request.stable_abi
    if wanted:
        if stable and not stable.serves(wanted):
            kinds = "" if stable.name == "abi3t" else ", and no free-threaded one"
            raise TargetError(
                f"target `{text}` is the stable ABI of CPython {dotted(stable.minimum)} and newer, "
                f"which python `{wanted.name}` can't load",
                hint=f"write python `{stable.tag}` or newer{kinds}",
            )
        return wanted
    known = host.implementation in ("cpython", "pypy")
    if stable:
        free_threaded = stable.name == "abi3t"
        own = host.python
        here = known and is_known(own) and stable.serves(own)
        if here and own.free_threaded == free_threaded:
            return own
        return PythonTarget(version=max(stable.minimum, OLDEST), free_threaded=free_threaded)
    if not known:
        raise unsupported_implementation("this Python", host.implementation)
    require_known(host.python, place="this Python")
    return host.python


def _agree(wanted: PythonTarget, named: PythonTarget, text: str) -> bool:
    """Whether both are one Python; an identifier such as `pp311-manylinux_x86_64` tells no ABI."""
    return wanted == named or (wanted.name == named.name and named.abi not in text)


def _read(text: str, floors: Floors, *, host: Host, environ: Mapping[str, str]) -> _Request:
    if not text:
        return _Request(triple=_from_environment(floors, host=host, environ=environ))
    place = f"target `{text}`"
    first, *rest = text.split("-")
    if re.fullmatch(_PYTHON_WORD, first, re.ASCII):
        return _read_wheel_tag(first, rest, floors, host=host, place=place)
    if re.fullmatch(_SYSCONFIG_PLATFORM, text, re.ASCII) or not rest:
        return _Request(triple=_read_platforms(_as_tag(text), floors, host=host, place=place))
    return _Request(triple=read_triple(text, floors, place=place))


def _as_tag(platform: str) -> str:
    """`sysconfig.get_platform()`'s form as a platform tag: `macosx-11.0-arm64`."""
    found = re.fullmatch(_SYSCONFIG_PLATFORM, platform, re.ASCII)
    return re.sub(r"[-.]", "_", platform) if found else platform


def _read_wheel_tag(
    first: str, rest: list[str], floors: Floors, *, host: Host, place: str
) -> _Request:
    """A wheel tag with its three parts, or an identifier with two."""
    if not 1 <= len(rest) <= 2:
        raise TargetError(
            f"{place} is neither a wheel tag nor an identifier",
            hint="write `cp313-cp313-manylinux_2_28_aarch64` or `cp313-manylinux_aarch64`",
        )
    platforms = rest[-1]
    abi = rest[0] if len(rest) == 2 else ""
    python: PythonTarget | None = None
    stable: StableAbi | None = None
    if abi in _STABLE_WORDS:
        stable = parse_stable(first + _STABLE_WORDS[abi], place=f"{place}: Python `{first}`")
    elif first.startswith("py"):
        if abi not in {"", "none"} or "3" not in first:
            raise TargetError(f"{place} names no Python that extensions are built for")
    else:
        python = parse_python(
            f"{first}-{abi}" if abi and abi != "none" else first, place=f"{place}: Python"
        )
    triple = _read_platforms(platforms, floors, host=host, place=place)
    return _Request(triple=triple, python=python, stable_abi=stable)


def _read_platforms(tags: str, floors: Floors, *, host: Host, place: str) -> Triple:
    """A platform tag, or several as in file names (`manylinux2014_x86_64.manylinux_2_17_x86_64`)."""
    triples = [_read_platform(tag, floors, host=host, place=place) for tag in tags.split(".")]
    # The oldest floor is what the set as a whole promises.
    oldest = min(triples, key=lambda triple: triple.floor or (0, 0))
    if any(replace(triple, floor=oldest.floor) != oldest for triple in triples):
        raise TargetError(
            f"{place} names more than one platform", hint="build for one after the other"
        )
    return oldest


def _read_platform(tag: str, floors: Floors, *, host: Host, place: str) -> Triple:
    found = re.fullmatch(_LINUX_TAG, tag, re.ASCII)
    if not found:
        return read_platform_tag(tag, floors, place=place)
    arch = read_arch(found[1], known={a: a for a in ARCHITECTURES}, text=tag, place=place)
    if host.os != "linux" or host.arch != arch:
        raise TargetError(
            f"{place} names no C library, and is not this machine's platform",
            hint=f"did you mean `manylinux_{arch}` (glibc) or `musllinux_{arch}`?",
        )
    return _this_machine(floors, host=host)


def _from_environment(floors: Floors, *, host: Host, environ: Mapping[str, str]) -> Triple:
    """What the environment says when the options say nothing.

    `_PYTHON_HOST_PLATFORM` is how CPython's own cross builds, crossenv and cibuildwheel name the
    target; `ARCHFLAGS` is how they choose the architecture on macOS.
    """
    platform = environ.get("_PYTHON_HOST_PLATFORM", "").strip()
    place = f"_PYTHON_HOST_PLATFORM `{platform}`" if platform else "this machine"
    if platform:
        error = unsupported_platform(platform, place=place)
        if error:
            raise error
        tag = _as_tag(platform)
        foreign = re.fullmatch(_LINUX_TAG, tag, re.ASCII)
        if foreign and (host.os, host.arch) != ("linux", foreign[1]):
            arch = read_arch(foreign[1], known={a: a for a in ARCHITECTURES}, text=tag, place=place)
            # These cross builds have one sysroot, so the C library is the one that runs here.
            return linux(arch, "musl" if host.libc == "musl" else "gnu", None, floors, place=place)
        triple = _read_platform(tag, floors, host=host, place=place)
    else:
        triple = _this_machine(floors, host=host)
    return _with_archflags(triple, floors, environ=environ) if triple.os == "macos" else triple


def _with_archflags(triple: Triple, floors: Floors, *, environ: Mapping[str, str]) -> Triple:
    flags = environ.get("ARCHFLAGS", "").strip()
    words = dict.fromkeys(re.findall(r"-arch\s+(\S+)", flags))
    if not words:
        return triple
    word = "universal2" if len(words) > 1 else next(iter(words))
    wanted = read_platform_tag(f"macosx_{word}", floors, place=f"ARCHFLAGS `{flags}`")
    return triple if wanted.arch == triple.arch else wanted


def _this_machine(floors: Floors, *, host: Host) -> Triple:
    """The machine's own platform, at the project's floor or, if that is newer, the machine's own."""
    place = "this machine"
    if host.os == "macos":
        return read_platform_tag(
            f"macosx_{'arm64' if host.arch == 'aarch64' else host.arch}", floors, place=place
        )
    if host.os == "windows":
        return read_triple(f"{host.arch}-windows-gnu", floors, place=place)
    if host.os != "linux":
        raise unsupported_platform(host.os, place=place) or TargetError(
            f"{place} runs `{host.os}`, which zigwheel does not build for",
            hint="name a target, for example with -C target=manylinux_x86_64",
        )
    arch = read_arch(
        host.arch, known={a: a for a in ARCHITECTURES}, text=f"linux_{host.arch}", place=place
    )
    if host.libc == "none":
        raise TargetError(
            f"{place}: the C library of {host.executable or 'this Python'} is neither glibc nor musl",
            hint=f"name a target, for example with -C target=manylinux_{arch}",
        )
    wished = linux(arch, host.libc, None, floors, place=place)
    own = host.libc_version
    if own is None or wished.floor is None or own >= wished.floor:
        return wished
    oldest = MUSL_MINIMUM if host.libc == "musl" else ARCHITECTURES[arch].glibc_minimum
    if own < oldest:
        name = "musl" if host.libc == "musl" else "glibc"
        raise TargetError(
            f"{place} has {name} {dotted(own)}, but the oldest that wheels for {arch} can be "
            f"built for is {dotted(oldest)}",
            hint="to build for newer machines name a target, for example with "
            f"-C target={'musllinux' if host.libc == 'musl' else 'manylinux'}_{arch}",
        )
    return replace(wished, floor=own)
