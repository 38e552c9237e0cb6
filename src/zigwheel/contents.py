"""What was linked statically into each file of a wheel, for its bill of materials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zigwheel.config.model import Config
from zigwheel.plan.components import Component, library_component, package_component
from zigwheel.plan.model import BuildPlan
from zigwheel.plan.nanobind import components
from zigwheel.zig.command import Places
from zigwheel.zig.execute import Run
from zigwheel.zig.linked import linked, traced
from zigwheel.zig.prebuilt import Part, Prebuilt
from zigwheel.zig.toolchain import Zig


def contents_of(
    config: Config, plan: BuildPlan, places: Places, zig: Zig, run: Run
) -> dict[str, tuple[Component, ...]]:
    """By `install`: libraries as written in the config, Zig packages, then parts of Zig's own."""
    places = traced(plan, places, zig, run)
    found = {}
    for artifact in plan.artifacts:
        if artifact.kind != "library":
            names, packages, parts = linked(plan, artifact, places, zig, run)
            own = (library_component(e) for e in config.library if e.name in names)
            bound = (c for name in names for c in components(plan, plan.library(name)))
            theirs = described(config, places.zig_packages, packages) if places.zig_packages else ()
            found[artifact.install] = (*own, *bound, *theirs, *parts)
    return found


def described(config: Config, made: Prebuilt, parts: Sequence[Part]) -> Iterator[Component]:
    """The packages that `parts` belong to, each once, with what the config says of those that it names."""
    named = {made.parts[part].package: link for link, (part, _) in made.roots.items()}
    for part in {part.package: part for part in parts}.values():
        link = named.get(part.package, "")
        settings = config.dependencies.get(link.partition(":")[0])
        yield package_component(part.package, part.name, part.version, settings)
