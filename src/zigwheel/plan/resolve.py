"""(Config, Target) becomes a BuildPlan. Reads the project's files; runs nothing."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from zigwheel.config.model import Compilation, Config, Executable, Extension, Library
from zigwheel.config.requirements import borrows_headers, wanted_by
from zigwheel.errors import PlanError, raise_all
from zigwheel.plan.cpus import machine_args
from zigwheel.plan.elf import elf_errors
from zigwheel.plan.files import digest
from zigwheel.plan.flags import Ambient, base_args, link_options
from zigwheel.plan.includes import Look, Reach, content, may_see_python, scan
from zigwheel.plan.machine import cpu
from zigwheel.plan.macos import macos_options, no_frameworks
from zigwheel.plan.model import Artifact, BuildPlan, Input, Kind, Package, Source
from zigwheel.plan.nanobind import missing_parts, with_nanobind
from zigwheel.plan.packages import own_links, package_files, package_links, resolved
from zigwheel.plan.sources import include_dir_errors, source_files, typed_sources
from zigwheel.plan.tree import GENERATED, Tree
from zigwheel.plan.windows import windows_errors, windows_options
from zigwheel.target.model import Target
from zigwheel.target.python import StableName, suffix
from zigwheel.target.stable import StableAbi, stable_abi

KINDS: dict[type[Compilation], Kind] = {
    Extension: "extension",
    Library: "library",
    Executable: "executable",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An artifact and what its resolution found beside it."""

    artifact: Artifact
    """Complete, but for what only the whole plan knows."""
    reached: frozenset[str]
    """Files of the project that its sources can reach."""


def resolve(
    tree: Tree,
    config: Config,
    target: Target,
    *,
    name: str,
    zig: str,
    headers: str,
    ambient: Ambient,
    packages: Sequence[Package] = (),
    is_header: Callable[[str], bool] = lambda name: True,
) -> BuildPlan:
    """The plan of all artifacts of `config` for `target`.

    `tree` is the project with what was generated for it, `name` the distribution's, `zig` the compiler's version,
    `headers` the digest of the target Python's headers, and `ambient` what this machine adds.
    `packages` are the distributions that `include-from` names, and parts of them. `is_header` tells
    whether Python has a header of a name. Raises `PlanError`, all at once.
    """
    errors: list[PlanError] = []
    drafts: dict[str, Draft] = {}
    for place, component in in_link_order(config):
        draft, found = draft_of(tree, config, component, target, ambient, place, is_header)
        errors += found
        drafts[place] = draft
    raise_all([*errors, *missing_parts(config, packages)])
    artifacts = tuple(d.artifact for d in drafts.values())
    artifacts = with_nanobind(artifacts, config, target, ambient)
    links = (link for a in artifacts for link in a.zig_links)
    zig_packages = resolved(tree.root, config, links)
    own = (tree.own(d.reached) for d in drafts.values())
    theirs = (package_files(tree.root, package) for package in zig_packages)
    reached = sorted(tree.inputs.union(*own, *theirs))
    python = any(a.uses_python for a in artifacts)
    return BuildPlan(
        name=name,
        zig=zig,
        triple=target.triple.zig,
        python=target.python.abi if python else "",
        headers=headers if python else "",
        artifacts=linked(artifacts),
        zig_packages=zig_packages,
        inputs=tuple(Input(path=path, sha256=digest(tree.root / path)) for path in reached),
        packages=tuple(package for package in packages if package.name in used_by(artifacts)),
    )


def used_by(artifacts: Iterable[Artifact]) -> set[str]:
    """Names of the packages whose headers or sources are read for `artifacts`."""
    return {n for a in artifacts for n in (*a.packages, *(s.package for s in a.sources))}


def uses_python(tree: Tree, config: Config) -> bool:
    """Whether anything of `config` is compiled with Python's headers."""
    if config.modules:
        return True
    for place, component in in_link_order(config):
        files, _ = source_files(tree, component, place)
        if borrows_headers(component) or scan(tree, files, component.include_dirs).python:
            return True
    return False


def in_link_order(config: Config, *, every: bool = False) -> list[tuple[str, Compilation]]:
    """TOML path and component: libraries after those that they link, then the rest as written.

    `every` asks for extensions that are not built for the target, too.
    """
    libraries = {library.name: (i, library) for i, library in enumerate(config.library)}
    done: dict[str, tuple[str, Compilation]] = {}

    def visit(name: str) -> None:
        index, library = libraries[name]
        for other in own_links(config, library):
            if other not in done:
                visit(other)
        done.setdefault(name, (f"tool.zigwheel.library[{index}]", library))

    for name in libraries:
        visit(name)
    rest: list[tuple[str, Compilation]] = [
        *(
            (f"tool.zigwheel.extension[{i}]", e)
            for i, e in enumerate(config.extension)
            if e.enabled or every
        ),
        *((f"tool.zigwheel.executable[{i}]", e) for i, e in enumerate(config.executable)),
    ]
    return [*done.values(), *rest]


