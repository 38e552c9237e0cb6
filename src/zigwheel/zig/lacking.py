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
    groups = [lacking(plan.triple), lacking_in_cxx(plan.triple) if artifact.link_cxx else ()]
    return [own_library(names, plan.triple, places, zig, run) for names in groups if names]


def own_library(names: tuple[str, ...], triple: str, places: Places, zig: Zig, run: Run) -> Path:
    """Templates as a static library that outlives the build."""
    import tempfile

    sources = [templates.folder() / "builtins" / name for name in names]
    texts = [source.read_text(encoding="utf-8") for source in sources]
    key = "\0".join((*texts, triple, ZIG_VERSION))
    library = places.version_scripts / kept_name(key, "a")
    if not library.is_file():
        with tempfile.TemporaryDirectory(dir=places.out) as folder:
            file = Path(folder, sources[0].stem + ".a")
            words = lacking_command(triple, zig=zig.executable, sources=sources, file=file)
            caches = ["--cache-dir", folder, "--global-cache-dir", str(places.global_cache)]
            code, said = execute([*words, *caches], places.root, run)
            if code != 0:
                raise CompileError(f"the builtins of {triple} could not be made:\n{said}")
            put_file(library, file.read_bytes())
    return library
