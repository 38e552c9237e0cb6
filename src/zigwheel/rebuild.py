"""Rebuild on import: an editable install makes its own extension modules anew when a source changed.

The build environment is gone by then, so a copy of zigwheel and of what it imports is kept in the
cache, named after its content, and run by the interpreter that imports.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.setup import Setup, set_up

if TYPE_CHECKING:
    from zigwheel.artifacts import Built
    from zigwheel.wheel.editable import RebuildSpec

PACKAGES = ("zigwheel", "packaging", "pathspec", "pyproject_metadata", "wheel", "tomli")
"""What has to be importable for a build."""

START = "import sys; sys.path.insert(0, {runtime!r}); from zigwheel.rebuild import main; main()"

PASSED_ON = (
    "CFLAGS",
    "CXXFLAGS",
    "ARCHFLAGS",
    "SDKROOT",
    "MACOSX_DEPLOYMENT_TARGET",
    "_PYTHON_HOST_PLATFORM",
)
"""Variables that a rebuild has to find as the first build did, beside `ZIGWHEEL_*`."""


def rebuild_spec(setup: Setup, built: Built, generated: Mapping[str, Path]) -> RebuildSpec:
    """How the editable wheel of `setup` rebuilds what `built` holds, and `generated` files beside it."""
    import hashlib
    from dataclasses import asdict

    from zigwheel.wheel.editable import RebuildSpec

    runtime = kept_runtime(setup.cache)
    places = {place: path for path, file in generated.items() for place in named(built, file)}
    arguments = json.dumps(
        {
            "root": str(setup.root),
            "settings": dict(setup.settings),
            "generated": places,
            "packages": {name: asdict(kept) for name, kept in built.packages.items()},
        },
        default=str,
    )
    name = hashlib.sha256(str(setup.root).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return RebuildSpec(
        command=("{python}", "-c", START.format(runtime=str(runtime)), arguments, "{destination}"),
        folder=setup.root,
        stamp=setup.cache / "editable" / name,
        environment={
            name: value
            for name, value in sorted(setup.environ.items())
            if name.startswith("ZIGWHEEL_") or name in PASSED_ON
        },
        others=tuple(sorted(generated)),
        watched=watched(built),
    )


def named(built: Built, file: Path) -> list[str]:
    """The path in the project that a generated file stands at."""
    return [path for path, place in built.tree.made.items() if place == file]


def watched(built: Built) -> tuple[str, ...]:
    """What a rebuild depends on: every input, and each source's folder, where a new one may appear."""
    inputs = [item.path for item in built.plan.inputs]
    all_sources = (s for artifact in built.plan.artifacts for s in artifact.sources)
    sources = [s.path for s in all_sources if not s.package]
    folders = sorted({os.path.dirname(path) or "." for path in sources})
    return ("pyproject.toml", *inputs, *folders)


def kept_runtime(cache: Path) -> Path:
    """Folder in `cache` from which zigwheel can be imported, made if need be."""
    import hashlib

    from zigwheel.storage import replaced_folder, told

    files = dict(runtime_files())
    whole = hashlib.sha256()
    for name, file in sorted(files.items()):
        data = file.read_bytes()
        whole.update(f"{name}\0{len(data)}\0".encode())
        whole.update(data)
    folder = cache / "runtime" / whole.hexdigest()[:32]
    if not folder.is_dir():
        with told("keeping zigwheel for later rebuilds", cache), replaced_folder(folder) as fresh:
            for name, file in files.items():
                target = fresh / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())
    return folder


def runtime_files() -> Iterator[tuple[str, Path]]:
    """POSIX path in the copy and file, of everything that a build may import or read."""
    from importlib.util import find_spec

    from zigwheel.templates import folder as templates

    for package in PACKAGES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            continue
        top = Path(spec.origin).parent
        for file in sorted(top.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield f"{package}/{file.relative_to(top).as_posix()}", file
    for file in sorted(templates().rglob("*")):
        if file.is_file():
            yield f"zigwheel/templates/{file.relative_to(templates()).as_posix()}", file


def main() -> None:
    """Build what `sys.argv` names into the folder that it names; exit with 1 and words on failure."""
    import shutil
    from dataclasses import replace

    from zigwheel.artifacts import compiled
    from zigwheel.borrowed.model import Kept
    from zigwheel.errors import ZigwheelError
    from zigwheel.setup import metadata_of, say
    from zigwheel.target.host import describe_host

    arguments = json.loads(sys.argv[1])
    destination = Path(sys.argv[2])
    try:
        setup = set_up(
            Path(arguments["root"]), arguments["settings"], dict(os.environ), describe_host()
        )
        packages = {
            name: Kept(**{**values, "folder": Path(values["folder"])})
            for name, values in arguments["packages"].items()
        }
        setup = replace(setup, packages=packages)
        with compiled(setup, metadata_of(setup).name) as built:
            made = built.tree.made if built else {}
            files = {p: made[place] for place, p in arguments["generated"].items() if place in made}
            for path, file in {**files, **built.packaged}.items() if built else ():
                target = destination / path
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
    except ZigwheelError as error:
        say(f"zigwheel: error: {error}")
        sys.exit(error.exit_code)
