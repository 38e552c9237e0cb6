"""What is said to Zig for macOS alone, and what is done to the files that it links.

Of macOS Zig brings libSystem and its headers. Frameworks and all other libraries are known by the
text files (`.tbd`) and headers of Apple's SDK, which `SDKROOT` names, as it does for Apple's tools.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from zigwheel.errors import AuditError, ToolchainError, raise_all
from zigwheel.plan.model import Artifact, BuildPlan

FRAMEWORKS = "System/Library/Frameworks"

PROGRAM_EXPORTS = ("_mh_execute_header",)
"""What a program shows: by this name it finds its own beginning."""

ASKS_FOR_VERSION = "__isPlatformVersionAtLeast"
"""What clang calls for `@available`; compiler_rt has it from macOS 10.15 on."""

HOW_TO_GET_IT = (
    "on macOS `xcode-select --install`, then `export SDKROOT=$(xcrun --show-sdk-path)`; on another "
    "system copy that folder of a Mac and set SDKROOT to the copy"
)


def for_macos(triple: str) -> bool:
    """Whether a Zig triple is one of macOS."""
    return triple.partition("-")[2].startswith("macos")


def wants_sdk(artifact: Artifact) -> bool:
    """Whether an artifact is linked with what Zig has not got."""
    return bool(artifact.frameworks or artifact.libraries)


def links_sdk(plan: BuildPlan, artifact: Artifact) -> bool:
    """Whether an artifact is linked with Apple's SDK for the plan's target."""
    return for_macos(plan.triple) and wants_sdk(artifact)


def sdk_of(plan: BuildPlan, environ: Mapping[str, str]) -> Path | None:
    """Apple's SDK, where the plan is for macOS and wants it.

    Raises `ToolchainError`, one for each artifact, where `SDKROOT` names none; but what has folders
    of its own to look into may find its libraries there.
    """
    wanting = [artifact for artifact in plan.artifacts if links_sdk(plan, artifact)]
    named = environ.get("SDKROOT", "")
    folder = Path(named)
    if named and folder.is_absolute() and (folder / "usr/lib").is_dir():
        return folder if wanting else None
    why = f"SDKROOT is {named!r}, which is no SDK" if named else "SDKROOT is not set"
    errors = []
    for artifact in (a for a in wanting if a.frameworks or not a.library_dirs):
        names = [f"the framework {name}" for name in artifact.frameworks]
        names += [f"the library {name}" for name in artifact.libraries]
        errors.append(
            ToolchainError(
                f"{artifact.kind} `{artifact.name}` needs {', '.join(names)} of Apple's SDK for "
                f"macOS, which Zig does not bring, and {why}",
                hint=HOW_TO_GET_IT,
            )
        )
    raise_all(errors)
    return None


def sdk_version(sdk: Path) -> str:
    """Version of an SDK, by the file in which it tells about itself."""
    try:
        settings = json.loads((sdk / "SDKSettings.json").read_bytes())
        return str(settings["Version"])
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown"


def sdk_words(artifact: Artifact, sdk: Path | None) -> list[str]:
    """Where Apple's headers and libraries are, after Zig's own.

    With `--sysroot`, which frameworks that bring other frameworks need, Zig looks for absolute
    folders below it.
    """
    if sdk is None or not wants_sdk(artifact):
        return []
    words = ["-idirafter", str(sdk / "usr/include"), "-F", str(sdk / FRAMEWORKS)]
    return [*words, "-L/usr/lib", "--sysroot", str(sdk)]


def library_dirs(artifact: Artifact, root: Path, sdk: Path | None) -> list[str]:
    """The user's own folders of libraries, seen from the project, in spite of `--sysroot`."""
    if sdk is None or not wants_sdk(artifact):
        return list(artifact.library_dirs)
    return [os.path.relpath(root / folder, root) for folder in artifact.library_dirs]


def install_name(artifact: Artifact) -> str:
    """The name that the file tells of itself: the one that `std.Build` gives. Left alone Zig takes
    the path that it writes to.
    """
    return f"@rpath/lib{artifact.name}.dylib"


def finish(artifact: Artifact, file: Path) -> None:
    """Let a linked file export what the plan says. Raises `AuditError`."""
    from zigwheel.zig.builtins import undefined_in
    from zigwheel.zig.macho import restrict

    if ASKS_FOR_VERSION in undefined_in(file):
        raise AuditError(
            f"{artifact.kind} `{artifact.name}` asks which macOS it runs on (`__builtin_available`, "
            "`@available`), which Zig can only tell from macOS 10.15 on",
            hint='promise no older one: `macosx = "10_15"`, or MACOSX_DEPLOYMENT_TARGET=10.15',
        )
    wanted = PROGRAM_EXPORTS if artifact.kind == "executable" else artifact.exports

    def exported(name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in wanted)

    restrict(file, exported, strip=artifact.strip, identifier=artifact.output)
