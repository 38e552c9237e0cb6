"""`zigwheel build --eject`: the `build.zig` becomes the project's own."""

from __future__ import annotations

from pathlib import Path

from zigwheel.artifacts import plan_of
from zigwheel.errors import ConfigError
from zigwheel.generate.carried import write_carried
from zigwheel.plan.packages import MANIFEST
from zigwheel.setup import Setup, metadata_of, warn
from zigwheel.storage import told
from zigwheel.zig.emit import EJECTED, needs_generated
from zigwheel.zig.package_text import manifest
from zigwheel.zig.road import build_file_text, ejected_file


def eject(setup: Setup) -> Path:
    """Write `build.zig` into the project; from then on the backend builds with that file.

    Returns its path. Raises `ConfigError` where nothing is compiled, or where a `build.zig` is there
    already: neither the user's own nor an ejected one, which may have been changed, is overwritten.
    """
    if not setup.compiles or setup.target is None:
        raise ConfigError(
            "`[tool.zigwheel]` names nothing to compile, so there is no build.zig",
            hint="add `[[tool.zigwheel.extension]]` first",
        )
    if len(setup.target.triple.slices) > 1:
        raise ConfigError(
            "build.zig is written for one architecture, and `universal2` has two",
            hint="eject for `aarch64-macos`; the file then builds both slices of `universal2`",
        )
    file = setup.root / "build.zig"
    if file.exists():
        what = "an ejected one" if ejected_file(setup.root) else "not zigwheel's"
        raise in_the_way(file, f" ({what})")
    planned = plan_of(setup, setup.target, metadata_of(setup).name, setup.cache)
    plan = planned.plan
    with told("writing build.zig", setup.root):
        if plan.zig_packages:
            zon = setup.root / MANIFEST
            if zon.exists():
                raise in_the_way(zon)
            zon.write_text(manifest(plan.zig_packages, plan.name), encoding="utf-8", newline="\n")
        text = f"{EJECTED}\n{build_file_text(plan, setup.target)}"
        file.write_text(text, encoding="utf-8", newline="\n")
        if needs_generated(plan):
            write_carried(planned.tree)
    if "overrides" in setup.project.tool:
        warn(
            f"build.zig holds the overrides as they are for {plan.triple}; "
            "write an `if` on `target.result` for what differs elsewhere"
        )
    return file


def in_the_way(file: Path, what: str = "") -> ConfigError:
    """The error for a file that is there and is not overwritten."""
    return ConfigError(f"{str(file)!r} is there already{what}", hint="rename or delete it first")
