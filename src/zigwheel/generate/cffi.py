"""cffi: scripts that describe a C interface become C, or a module that needs no compiler.

The script runs in a process of its own and is told that it runs on the target; whatever it reads,
what it says is what is kept, so that it may read anything.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from zigwheel.config.generators import Generate
from zigwheel.config.model import Config, Extension
from zigwheel.errors import GenerateError, ZigwheelError, raise_all
from zigwheel.generate.model import Bench, Generator, digest_of, inputs_of
from zigwheel.generate.packages import package_folder
from zigwheel.generate.run import said_by
from zigwheel.generate.store import with_made
from zigwheel.generate.tools import versions
from zigwheel.plan.files import escapes
from zigwheel.plan.flags import LANGUAGES
from zigwheel.plan.given import LISTS, with_given
from zigwheel.plan.needed import cffi_scripts
from zigwheel.plan.resolve import stable_abi_of
from zigwheel.plan.tree import Tree
from zigwheel.target.believed import LIE, Platform, believed
from zigwheel.target.model import Target

DRIVER = Path(__file__).with_name("cffi_driver.py")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a script said."""

    module: str
    """Name of the module."""
    api: bool
    """C is made, not a module of Python's."""
    ending: str
    """Suffix of the C or C++ source."""
    keywords: Mapping[str, Any]
    """What it gave to `set_source` beside name and source."""
    read: tuple[str, ...]
    """Files of the project that it read."""
    text: str
    """Source of the module."""


def requires(tree: Tree, config: Config) -> Sequence[str]:
    """cffi, where a script for it is named."""
    return ("cffi>=1.15",) if cffi_scripts(config) else ()


def laid(tree: Tree, config: Config, target: Target | None, bench: Bench) -> tuple[Tree, Config]:
    """Run the scripts of all extensions and entries, which say how the extensions are compiled."""
    generators: list[Generator] = []
    errors: list[ZigwheelError] = []
    extensions = []
    for index, extension in enumerate(config.extension):
        if extension.cffi and extension.enabled and target is not None:
            place = f"tool.zigwheel.extension[{index}].cffi"
            try:
                said = asked(tree, extension.cffi, place, target, bench)
                checked(said, config, extension, target, place)
                extension = with_keywords(tree, extension, said, place, bench)
                limited = stable_abi_of(config, extension, target) is not None
                extension = extension if limited else with_full_api(extension)
                generators.append(generator_of(tree, said, c_path(said), place))
            except ZigwheelError as error:
                errors.append(error)
        extensions.append(extension)
    for index, entry in enumerate(config.generate):
        if entry.cffi:
            place = f"tool.zigwheel.generate[{index}].cffi"
            try:
                generators.append(module_of(tree, config, entry, place, target, bench))
            except ZigwheelError as error:
                errors.append(error)
    raise_all(errors)
    return with_made(tree, generators, bench), replace(config, extension=tuple(extensions))


def c_path(said: Said) -> str:
    """Where the C lies: at the root, as what it includes is relative to that for setuptools, too."""
    return f"{said.module}.cffi{said.ending}"


def generator_of(tree: Tree, said: Said, output: str, place: str) -> Generator:
    """The generator of what has been said: it is made already, so that its text is its key."""
    return Generator(
        tool="cffi",
        place=place,
        recipe=(digest_of(said.text), output),
        inputs=inputs_of({path: tree.file(path) for path in said.read}),
        outputs=(output,),
        run=partial(written, said.text, output),
        tools=versions(["cffi", "pycparser"]),
    )


def written(text: str, output: str, folder: Path) -> None:
    """Write a source."""
    (folder / output).parent.mkdir(parents=True, exist_ok=True)
    (folder / output).write_text(text, encoding="utf-8", newline="\n")


