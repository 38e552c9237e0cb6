"""See what Cython is told, and keep what it made for the other platforms."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
from collections.abc import Callable
from typing import Any

from zigwheel.convert.inside.notes import Notes


def patch_cython(notes: Notes, kept: str) -> None:
    """Patch Cython, if the environment has it; `kept` is a folder of what it made before."""
    try:
        importlib.metadata.distribution("Cython")
    except importlib.metadata.PackageNotFoundError:
        return
    from Cython.Build import Dependencies
    from Cython.Compiler import Main

    cythonize = Dependencies.cythonize

    def in_this_process(*args: Any, **options: Any) -> Any:
        return cythonize(*args, **{**options, "nthreads": 0})

    Dependencies.cythonize = in_this_process
    import Cython.Build

    Cython.Build.cythonize = in_this_process
    Main.run_pipeline = pipeline(notes, kept, Main, Main.run_pipeline)


def pipeline(notes: Notes, kept: str, main: Any, call: Callable[..., Any]) -> Callable[..., Any]:
    """Note what is compiled with which options, and take the result of an equal run."""

    def run(source: Any, options: Any, *rest: Any, **more: Any) -> Any:
        told = described(options)
        place = notes.place()
        own = [p for p in told["include_path"] if p.startswith(os.getcwd() + os.sep)]
        key = digest(str(source), {**told, "include_path": own}, rest[:1], more)
        before = os.path.join(kept, key)
        target = os.path.abspath(target_of(source, options))
        if os.path.isfile(before):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(before, target)
            result = main.CompilationResult()
            result.c_file, result.num_errors = target, 0
        else:
            result = call(source, options, *rest, **more)
            target = os.path.abspath(getattr(result, "c_file", None) or target)
            if os.path.isfile(target) and not getattr(result, "num_errors", 1):
                os.makedirs(kept, exist_ok=True)
                shutil.copyfile(target, before)
        path = os.path.abspath(str(source))
        notes.note(
            "cython", source=path, path=target, place=place, seen=notes.digests([path]), **told
        )
        return result

    return run


def described(options: Any) -> dict[str, Any]:
    """What of Cython's options changes what it makes."""
    directives = dict(getattr(options, "compiler_directives", None) or {})
    return {
        "directives": {str(key): str(value) for key, value in sorted(directives.items())},
        "language": "c++" if getattr(options, "cplus", False) else "c",
        "include_path": [os.path.abspath(p) for p in getattr(options, "include_path", None) or ()],
        "environment": repr(getattr(options, "compile_time_env", None) or ""),
        "level": str(getattr(options, "language_level", None) or ""),
    }


def target_of(source: Any, options: Any) -> str:
    """The file that Cython writes."""
    told = getattr(options, "output_file", None)
    ending = ".cpp" if getattr(options, "cplus", False) else ".c"
    return str(told) if told else os.path.splitext(str(source))[0] + ending


def digest(source: str, told: Any, module: Any, more: Any) -> str:
    """A name for one compilation: its options, its source, and all that it may include."""
    project = os.getcwd()
    named = module or more.get("full_module_name")
    options = repr((os.path.relpath(source, project), told, named)).replace(project, "")
    total = hashlib.sha256(options.encode())
    for folder, folders, names in os.walk(project):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            wanted = name.endswith((".pxd", ".pxi")) or os.path.realpath(source) == path
            if (wanted or name.endswith(".pyx")) and os.path.isfile(path):
                with open(path, "rb") as stream:
                    total.update(os.path.relpath(path, project).encode() + stream.read())
    return total.hexdigest()
