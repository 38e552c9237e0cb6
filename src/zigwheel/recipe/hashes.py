"""The hashes that an index has of a distribution, so that any machine can get the same files again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from zigwheel.environments import find_uv
from zigwheel.matrix.surroundings import for_tools
from zigwheel.recipe.model import Requirement
from zigwheel.storage import put_file

SECONDS = 300
"""How long an index may take."""

LISTED = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\S+)|--hash=sha256:([0-9a-f]{64})", re.MULTILINE)
"""What counts in a file of requirements with hashes."""


def with_hashes(
    versions: Mapping[str, str], *, cache: Path, environ: Mapping[str, str]
) -> tuple[Requirement, ...]:
    """These distributions with the hashes of their files, sorted by name.

    An index never changes a file, so that each version is asked for once. Where no index has one of
    them, or none can be reached, it has no hashes.
    """
    shelf = cache / "recipes" / "hashes"
    known = {name: noted(shelf / f"{name}-{version}.json") for name, version in versions.items()}
    lacking = [(name, versions[name]) for name, hashes in known.items() if not hashes]
    for name, hashes in asked(lacking, environ).items():
        known[name] = hashes
        note(shelf / f"{name}-{versions[name]}.json", hashes)
    return tuple(
        Requirement(name=name, version=versions[name], hashes=known[name]) for name in sorted(known)
    )


def noted(file: Path) -> tuple[str, ...]:
    """The hashes that were noted; none where they were not."""
    try:
        return tuple(str(one) for one in json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        return ()


def note(file: Path, hashes: Iterable[str]) -> None:
    """Note hashes for the next time; without room, they are asked for again."""
    try:
        put_file(file, json.dumps(list(hashes)).encode())
    except OSError:
        return


def asked(wanted: list[tuple[str, str]], environ: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What the user's index says of some versions: by uv, which tells all files, else by pip."""
    if not wanted:
        return {}
    uv = find_uv(environ) or uv_beside()
    if not uv:
        return by_pip(wanted, environ)
    found = by_uv(uv, wanted, environ)
    if not found and len(wanted) > 1:  # one that no index has spoils all
        for one in wanted:
            found |= by_uv(uv, [one], environ)
    return found


def uv_beside() -> str:
    """The uv that is installed beside zigwheel; empty where there is none."""
    try:
        from uv import find_uv_bin

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError):
        return ""


def by_uv(
    uv: str, wanted: list[tuple[str, str]], environ: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The hashes of all files of each version."""
    words = [uv, "pip", "compile", "--quiet", "--no-deps", "--generate-hashes", "--no-header"]
    words += ["--no-annotate", "--python", sys.executable, "-"]
    text = "".join(f"{name}=={version}\n" for name, version in wanted)
    said = output_of(words, text, environ)
    found: dict[str, list[str]] = {}
    name = ""
    for match in LISTED.finditer(said):
        name = normalised(match[1]) if match[1] else name
        found.setdefault(name, [])
        if match[3]:
            found[name].append(match[3])
    return {name: tuple(sorted(hashes)) for name, hashes in found.items() if hashes}


def by_pip(wanted: list[tuple[str, str]], environ: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The hash of the file that this machine would install of each version."""
    words = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
    words += ["--disable-pip-version-check", "--no-input", "--no-deps", "--report", "-", "--"]
    words += [f"{name}=={version}" for name, version in wanted]
    said = output_of(words, "", environ)
    return dict(reported(json.loads(said))) if said else {}


def reported(
    report: Mapping[str, list[Mapping[str, Mapping[str, object]]]],
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names and hashes in pip's installation report, version 1."""
    for one in report.get("install", []):
        archive = one["download_info"].get("archive_info")
        hashes = archive.get("hashes") if isinstance(archive, dict) else None
        if isinstance(hashes, dict) and "sha256" in hashes:
            yield normalised(str(one["metadata"]["name"])), (str(hashes["sha256"]),)


def output_of(words: list[str], text: str, environ: Mapping[str, str]) -> str:
    """What a tool prints; empty where it fails, as without network."""
    try:
        done = subprocess.run(
            words,
            input=text,
            env=for_tools(environ),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def normalised(name: str) -> str:
    """A name as indexes compare it (PEP 503)."""
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)