def draft_of(
    tree: Tree,
    config: Config,
    component: Compilation,
    target: Target,
    ambient: Ambient,
    place: str,
    is_header: Callable[[str], bool],
) -> tuple[Draft, list[PlanError]]:
    """One artifact; errors instead of an exception, so that all are reported at once."""
    kind = KINDS[type(component)]
    optimize = component.optimize or config.optimize
    files, errors = source_files(tree, component, place)
    errors += include_dir_errors(tree, component.include_dirs, place)
    options, found = link_options(
        component.extra_link_args,
        component.libraries,
        component.library_dirs,
        f"{place}.extra-link-args",
    )
    errors += found
    lto = config.lto if component.lto is None else component.lto
    if target.triple.os == "windows":
        errors += windows_errors(options, lto=lto, place=place)
        options = windows_options(options)
    if target.triple.os == "macos":
        errors += elf_errors(options, "macos", lto=lto, place=place)
        options = macos_options(options)
    elif options.frameworks:
        errors.append(no_frameworks(options, target.triple.os, place=place))
    if not options.libraries:
        ambient = replace(ambient, include_dirs=(), library_dirs=())
    hidden = hides(config, component)
    looks: dict[str, Look] = {}
    reach = scan(tree, files, component.include_dirs, looks)
    if not reach.clock:
        ambient = replace(ambient, clock_flags=())
    arch = target.triple.arch
    reaches = {f: scan(tree, [f], component.include_dirs, looks) for f in files}
    # the headers of a distribution for Python may include `Python.h`
    borrows = borrows_headers(component)
    sees = {f: borrows or may_see_python(r, is_header) for f, r in reaches.items()}

    def base(file: str) -> tuple[str, ...]:
        return base_args(optimize, target, config.py_api, python=sees[file])

    sources, found = typed_sources(
        tree, component, files, ambient, base=base, hidden=hidden, arch=arch, place=place
    )
    errors += found
    dispatch = reach.dispatch and not component.cpu
    sources = tuple(
        replace(s, args=machine_args(s.args, arch, dispatch=dispatch))
        if s.language not in ("zig", "assembly")
        else s
        for s in sources
    )
    stable = stable_abi_of(config, component, target)
    name: StableName = stable.name if stable else ""
    own = tuple(f"-D{macro}={value}" for macro, value in stable_macros(component, stable))
    sources = tuple(
        with_reach(tree, replace(s, python=sees[s.path]), reaches[s.path], looks, own)
        for s in sources
    )
    artifact = Artifact(
        kind=kind,
        name=component.name,
        output=output_name(component, target, name),
        install=install_path(component, target, name),
        sources=sources,
        include_dirs=include_dirs(tree, component.include_dirs, reach.files - set(files)),
        macros=macros(component),
        uses_python=kind == "extension" or reach.python or borrows,
        packages=union(tuple(wanted.name for wanted in wanted_by(component, place))),
        stable_abi=name,
        link=own_links(config, component),
        zig_links=package_links(config, component),
        libraries=options.libraries,
        library_dirs=(*options.library_dirs, *ambient.library_dirs),
        frameworks=options.frameworks,
        link_options=options.options,
        rpaths=options.rpaths,
        exports=exports(component),
        link_cxx=options.cxx or any("c++" in s.language for s in sources),
        optimize=optimize,
        lto=lto,
        strip=config.strip if component.strip is None else component.strip,
        cpu=target.triple.cpu if not component.cpu else cpu(component.cpu, target.triple),
        optional=isinstance(component, Extension) and component.optional and not config.strict,
    )
    return Draft(artifact=artifact, reached=reach.files), errors


def with_reach(
    tree: Tree, source: Source, reach: Reach, looks: dict[str, Look], own: tuple[str, ...]
) -> Source:
    """A source with what it can reach: a digest of all that, and the folder that goes with its own.

    `own` are flags of what sees Python's headers alone.
    """
    folder = posixpath.dirname(source.path)
    quoted = lies_in(folder, (p for p in reach.files if p != source.path and p in tree.made))
    other = f"{GENERATED}/{folder}".rstrip("/") if quoted else ""
    beside = (folder or ".") if source.generated and (tree.root / folder).is_dir() else ""
    return replace(
        source,
        args=(*source.args, *own) if source.python and source.language != "zig" else source.args,
        quoted=tuple(filter(None, (other, beside))),
        content=content(reach, looks)[:32],
    )


def include_dirs(tree: Tree, folders: tuple[str, ...], included: Iterable[str]) -> tuple[str, ...]:
    """Include folders of a component; that among the generated files first, where one is included."""
    generated = [path for path in included if path in tree.made]
    found: list[str] = []
    for written in folders:
        folder = os.path.normpath(written).replace(os.sep, "/")
        if not os.path.isabs(written) and lies_in("" if folder == "." else folder, generated):
            found.append(f"{GENERATED}/{folder}".removesuffix("/."))
        if os.path.isabs(written) or (tree.root / folder).is_dir():
            found.append(folder)
    return tuple(found)


