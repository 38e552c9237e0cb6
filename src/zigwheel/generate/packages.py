"""Where in the project the files of a package lie."""

from __future__ import annotations

import posixpath

from zigwheel.config.model import Config
from zigwheel.plan.tree import Tree


def package_folder(tree: Tree, config: Config, package: str) -> str:
    """The POSIX path in the project of the folder of a dotted `package`; empty where there is none.

    Looks where a wheel's packages are found: `wheel.packages`, `src`, the root.
    """
    path = package.replace(".", "/")
    for name, place in sorted((config.wheel.packages or {}).items(), reverse=True):
        name = "" if name == "." else name.strip("/")
        if path == name or path.startswith(f"{name}/" if name else ""):
            return posixpath.normpath(posixpath.join(place, path[len(name) :].lstrip("/")))
    choices = (f"src/{path}", path) if path else ()
    return next((choice for choice in choices if (tree.root / choice).is_dir()), "")
