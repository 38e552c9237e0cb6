"""The sources of one component: which files, in which language, with which flags."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable

from zigwheel.config.globs import expand_braces
from zigwheel.config.model import Compilation
from zigwheel.errors import PlanError
from zigwheel.plan.cpus import NAMED, assembler_args, cpu_arg_error
from zigwheel.plan.files import escapes, expand, leads_out, outside, within
from zigwheel.plan.flags import LANGUAGES, Ambient, compile_arg_errors
from zigwheel.plan.model import Source
from zigwheel.plan.tree import Tree

CYTHON = (".pyx", ".py")
"""How sources end that Cython translates."""

SWIG = (".i",)
"""How those end that SWIG translates."""


def may_name(component: Compilation, suffixes: tuple[str, ...]) -> bool:
    """Whether `sources` can match a file that ends in one of `suffixes`; looks at no file."""
    choices = (choice for pattern in component.sources for choice in expand_braces(pattern))
    ends = [re.split(r"[*?\]]", choice)[-1] for choice in choices]
    return any(end.endswith(s) or s.endswith(end) for end in ends for s in suffixes)


def sources_ending(
    tree: Tree, component: Compilation, place: str, suffixes: tuple[str, ...]
) -> list[str]:
    """The sources of a component that end in one of `suffixes`; most patterns cannot name any."""
    if not may_name(component, suffixes):
        return []
    return [f for f in source_files(tree, component, place)[0] if f.endswith(suffixes)]


def source_files(
    tree: Tree, component: Compilation, place: str
) -> tuple[list[str], list[PlanError]]:
    """The sources of a component, without the excluded ones; what was made of one in its place."""
    files, errors = expand(tree, component.sources, place=f"{place}.sources")
    excluded, _ = expand(tree, component.exclude_sources, place=f"{place}.exclude-sources")
    made = (tree.sources.get(file, file) for file in files if file not in excluded)
    kept = [file for file in dict.fromkeys(made) if file not in excluded]
    if files and not kept:
        errors.append(
            PlanError(f"`{place}.exclude-sources` leaves no source of `{component.name}`")
        )
    return kept, errors


def include_dir_errors(tree: Tree, folders: tuple[str, ...], place: str) -> list[PlanError]:
    """Include folders that are not there or not in the project; absolute ones are the user's word."""
    errors = []
    for folder in folders:
        where = f"{place}.include-dirs"
        if os.path.isabs(folder):
            continue
        if escapes(folder):
            errors.append(outside(where, folder))
        elif not tree.is_dir(folder):
            errors.append(PlanError(f"`{where}`: there is no folder {folder!r}"))
        elif (tree.root / folder).is_dir() and not within(tree.root, tree.root / folder):
            errors.append(leads_out(where, tree.root, folder))
    return errors


def typed_sources(
    tree: Tree,
    component: Compilation,
    files: list[str],
    ambient: Ambient,
    *,
    base: Callable[[str], tuple[str, ...]],
    hidden: bool,
    arch: str,
    place: str,
) -> tuple[tuple[Source, ...], list[PlanError]]:
    """Sources with their language and flags, which may name CPUs of any architecture; `arch` is the
    target's, `base` tells what a file is compiled with in any case.
    """
    errors: list[PlanError] = []
    for option in ("extra_compile_args", "extra_c_args", "extra_cxx_args", "extra_asm_args"):
        path = f"{place}.{option.replace('_', '-')}"
        errors += arg_errors(getattr(component, option), arch, path)
    extra: dict[str, list[str]] = {}
    for pattern, args in component.file_args.items():
        path = f"{place}.file-args.{pattern!r}"
        errors += arg_errors(args, arch, path)
        matched, found = expand(tree, (pattern,), place=path)
        errors += found
        for file in matched:
            extra.setdefault(tree.sources.get(file, file), []).extend(args)
    sources = []
    for file in files:
        language = LANGUAGES.get(os.path.splitext(file)[1])
        if language is None:
            known = " ".join(sorted(LANGUAGES))
            errors.append(
                PlanError(
                    f"`{place}.sources`: {file!r} is in no known language", hint=f"known: {known}"
                )
            )
            continue
        args = (
            ()
            if language == "zig"
            else source_args(component, language, ambient, base=base(file), hidden=hidden)
        )
        all_args = (*args, *extra.get(file, ()))
        if language == "assembly":
            all_args = assembler_args(all_args, arch)
        sources.append(
            Source(path=file, language=language, args=all_args, generated=file in tree.made)
        )
    zig = [s.path for s in sources if s.language == "zig"]
    if len(zig) > 1:
        errors.append(
            PlanError(
                f"`{place}.sources` names {len(zig)} Zig files: {', '.join(zig)}",
                hint="name the root file alone; it reaches the others with @import",
            )
        )
    return tuple(sources), errors


def arg_errors(args: Iterable[str], arch: str, place: str) -> list[PlanError]:
    """What of a component's flags cannot be given to the compiler."""
    errors: list[PlanError] = []
    for arg in args:
        if arg.split("=")[0] in NAMED and not arg.endswith("=native"):
            error = cpu_arg_error(arg, arch, place)
            errors += [error] if error else []
        else:
            errors += compile_arg_errors((arg,), place)
    return errors


def source_args(
    component: Compilation,
    language: str,
    ambient: Ambient,
    *,
    base: tuple[str, ...],
    hidden: bool,
) -> tuple[str, ...]:
    """Flags of a source: ours, the builder's, the standard, the config's, in this order."""
    undefs = tuple(f"-U{name}" for name in component.undef_macros)
    if language == "assembly":
        return (*component.extra_asm_args, *component.extra_compile_args, *undefs)
    cxx = "c++" in language
    standard = component.cxx_standard if cxx else component.c_standard
    return (
        *base,
        *(("-fvisibility=hidden",) if hidden else ()),
        *ambient.clock_flags,
        *(ambient.cxx_flags if cxx else ambient.c_flags),
        *((f"-std={standard}",) if standard else ()),
        *component.extra_compile_args,
        *(component.extra_cxx_args if cxx else component.extra_c_args),
        *undefs,
        *(f"-idirafter{folder}" for folder in ambient.include_dirs),
    )
