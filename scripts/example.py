"""Build an example from its sdist, install it and run it: `python3 scripts/example.py [NAME]`.

An example asks for `zigwheel` as its build requirement; pip is shown the wheel of this checkout.
"""

from __future__ import annotations

import os
import sys

from environment import ROOT, environment, own_wheel, run


def main(name: str) -> None:
    """Everything that a user of a package does, and its author before that."""
    project = ROOT / "examples" / name
    if not project.is_dir():
        known = ", ".join(sorted(p.name for p in (ROOT / "examples").iterdir() if p.is_dir()))
        raise SystemExit(f"there is no example {name!r}; there are {known}")
    python = environment("example")
    dist = ROOT / ".venv" / "dist"
    own_wheel(python, dist)
    links = {"PIP_FIND_LINKS": f"{os.environ.get('PIP_FIND_LINKS', '')} {dist}".strip()}
    run([python, "-m", "pip", "install", "--quiet", "build", "pytest"])
    run([python, "-m", "build", "--sdist", "--outdir", dist / name, project], **links)
    sdist = next((dist / name).glob("*.tar.gz"))
    run([python, "-m", "pip", "install", "--force-reinstall", sdist], **links)
    run([python, "-m", "pytest", "-q", project / "tests"])


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "fastsum")
