"""Find and run the program `shout`."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path

__all__ = ["program", "shout"]


def program() -> Path:
    """Where the program was installed. Raises `FileNotFoundError`."""
    name = "shout" + (sysconfig.get_config_var("EXE") or "")
    user = sysconfig.get_path("scripts", f"{os.name}_user")
    # The last one is for `pip install --target`, which knows no scripts folder of its own.
    folders = [sysconfig.get_path("scripts"), user, str(Path(__file__).parent.parent / "bin")]
    for folder in folders:
        if os.access(os.path.join(folder, name), os.X_OK):
            return Path(folder, name)
    raise FileNotFoundError(f"{name} is in none of {', '.join(folders)}")


def shout(text: str, *, marks: int = 1) -> str:
    """`text` in capitals, with `marks` exclamation marks a line."""
    # As text: on Windows the program ends its lines as Windows does.
    done = subprocess.run(
        [program(), "--marks", str(marks)],
        input=text,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return done.stdout