def lies_in(folder: str, paths: Iterable[str]) -> bool:
    """Whether one of `paths` is below `folder`, which is empty for the root."""
    return any(path.startswith(f"{folder}/" if folder else "") for path in paths)


def exports(component: Compilation) -> tuple[str, ...]:
    """Symbols that an extension shows: its init function (PEP 489; PEP 793 from 3.15), and what is asked for."""
    if not isinstance(component, Extension):
        return ()
    mark = "" if component.name.isascii() else "U"
    # what PyPy's own cffi looks for in place of the init function
    pypy = ("_cffi_pypyinit_*",) if component.cffi else ()
    return (f"PyInit{mark}_*", f"PyModExport{mark}_*", *pypy, *component.export_symbols)


def hides(config: Config, component: Compilation) -> bool:
    """Whether symbols are compiled hidden: nobody asked to export any that this component may define."""
    if isinstance(component, Executable):
        return False
    if isinstance(component, Extension):
        return not component.export_symbols
    return not any(
        e.export_symbols and component.name in reachable(config, e) for e in config.modules
    )


def reachable(config: Config, component: Compilation) -> set[str]:
    """Names of the static libraries that a component links, at first or second hand."""
    libraries: Mapping[str, Library] = {library.name: library for library in config.library}
    found: set[str] = set()
    pending = list(own_links(config, component))
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(own_links(config, libraries[name]))
    return found


def linked(artifacts: tuple[Artifact, ...]) -> tuple[Artifact, ...]:
    """Artifacts with their libraries closed over: dependents first, so that an archive comes before what it needs."""
    libraries = {a.name: a for a in artifacts if a.kind == "library"}

    def closure(names: tuple[str, ...]) -> list[str]:
        order: list[str] = []
        for name in names:
            for item in (name, *closure(libraries[name].link)):
                if item in order:
                    order.remove(item)
                order.append(item)
        return order

    def close(artifact: Artifact) -> Artifact:
        if artifact.kind == "library" or not artifact.link:
            return artifact
        names = closure(artifact.link)
        parts = [libraries[n] for n in names]
        return replace(
            artifact,
            link=tuple(names),
            zig_links=union(artifact.zig_links, *(p.zig_links for p in parts)),
            libraries=union(artifact.libraries, *(p.libraries for p in parts)),
            library_dirs=union(artifact.library_dirs, *(p.library_dirs for p in parts)),
            frameworks=union(artifact.frameworks, *(p.frameworks for p in parts)),
            link_cxx=artifact.link_cxx or any(p.link_cxx for p in parts),
        )

    return tuple(close(a) for a in artifacts)


def union(*groups: tuple[str, ...]) -> tuple[str, ...]:
    """All items, each once, in order of their first appearance."""
    return tuple(dict.fromkeys(item for group in groups for item in group))


def stable_abi_of(config: Config, component: Compilation, target: Target) -> StableAbi | None:
    """The stable ABI that a component is built against for this target; None for most."""
    if not isinstance(component, Extension) or component.py_limited_api is False:
        return None
    return stable_abi(target.python, config.py_api)


def common_stable_abi(config: Config, target: Target) -> StableAbi | None:
    """The stable ABI that every extension is built against; None if one of them is not."""
    found = {stable_abi_of(config, extension, target) for extension in config.modules}
    return found.pop() if len(found) == 1 else None


def macros(component: Compilation) -> tuple[tuple[str, str], ...]:
    """The config's macros, sorted by name."""
    values = {
        name: "1" if value is True else str(value)
        for name, value in component.define_macros.items()
        if value is not False
    }
    return tuple(sorted(values.items()))


def stable_macros(component: Compilation, stable: StableAbi | None) -> tuple[tuple[str, str], ...]:
    """Macros that select a stable ABI, sorted by name, where the config has no word on them."""
    given = component.define_macros
    return tuple(
        sorted(m for m in (stable.macros if stable else ()) if given.get(m[0], False) is False)
    )


def output_name(component: Compilation, target: Target, stable: StableName) -> str:
    """File name of an artifact."""
    if isinstance(component, Extension):
        stem = component.name.rpartition(".")[2]
        return stem + suffix(target.python, target.triple, stable_abi=stable)
    if isinstance(component, Library):
        return f"lib{component.name}.a"
    return component.name + (".exe" if target.triple.os == "windows" else "")


def install_path(component: Compilation, target: Target, stable: StableName) -> str:
    """Where an artifact lies in the wheel; `{scripts}` stands for the wheel's scripts folder."""
    file = output_name(component, target, stable)
    if isinstance(component, Extension):
        return "/".join([*component.name.split(".")[:-1], file])
    if isinstance(component, Executable):
        return f"{component.install or '{scripts}'}/{file}"
    return ""
