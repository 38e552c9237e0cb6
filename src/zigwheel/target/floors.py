"""Floors: the oldest version of glibc, musl or macOS that a wheel promises to run on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from zigwheel.errors import TargetError
from zigwheel.target.tags import LEGACY_MANYLINUX
from zigwheel.target.triple import ARCHITECTURES, MACOS_MINIMUM, MUSL_MINIMUM

Version = tuple[int, int]

_OPTION = r"(?:(manylinux|musllinux|macosx)_)?(\d+)[._](\d+)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Floors:
    """The floors of a target that names none itself: the project's wishes."""

    glibc: Version
    """From the option `manylinux`."""
    musl: Version
    """From the option `musllinux`."""
    macos: Version | None = None
    """From `MACOSX_DEPLOYMENT_TARGET`, or from the option `macosx`."""

    def glibc_for(self, arch: str) -> Version:
        """The glibc floor, raised to the oldest that exists for the architecture."""
        return max(self.glibc, ARCHITECTURES[arch].glibc_minimum)

    def macos_for(self, arch: str) -> Version:
        """The macOS floor, raised to the oldest that exists for the architecture."""
        return max(self.macos or (0, 0), MACOS_MINIMUM[arch])


def dotted(version: Version) -> str:
    """A version as people write it: `2.17`."""
    return f"{version[0]}.{version[1]}"


def parse_floors(
    *, manylinux: str, musllinux: str, macosx: str = "", environ: Mapping[str, str]
) -> Floors:
    """Read the options `manylinux`, `musllinux` and `macosx`, and `MACOSX_DEPLOYMENT_TARGET`.

    Raises TargetError for what is no version, or one that no wheel can promise.
    """
    glibc = LEGACY_MANYLINUX[manylinux][0] if manylinux in LEGACY_MANYLINUX else None
    if glibc is None:
        glibc = _option("manylinux", manylinux, example="2_28")
        _require_glibc_2(glibc, place=f"manylinux `{manylinux}`")
    musl = _option("musllinux", musllinux, example="1_2")
    require_musl(musl, place=f"musllinux `{musllinux}`")
    macos = _option("macosx", macosx, example="11_0") if macosx else None
    return Floors(glibc=glibc, musl=musl, macos=_deployment_target(environ) or macos)


def _option(name: str, text: str, *, example: str) -> Version:
    found = re.fullmatch(_OPTION, text.strip(), re.ASCII)
    if not found or (found[1] or name) != name:
        raise TargetError(
            f"{name} `{text}` is no version", hint=f"write the oldest one, such as `{example}`"
        )
    return (int(found[2]), int(found[3]))


def _deployment_target(environ: Mapping[str, str]) -> Version | None:
    text = environ.get("MACOSX_DEPLOYMENT_TARGET", "").strip()
    if not text:
        return None
    found = re.fullmatch(r"(\d+)(?:\.(\d+)(?:\.\d+)?)?", text, re.ASCII)
    if not found:
        raise TargetError(
            f"MACOSX_DEPLOYMENT_TARGET `{text}` is no version",
            hint="write the oldest macOS, such as `11.0`",
        )
    return (int(found[1]), int(found[2] or 0))


def _require_glibc_2(floor: Version, *, place: str) -> None:
    if floor[0] != 2:
        raise TargetError(
            f"{place}: there is no glibc {dotted(floor)}",
            hint="glibc's versions are 2.x, such as `2_17` or `2_28`",
        )


def require_glibc(floor: Version, *, arch: str, place: str) -> None:
    """Raise TargetError if nothing can be built for this glibc, or no installer would accept it."""
    _require_glibc_2(floor, place=place)
    minimum = ARCHITECTURES[arch].glibc_minimum
    if floor < minimum:
        raise TargetError(
            f"{place}: glibc {dotted(floor)} is older than {dotted(minimum)}, "
            f"the oldest that wheels for {arch} can be built for",
            hint=f"write `manylinux_{minimum[0]}_{minimum[1]}_{arch}`",
        )


def require_musl(floor: Version, *, place: str) -> None:
    """Raise TargetError if Zig's musl is newer than the floor."""
    if floor[0] != MUSL_MINIMUM[0]:
        raise TargetError(
            f"{place}: there is no musl {dotted(floor)}",
            hint="musl's versions are 1.x, such as `1_2`",
        )
    if floor < MUSL_MINIMUM:
        raise TargetError(
            f"{place}: Zig builds with musl {dotted(MUSL_MINIMUM)}, whose programs may need "
            f"symbols that musl {dotted(floor)} lacks",
            hint=f"write `{MUSL_MINIMUM[0]}_{MUSL_MINIMUM[1]}` or newer",
        )


def require_macos(floor: Version, *, arch: str, place: str) -> None:
    """Raise TargetError if no macOS of this version exists for the architecture."""
    minimum = MACOS_MINIMUM[arch]
    if floor < minimum:
        raise TargetError(
            f"{place}: macOS {dotted(floor)} is older than {dotted(minimum)}, "
            f"the oldest that wheels for {arch} can be built for",
            hint=f"write `{dotted(minimum)}` or newer",
        )
