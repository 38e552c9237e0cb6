"""Import modules, one after the other: `python imports.py NAME ...`; any Python from 3.9 on runs it."""

import importlib
import sys

MISSING = 77
"""The exit code where a module asks for one that is not there and is none of the wheel's own."""


def main(names):  # type: ignore[no-untyped-def]
    """Import them; the exit code."""
    own = {name.partition(".")[0] for name in names}
    del sys.path[0]  # this file's own folder
    for name in names:
        print("import " + name, flush=True)
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if not error.name or error.name.partition(".")[0] in own:
                raise
            print(f"`import {name}` asks for `{error.name}`, which is not installed")
            return MISSING
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))  # type: ignore[no-untyped-call]
