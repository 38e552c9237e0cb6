"""pip on this machine, which installs for another: `python pip_as.py SPEC ARGUMENTS`.

pip has options for the platform, the Python and the ABI of what it takes, but reads the markers of
requirements (PEP 508) as those of the Python that runs it. They are told here as well.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> int:
    """Run pip; the exit code."""
    spec = json.loads(Path(sys.argv[1]).read_bytes())
    arguments = sys.argv[2:]
    sys.path[:] = [spec["pip"], *(folder for folder in sys.path[1:] if folder != spec["pip"])]
    from pip._internal.cli.main import main as pip_main
    from pip._vendor.packaging import markers

    setattr(markers, "default_environment", lambda: dict(spec["markers"]))  # noqa: B010
    if arguments[:1] == ["install"]:
        arguments[1:1] = spec["options"]
    return int(pip_main(arguments) or 0)


if __name__ == "__main__":
    sys.exit(main())