def module_of(
    tree: Tree, config: Config, entry: Generate, place: str, target: Target | None, bench: Bench
) -> Generator:
    """The generator of a module that opens a library by its name when it runs."""
    said = asked(tree, entry.cffi, place, target, bench)
    if said.api:
        raise GenerateError(
            f"`{place}`: {entry.cffi!r} gives C to `set_source`, so it makes an extension module",
            hint=f'write `cffi = "{entry.cffi}"` into the `[[tool.zigwheel.extension]]` '
            f'with `name = "{said.module}"`',
        )
    package, _, name = said.module.rpartition(".")
    folder = package_folder(tree, config, package)
    if not folder:
        raise GenerateError(
            f"`{place}`: {entry.cffi!r} makes {said.module!r}, but the project has no package {package!r}",
            hint=f"looked for {'src/'}{package.replace('.', '/')} and {package.replace('.', '/')}; "
            "`tool.zigwheel.wheel.packages` says where others are",
        )
    return generator_of(tree, said, posixpath.normpath(f"{folder}/{name}.py"), place)


def asked(tree: Tree, value: str, place: str, target: Target | None, bench: Bench) -> Said:
    """Run a script, on the word of `target`. Raises `GenerateError` with its own words."""
    import subprocess
    import tempfile

    script, _, name = value.rpartition(":")
    if not tree.file(script).is_file():
        raise GenerateError(f"`{place}`: there is no file {script!r}", hint=nearest(tree, script))
    with tempfile.TemporaryDirectory(prefix="zigwheel-", ignore_cleanup_errors=True) as work:
        request = {
            "file": str(tree.file(script)),
            "script": script,
            "name": name,
            "lie": str(LIE),
            "folder": work,
            "believed": belief(target),
        }
        note = Path(work, "request.json")
        note.write_text(json.dumps(request), encoding="utf-8")
        words = [bench.python, "-X", "utf8", str(DRIVER), str(note)]
        try:
            code, said = said_by(words, tree.root, bench.environ)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise GenerateError(f"`{place}`: {script!r} cannot be run: {error}") from error
        if code != 0:
            raise failed(place, value, said)
        if said:
            bench.say(said)
        return reply(tree.root, Path(work))


def failed(place: str, value: str, said: str) -> GenerateError:
    """The error for a script that could not be run to its end."""
    last = said.splitlines()[-1] if said else "it said nothing"
    hint = ""
    if "No module named 'cffi'" in last:
        hint = "install cffi, or build with isolation"
    elif "ModuleNotFoundError" in last:
        hint = "name what the script imports in `[build-system] requires`"
    return GenerateError(f"`{place}`: {value!r} failed:\n{said or last}", hint=hint)


def nearest(tree: Tree, script: str) -> str:
    """A file beside the one that is not there, with a name like it."""
    from difflib import get_close_matches

    folder = posixpath.dirname(script)
    names = sorted(os.listdir(tree.root / folder)) if (tree.root / folder).is_dir() else []
    near = get_close_matches(posixpath.basename(script), names, 1)
    return f"did you mean {posixpath.join(folder, near[0])!r}?" if near else ""


def belief(target: Target | None) -> dict[str, Any]:
    """What the script is told of the platform and of Python, by the names that it asks for.

    Linux where nothing is compiled: one wheel is for all.
    """
    if target is None:
        return believed(Platform(os="linux", arch="x86_64"), (3, 12))
    return believed(
        Platform(
            os=target.triple.os,
            arch=target.triple.arch,
            libc=target.triple.libc,
            implementation=target.python.implementation,
            free_threaded=target.python.free_threaded,
        ),
        target.python.version,
    )


def reply(root: Path, work: Path) -> Said:
    """What the driver has left in `work`."""
    said = json.loads((work / "said.json").read_text(encoding="utf-8"))
    top = Path(os.path.realpath(root))
    return Said(
        module=said["module"],
        api=said["api"],
        ending=said["ending"],
        keywords=said["keywords"],
        read=tuple(Path(path).relative_to(top).as_posix() for path in said["read"]),
        text=(work / "text").read_text(encoding="utf-8"),
    )


