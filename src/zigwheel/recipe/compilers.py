"""Which compiler program a recipe is made with, and whether the one at hand is the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from zigwheel.errors import RecipeError
from zigwheel.storage import put_file
from zigwheel.store.model import chunks, hashed, is_name
from zigwheel.target.model import Host
from zigwheel.zig.toolchain import Zig, find_zig


def kind_of(host: Host) -> str:
    """What a compiler program runs on, such as `linux-x86_64`."""
    return f"{host.os}-{host.arch}"


def compilers_here(*, cache: Path, environ: Mapping[str, str], host: Host) -> dict[str, str]:
    """The sha256 of this machine's `zig`, by the kind of machine; nothing where there is none."""
    zig = find_zig(cache=cache, environ=environ, host=host)
    return {kind_of(host): digest_of(zig, cache)} if zig else {}


def digest_of(zig: Zig, cache: Path) -> str:
    """The sha256 of a `zig` program, which is large: it is noted for the next time."""
    status = zig.executable.stat()
    note = (
        cache / "recipes" / "compilers" / f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}"
    )
    try:
        known = note.read_text(encoding="ascii")
    except (OSError, ValueError):
        known = ""
    if is_name(known):
        return known
    with zig.executable.open("rb") as stream:
        digest = hashed(chunks(stream)).sha256
    try:
        put_file(note, digest.encode())
    except OSError:
        return digest  # the next one hashes it again
    return digest


def check_compiler(
    recorded: Mapping[str, str], *, cache: Path, environ: Mapping[str, str], host: Host
) -> None:
    """Refuse a `zig` that is not the one on record for this kind of machine. Raises `RecipeError`.

    Of another kind of machine nothing may be on record: the release has to be the same then.
    """
    for kind, digest in compilers_here(cache=cache, environ=environ, host=host).items():
        if recorded.get(kind, digest) != digest:
            raise RecipeError(
                f"`internalParameters.toolchain.compilers.{kind}` of the recipe is "
                f"{recorded[kind]!r}, and the `zig` of this machine has the sha256 {digest!r}",
                hint="it calls itself the same release and is another program: unset ZIGWHEEL_ZIG, or "
                f"remove {str(cache / 'zig')!r}",
            )
