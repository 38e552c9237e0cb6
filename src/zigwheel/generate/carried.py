"""Generated files that a source distribution carries, so that nobody has to make them again.

They lie in one folder of the project under their usual paths, beside a list of what was asked for: the
options and the digests of the inputs. As long as that is what is asked for now, they are taken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zigwheel.errors import GenerateError
from zigwheel.plan.files import digest, escapes
from zigwheel.plan.tree import Tree

FOLDER = ".zigwheel-generated"
MANIFEST = "manifest.json"
SCHEMA = 1


def manifest(tree: Tree) -> bytes:
    """The list of what was asked for, and of the files that answer it with their digests."""
    parts = {
        request: {path: digest(tree.made[path]) for path in paths}
        for request, paths in tree.parts.items()
    }
    text = json.dumps({"schema": SCHEMA, "parts": parts}, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def carried_files(tree: Tree) -> dict[str, Path]:
    """What is carried, by its path in the project."""
    paths = [path for paths in tree.parts.values() for path in paths]
    return {f"{FOLDER}/{path}": tree.made[path] for path in paths}


def carried(root: Path, request: str) -> Mapping[str, str] | None:
    """The files that the project carries for a request, with their digests; None where it does not.

    Raises `GenerateError` for a list that cannot be read.
    """
    file = root / FOLDER / MANIFEST
    try:
        table: Any = json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise damaged(f"{MANIFEST!r} cannot be read: {error}") from None
    parts = table.get("parts") if isinstance(table, dict) else None
    if not isinstance(parts, dict) or table.get("schema") != SCHEMA:
        return None
    found = parts.get(request)
    if found is None:
        return None
    if not isinstance(found, dict) or any(
        escapes(path) or not isinstance(sha256, str) for path, sha256 in found.items()
    ):
        raise damaged(f"{MANIFEST!r} names what is not in the folder")
    return found


def copy_carried(root: Path, files: Mapping[str, str], folder: Path) -> None:
    """Put carried files into a folder. Raises `GenerateError` where one is not as it was listed."""
    import hashlib

    for path, sha256 in files.items():
        try:
            data = (root / FOLDER / path).read_bytes()
        except OSError as error:
            raise damaged(f"{path!r} cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise damaged(f"{path!r} is not the file that was listed")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def write_carried(tree: Tree) -> None:
    """Put what was generated into the project, where it is used from then on. Raises `OSError`."""
    from zigwheel.storage import put_file

    for path, file in carried_files(tree).items():
        put_file(tree.root / path, file.read_bytes())
    put_file(tree.root / FOLDER / MANIFEST, manifest(tree))


def damaged(what: str) -> GenerateError:
    """The error for a folder of generated files that does not fit its list."""
    return GenerateError(
        f"`{FOLDER}`: {what}",
        hint="delete the folder: what was in it is made again, with the tools that this needs",
    )
