"""`compile_commands.json`, by which clangd and other tools learn how each file is compiled.

Format: clang's JSON Compilation Database Format Specification.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from zigwheel.plan.model import BuildPlan
from zigwheel.storage import put_file
from zigwheel.zig.command import Places, module_words, source_flags
from zigwheel.zig.toolchain import Zig

FILE = "compile_commands.json"


def compile_commands(plan: BuildPlan, places: Places, zig: Zig) -> str:
    """The text of the file: one entry for each source that clang compiles, once."""
    entries: dict[str, dict[str, str | list[str]]] = {}
    for artifact in plan.artifacts:
        words = ["-target", plan.triple]
        options = module_words(plan, artifact, places)
        start = options.index("-mcpu") + 2
        words += [w for w in options[start:] if w != "-rpath" and w not in artifact.rpaths]
        for source in artifact.sources:
            if source.language != "zig":
                driver = "c++" if "c++" in source.language else "cc"
                file = places.source(source)
                entries.setdefault(
                    file,
                    {
                        "directory": str(places.root),
                        "file": file,
                        "arguments": [
                            str(zig.executable),
                            driver,
                            *words,
                            *source.args,
                            *source_flags(artifact, source, places),
                            "-c",
                            file,
                        ],
                    },
                )
    return json.dumps(list(entries.values()), indent=1, ensure_ascii=False) + "\n"


def write_compile_commands(
    plan: BuildPlan, places: Places, zig: Zig, *, warn: Callable[[str], None]
) -> None:
    """Put the file into the project's root; where that cannot be written, `warn` and go on."""
    file: Path = places.root / FILE
    text = compile_commands(plan, places, zig)
    try:
        put_file(file, text.encode("utf-8"))
    except OSError as error:
        warn(f"{FILE} was not written: {error.strerror}")
