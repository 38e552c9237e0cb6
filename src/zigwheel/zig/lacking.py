"""Make the static libraries with what Zig's own runtime libraries lack; see `zig/builtins.py`."""

from __future__ import annotations

from pathlib import Path

from zigwheel import templates
from zigwheel.errors import CompileError
from zigwheel.plan.model import Artifact, BuildPlan
from zigwheel.storage import put_file
from zigwheel.zig.builtins import lacking, lacking_command, lacking_in_cxx
from zigwheel.zig.command import Places, kept_name
from zigwheel.zig.execute import Run, execute
from zigwheel.zig.toolchain import ZIG_VERSION, Zig


def own_builtins(
    plan: BuildPlan, artifact: Artifact, places: Places, zig: Zig, run: Run
) -> list[Path]:
    """Static libraries with what an artifact may find lacking."""
    names = [lacking(plan.triple), lacking_in_cxx(plan.triple) if artifact.link_cxx else ""]
    return [own_library(name, plan.triple, places, zig, run) for name in names if name]


def own_library(name: str, triple: str, places: Places, zig: Zig, run: Run) -> Path:
    """A template as a static library that outlives the build."""
    import tempfile

    source = templates.folder() / "builtins" / name
    key = "\0".join((source.read_text(encoding="utf-8"), triple, ZIG_VERSION))
    library = places.version_scripts / kept_name(key, "a")
    if not library.is_file():
        with tempfile.TemporaryDirectory(dir=places.out) as folder:
            file = Path(folder, source.stem + ".a")
            words = lacking_command(triple, zig=zig.executable, source=source, file=file)
            caches = ["--cache-dir", folder, "--global-cache-dir", str(places.global_cache)]
            code, said = execute([*words, *caches], places.root, run)
            if code != 0:
                raise CompileError(f"the builtins of {triple} could not be made:\n{said}")
            put_file(library, file.read_bytes())
    return library
