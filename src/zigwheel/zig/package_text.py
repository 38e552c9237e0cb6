"""A build file that uses Zig packages, and its `build.zig.zon`. Pure."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable

from zigwheel.config.zon import Name, identifier, quoted, render_zon
from zigwheel.plan.model import BuildPlan, ZigPackage
from zigwheel.templates import fill, template
from zigwheel.zig.command import MODES


def wanted(plan: BuildPlan) -> list[str]:
    """All libraries of packages that a plan links, `PACKAGE:LIBRARY`, sorted."""
    return sorted({link for artifact in plan.artifacts for link in artifact.zig_links})


def manifest(packages: Iterable[ZigPackage], name: str) -> str:
    """The text of `build.zig.zon` for a project that uses `packages`.

    Zig wants the upper half of the fingerprint to be a checksum of the name, and the lower one to
    tell projects of the same name apart; ours is no package for others, so it follows from the name.
    """
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)[:32]
    plain = plain if plain[:1].isalpha() else f"p{plain}"[:32]
    number = int.from_bytes(hashlib.sha256(plain.encode()).digest()[:4], "big") % 0xFFFFFFFE + 1
    dependencies = {
        p.name: {"path": p.path} if p.path else {"url": p.url, "hash": p.hash} for p in packages
    }
    fields = {
        "name": Name(plain),
        "version": "0.0.0",
        "fingerprint": zlib.crc32(plain.encode()) << 32 | number,
        "dependencies": dependencies,
        "paths": [""],
    }
    return render_zon(fields) + "\n"


def used(package: ZigPackage) -> str:
    """The statement by which a build file gets a package."""
    options = "".join(f", .{identifier(k)} = {render_zon(v)}" for k, v in package.options)
    arguments = f".{{ .target = target, .optimize = .{MODES[package.optimize]}{options} }}"
    name = quoted(package.name)
    strip = render_zon(package.strip)
    return (
        f"const {variable(package.name)}: Package = "
        f".init(b, {name}, b.dependency({name}, {arguments}), {strip});"
    )


def variable(package: str) -> str:
    """The variable that holds a package."""
    return identifier(f"{package}_pkg")


def library_of(link: str) -> str:
    """The expression for a package's library, for an item such as `zlib:z`."""
    package, _, name = link.partition(":")
    return f"{variable(package)}.library({quoted(name)})"


def headers_folder(link: str) -> str:
    """Where the headers of a package's library are installed."""
    return f"include/{link.replace(':', '-')}"


def build_text(plan: BuildPlan) -> str:
    """The build file that makes all libraries that a plan wants."""
    lines = [used(package) for package in plan.zig_packages]
    for link in wanted(plan):
        lines.append(
            f"wanted.add({quoted(link)}, {quoted(headers_folder(link))}, {library_of(link)});"
        )
    text = fill(template("packages/build.zig"), packages="".join(f"    {line}\n" for line in lines))
    return text + template("packages/use.zig")