def checked(said: Said, config: Config, extension: Extension, target: Target, place: str) -> None:
    """Raise `GenerateError` where the script and the table of its extension do not agree."""
    script = extension.cffi.rpartition(":")[0]
    if not said.api:
        raise GenerateError(
            f"`{place}`: {script!r} gives None to `set_source`, so it makes a module without C",
            hint=f'write it into a `[[tool.zigwheel.generate]]`, as `cffi = "{extension.cffi}"`',
        )
    if said.module != extension.name:
        raise GenerateError(
            f"`{place}`: {script!r} makes {said.module!r}, but the extension is {extension.name!r}",
            hint=f'write `name = "{said.module}"`, or give that name to `set_source`',
        )
    if said.ending not in LANGUAGES:
        raise GenerateError(
            f"`{place}`: {script!r} gives `source_extension={said.ending!r}`, which is no known language",
            hint=f"known: {' '.join(sorted(LANGUAGES))}",
        )
    if said.keywords.get("py_limited_api") is False and stable_abi_of(config, extension, target):
        raise GenerateError(
            f"`{place}`: {script!r} gives `py_limited_api=False`, but `py-api` is {config.py_api!r}",
            hint="write `py-limited-api = false` for this extension, or take it out of the script",
        )


def with_full_api(extension: Extension) -> Extension:
    """An extension for one Python: cffi's own header would choose the limited API otherwise."""
    macros = {"_CFFI_NO_LIMITED_API": True, **extension.define_macros}
    return replace(extension, define_macros=macros)


FOLDERS = ("include_dirs", "library_dirs")
"""Keywords that hold paths."""

ELSEWHERE = frozenset({"sources", "define_macros", "runtime_library_dirs", "language"})
SILENT = frozenset({"depends", "py_limited_api", "swig_opts"})
"""Keywords that are used elsewhere, or say nothing here: what a source includes is found anyway."""


def with_keywords(
    tree: Tree, extension: Extension, said: Said, place: str, bench: Bench
) -> Extension:
    """An extension with what its script gave to `set_source`; its table has the last word.

    Raises `GenerateError` for sources outside of the project.
    """
    words = said.keywords
    for name in sorted(words.keys() - {*LISTS, *ELSEWHERE, *SILENT}):
        if words[name]:
            bench.say(f"zigwheel: warning: `{place}`: `set_source({name}=...)` has no meaning here")
    lists: dict[str, list[str]] = {}
    for name in LISTS:
        given = [str(item) for item in words.get(name) or ()]
        if name in FOLDERS:
            given = [in_project(tree.root, path) for path in given]
        if name.startswith("extra_"):
            given = without_msvc(given, f"{place}: {name}", bench)
        lists[name] = given
    lists["extra_link_args"] += [f"-Wl,-rpath,{f}" for f in words.get("runtime_library_dirs") or ()]
    # linked as setuptools does; the suffix says how it is compiled
    lists["libraries"] += ["stdc++"] if words.get("language") == "c++" else []
    macros = {name: True if value is None else value for name, value in pairs(words)}
    sources = [in_project(tree.root, str(path)) for path in words.get("sources") or ()]
    raise_all(outside(place, path) for path in sources if escapes(path))
    more = (path for path in sources if path not in extension.sources)
    extension = replace(extension, sources=(c_path(said), *extension.sources, *more))
    return with_given(extension, lists, macros)


def pairs(words: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """The macros of a script: pairs, of which the value may be absent, as setuptools takes them."""
    for item in words.get("define_macros") or ():
        yield (item, None) if isinstance(item, str) else (item[0], item[1] if item[1:] else None)


def without_msvc(args: list[str], place: str, bench: Bench) -> list[str]:
    """`args` without the options that only Microsoft's tools take, which scripts give for Windows."""
    for arg in args:
        if arg.startswith("/"):
            bench.say(f"zigwheel: `{place}`: left out {arg!r}, an option of MSVC")
    return [arg for arg in args if not arg.startswith("/")]


def in_project(root: Path, path: str) -> str:
    """A path as a script has it, relative to the project where it lies in that."""
    if os.path.isabs(path):
        whole, top = os.path.realpath(path), os.path.realpath(root)
        if not Path(whole).is_relative_to(top):
            return path
        path = os.path.relpath(whole, top)
    return os.path.normpath(path).replace(os.sep, "/")


def outside(place: str, path: str) -> GenerateError:
    """The error for a source that no sdist can hold."""
    return GenerateError(
        f"`{place}`: `sources` of `set_source` names {path!r}, which lies outside the project",
        hint="copy it into the project (a folder such as `vendor/`): an sdist can only hold what is inside",
    )
