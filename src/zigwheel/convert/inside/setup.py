"""See what setuptools is told: extensions, libraries, commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from zigwheel.convert.inside.compilers import current, declared
from zigwheel.convert.inside.notes import Notes


def patch_setup(notes: Notes) -> None:
    """Patch the classes of setuptools that hold what the build asks for."""
    from distutils.command.build_clib import build_clib
    from distutils.command.build_ext import build_ext
    from distutils.dist import Distribution
    from distutils.extension import Extension

    first: dict[str, tuple[str, list[str]]] = {}
    wrap(Extension, "__init__", lambda call: made(notes, first, call))
    wrap(build_ext, "build_extension", building)
    wrap(build_clib, "check_library_list", declaring)
    wrap(Distribution, "run_command", lambda call: commanded(notes, first, call))
    patch_cffi(notes)


def patch_cffi(notes: Notes) -> None:
    """Note which entry of `cffi_modules`, or which object, makes which extension."""
    try:
        from cffi import recompiler, setuptools_ext
    except ImportError:
        return
    wrap(recompiler, "recompile", lambda call: recompiling(notes, call))
    add = setuptools_ext.add_cffi_module

    def added(dist: Any, spec: Any) -> None:
        before = [id(extension) for extension in dist.ext_modules or ()]
        add(dist, spec)
        for extension in dist.ext_modules or ():
            if id(extension) not in before:
                notes.note("cffi", spec=str(spec), name=str(extension.name), place=notes.place())

    setuptools_ext.add_cffi_module = added


def recompiling(notes: Notes, call: Callable[..., Any]) -> Callable[..., Any]:
    """Note where the object is that a build has emit or compile its C itself."""

    def recompile(ffi: Any, module_name: str, *rest: Any, **options: Any) -> Any:
        if spec := spec_of(notes, ffi):
            file = str(options.get("c_file") or "")
            values = {"spec": spec, "file": os.path.realpath(file) if file else ""}
            notes.note("cffi", name=str(module_name), place=notes.place(), **values)
        return call(ffi, module_name, *rest, **options)

    return recompile


def spec_of(notes: Notes, value: Any) -> str:
    """`SCRIPT:NAME` for an object that a module of the project holds; empty if none does.

    `setup.py` is none of them: whoever runs it for the object runs the whole build.
    """
    for module in [m for m in sys.modules.values() if isinstance(m, ModuleType)]:
        file = os.path.realpath(vars(module).get("__file__") or "")
        if module.__name__ != "__main__" and file.startswith(notes.project + os.sep):
            name = next((name for name, held in vars(module).items() if held is value), "")
            if name:
                return f"{os.path.relpath(file, notes.project).replace(os.sep, '/')}:{name}"
    return ""


def wrap(owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace a method by what `make` makes of it."""
    setattr(owner, name, make(getattr(owner, name)))


def made(
    notes: Notes, first: dict[str, tuple[str, list[str]]], call: Callable[..., Any]
) -> Callable[..., Any]:
    """Note where an `Extension` is made, and of which sources."""

    def init(self: Any, name: Any, sources: Any, *rest: Any, **options: Any) -> None:
        if isinstance(name, str) and "*" not in name and name not in first:
            told = [str(source) for source in sources if "*" not in str(source)]
            first[name] = (notes.place(), told)
            declared.update(map(os.path.abspath, told))
        call(self, name, sources, *rest, **options)

    return init


def building(call: Callable[..., Any]) -> Callable[..., Any]:
    """Remember which extension is being built."""

    def build(self: Any, ext: Any) -> Any:
        names = current.names = getattr(current, "names", [])
        names.append(ext)
        try:
            return call(self, ext)
        finally:
            names.pop()

    return build


def declaring(call: Callable[..., Any]) -> Callable[..., Any]:
    """Remember what libraries are made of."""

    def check(self: Any, libraries: Any) -> None:
        call(self, libraries)
        for _, options in libraries:
            declared.update(os.path.abspath(str(s)) for s in options.get("sources") or ())

    return check


def commanded(
    notes: Notes, first: dict[str, tuple[str, list[str]]], call: Callable[..., Any]
) -> Callable[..., Any]:
    """Look at a command after it has run, or failed."""

    def run(self: Any, command: Any, *rest: Any) -> Any:
        try:
            return call(self, command, *rest)
        finally:
            done = self.command_obj.get(command)
            if command == "build_ext" and done is not None:
                for extension in getattr(done, "extensions", None) or ():
                    tell_extension(notes, first, done, extension)
            elif command == "build_clib" and done is not None:
                for library in getattr(done, "libraries", None) or ():
                    notes.note("library", name=str(library[0]), place=notes.place())
            elif command == "bdist_wheel" and done is not None:
                notes.note("wheel", py_api=getattr(done, "py_limited_api", "") or "")

    return run


TEXTS = "export_symbols depends extra_objects runtime_library_dirs".split()


def tell_extension(
    notes: Notes, first: Mapping[str, tuple[str, list[str]]], command: Any, extension: Any
) -> None:
    """Write down one extension as `build_ext` has it."""
    name = str(extension.name)
    place, sources = first.get(name, ("", []))
    full = command.get_ext_fullname(name)
    try:
        path = command.get_ext_fullpath(name)
    except Exception as error:  # foreign code; without it the module is found by its name
        path = ""
        notes.note("odd", text=f"get_ext_fullpath({name!r}): {error}")
    values = {key: [str(v) for v in getattr(extension, key, None) or ()] for key in TEXTS}
    notes.note(
        "extension",
        name=name,
        full=str(full),
        path=os.path.abspath(path) if path else "",
        place=place,
        sources=sources or [str(source) for source in extension.sources],
        language=str(getattr(extension, "language", None) or ""),
        optional=bool(getattr(extension, "optional", False)),
        limited=bool(getattr(extension, "py_limited_api", False)),
        **values,
    )
