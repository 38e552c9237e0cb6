"""A rendered `pyconfig.h`, read back and compiled."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from zigwheel.zig.toolchain import Zig


def macros(rendered: str) -> dict[str, str]:
    """Read a rendered text back. A macro that is defined twice is a fault of its own."""
    found = re.findall(r"^# ?define (\w+)(?: (.+))?$", rendered, re.MULTILINE)
    assert len({name for name, _ in found}) == len(found)
    return dict(found)


def constants(zig: Zig, target: str, folder: Path, source: str, *words: str) -> dict[str, int]:
    """Compile for a target, in a folder, and read the integer constants from the assembly."""
    command = [str(zig.executable), "cc", "-target", target, "-S", "-g0", "-w", *words]
    done = subprocess.run(
        [*command, "-o", "a.s", "-xc", "-"],
        cwd=folder,
        input=source,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assembly = (folder / "a.s").read_text(encoding="utf-8")
    found = re.findall(r"^(\w+):\s+\.\w+\s+(-?\d+)\b", assembly, re.MULTILINE)
    return {name: int(number) for name, number in found}
