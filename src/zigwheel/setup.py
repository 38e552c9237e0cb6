"""What every hook starts from: the project, its config for one target, this machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zigwheel.config.model import Config
from zigwheel.config.read import Project, load_config, read_project
from zigwheel.target.model import Host, Target
from zigwheel.target.stable import stable_abi

if TYPE_CHECKING:
    from zigwheel.borrowed.model import Kept
    from zigwheel.config.conditions import Conditions
    from zigwheel.config.dynamic import BuildState
    from zigwheel.config.metadata import Metadata
    from zigwheel.generate.model import Bench
    from zigwheel.plan.tree import Tree
    from zigwheel.target.interpreters import Places


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """Frozen before the first stage; a stage that needs more takes it as an argument."""

    project: Project
    """The project's folder and its `pyproject.toml`."""
    config: Config
    """`[tool.zigwheel]` for `target`."""
    target: Target | None
    """What to build for; None where nothing is compiled, so that no target matters."""
    host: Host
    """This machine."""
    settings: Mapping[str, Any]
    """PEP 517's `config_settings`."""
    environ: Mapping[str, str]
    """The environment, as the front end gave it."""
    packages: Mapping[str, Kept] = field(default_factory=dict)
    """Headers of distributions that an earlier build found, whose environment is gone."""
    jobs: int = 0
    """Processes that may run side by side; 0: one for each processor."""
    places: Places | None = None
    """Where headers of Pythons are looked for, if that is known; None: it is found out when needed."""

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.project.root

    @property
    def cache(self) -> Path:
        """zigwheel's cache folder. Raises `StorageError` where no setting and no home names one."""
        from zigwheel.target.host import cache_root

        if self.config.cache_dir:
            return self.root / self.config.cache_dir
        return cache_root(self.environ, self.host.os)

    @property
    def zig_packages(self) -> bool:
        """Whether there are Zig packages, for any target."""
        overrides = self.project.tool.get("overrides", ())
        return bool(self.config.dependencies or any("dependencies" in o for o in overrides))

    @property
    def compiles(self) -> bool:
        """Whether there is anything to compile."""
        return compiles(self.config)


def compiles(config: Config) -> bool:
    """Whether a config names anything to compile."""
    return bool(config.modules or config.library or config.executable)


def say(text: str) -> None:
    """Progress and warnings go to standard error; results never do."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def warn(text: str) -> None:
    """Say what may not be what the user meant."""
    say(f"zigwheel: warning: {text}")


def set_up(
    root: Path, settings: Mapping[str, Any], environ: Mapping[str, str], host: Host
) -> Setup:
    """Read the config twice: first to learn the target, then with the overrides for that target.

    Raises `ConfigError` and `TargetError`.
    """
    project = read_project(root)
    config = load_config(project, conditions=None, environ=environ, settings=settings, warn=warn)
    setup = Setup(
        project=project,
        config=config,
        target=None,
        host=host,
        settings=settings,
        environ=environ,
    )
    if not ("overrides" in project.tool or compiles(config)):
        return setup
    return for_target(setup, target_of(config, environ, host))


def for_target(setup: Setup, target: Target) -> Setup:
    """The same with another target, and the overrides as they are for that one."""
    config = setup.config
    if "overrides" in setup.project.tool:
        config = load_config(
            setup.project,
            conditions=conditions_of(config, target, setup.environ),
            environ=setup.environ,
            settings=setup.settings,
            warn=lambda text: None,
        )
    return replace(setup, config=config, target=target)


def slices_of(setup: Setup, target: Target) -> list[Setup]:
    """What is compiled: the setup itself, or for `universal2` one for each architecture."""
    slices = target.triple.slices
    if slices == (target.triple,):
        return [setup]
    return [for_target(setup, replace(target, triple=triple)) for triple in slices]


def target_of(config: Config, environ: Mapping[str, str], host: Host) -> Target:
    """The target that the config names, or this machine."""
    from zigwheel.target.parse import resolve_target

    return resolve_target(
        config.target,
        config.python,
        host=host,
        manylinux=config.manylinux,
        musllinux=config.musllinux,
        macosx=config.macosx,
        environ=environ,
    )


def native_target(setup: Setup) -> Target:
    """This machine and this Python as a target, whatever is built for."""
    foreign = ("_PYTHON_HOST_PLATFORM", "ARCHFLAGS")
    environ = {key: value for key, value in setup.environ.items() if key not in foreign}
    return target_of(replace(setup.config, target="", python=""), environ, setup.host)


def has_stubs(config: Config) -> bool:
    """Whether a config asks for type stubs, for which modules are imported here."""
    return any(extension.stubs for extension in config.modules)


def conditions_of(config: Config, target: Target, environ: Mapping[str, str]) -> Conditions:
    """What `if.*` of an override is held against."""
    from zigwheel.config.conditions import Conditions

    stable = stable_abi(target.python, config.py_api)
    return Conditions(
        os=target.triple.os,
        arch=target.triple.arch,
        libc=target.triple.libc,
        python=target.python.version,
        abi=stable.name if stable else target.python.abi,
        environ=environ,
    )


def bench_of(setup: Setup, cache: Path) -> Bench:
    """Where and how the sources of a project are generated."""
    from zigwheel.generate.model import Bench
    from zigwheel.target.system import cores

    return Bench(
        cache=cache,
        python=setup.host.executable,
        environ=setup.environ,
        say=say,
        jobs=setup.jobs or cores(),
    )


def tree_of(setup: Setup, target: Target | None, cache: Path) -> tuple[Tree, Config]:
    """The project's files with what is generated laid over them, and the config that goes with them."""
    if not generates(setup.config):
        from zigwheel.plan.tree import Tree

        return Tree(root=setup.root), setup.config
    from zigwheel.generate.stages import generated

    return generated(setup.root, setup.config, target, bench_of(setup, cache))


def metadata_of(setup: Setup, *, build_state: BuildState = "wheel") -> Metadata:
    """Core metadata of the project, for what is built. Raises `MetadataError`."""
    from zigwheel.config.metadata import load_metadata

    return load_metadata(
        setup.root,
        setup.project.table,
        setup.config.version,
        environ=setup.environ,
        build_state=build_state,
    )


def requires_for_sdist(setup: Setup) -> list[str]:
    """Requirements of a dynamic version, of what is generated where the sdist is to carry that, and Zig
    where it has to fetch packages of its own, or to build modules of which there are to be stubs."""
    carries = setup.config.sdist.generated
    sources = requires_for_sources(setup) if carries else []
    stubs = carries and has_stubs(setup.config)
    zig = lacking_zig(setup) if stubs or fetches_packages(setup) else []
    return [*requires_for_version(setup), *sources, *zig]


def requires_for_version(setup: Setup) -> list[str]:
    """What reading the metadata needs."""
    from zigwheel.config.metadata import requires_for_metadata

    return list(
        requires_for_metadata(
            setup.project.table, setup.config.version, root=setup.root, environ=setup.environ
        )
    )


def fetches_packages(setup: Setup) -> bool:
    """Whether an sdist carries Zig packages that are fetched."""
    if not setup.zig_packages:
        return False
    from zigwheel.plan.packages import every_package, fetches

    return fetches(setup.root, every_package(setup.root, setup.config, setup.project.tool))


def lacking_zig(setup: Setup) -> list[str]:
    """The requirement for Zig, if this machine lacks it."""
    from zigwheel.zig.toolchain import REQUIREMENT, find_zig

    found = find_zig(cache=setup.cache, environ=setup.environ, host=setup.host)
    return [] if found else [REQUIREMENT]


def requires_for_wheel(setup: Setup) -> list[str]:
    """What reading the metadata, compiling and generating need and this machine lacks: Zig, the target's headers."""
    requires = requires_for_version(setup)
    if setup.compiles:
        requires += lacking_zig(setup)
    targets = [native_target(setup)] if has_stubs(setup.config) else []
    targets += [setup.target] if setup.target is not None else []
    if any(lacks_headers(setup, target) for target in targets):
        from zigwheel.target.header_packs import REQUIREMENT as HEADERS

        requires.append(HEADERS)
    return [*requires, *requires_for_sources(setup)]


def requires_for_sources(setup: Setup) -> list[str]:
    """What generating sources needs, beside what `[build-system]` brings."""
    if not (generates(setup.config) or borrows(setup.config)):
        return []
    from zigwheel.generate.stages import requires

    system = setup.project.table.get("build-system", {})
    bench = bench_of(setup, setup.cache)
    return requires(setup.root, setup.config, system.get("requires", ()), bench)


def borrows(config: Config) -> bool:
    """Whether a config asks for headers of installed distributions."""
    from zigwheel.config.requirements import borrows_headers

    return any(map(borrows_headers, (*config.modules, *config.library, *config.executable)))


def generates(config: Config) -> bool:
    """Whether a config may ask for anything to be generated; looks at no file."""
    from zigwheel.plan.sources import CYTHON, SWIG, may_name

    return bool(config.generate or config.config_header or config.cython.shared) or any(
        extension.cffi or may_name(extension, CYTHON + SWIG) for extension in config.extension
    )


def lacks_headers(setup: Setup, target: Target) -> bool:
    """Whether something is compiled with the headers of the target's Python, and there are none."""
    if not setup.compiles or setup.config.python_headers or runs_with_headers(setup.host, target):
        return False
    if target.python.is_pypy:  # whose headers are in no pack
        return False
    from zigwheel.plan.resolve import common_stable_abi, uses_python
    from zigwheel.plan.tree import Tree
    from zigwheel.target.header_packs import REQUIREMENT, packs_here
    from zigwheel.target.headers import look_for_headers, ways_to_headers

    if not uses_python(Tree(root=setup.root), setup.config):
        return False
    stable = common_stable_abi(setup.config, target)
    found = look_for_headers(
        target.python,
        limited_api_minimum=stable.minimum if stable else None,
        host=setup.host,
        environ=setup.environ,
        packs=packs_here(setup.cache),
        places=setup.places,
    )
    if found.source is None:
        # Where no index has it, the front end fails with its name alone: this is shown before.
        say(
            f"zigwheel: no headers of Python {target.python} are on this machine, so {REQUIREMENT} "
            f"is asked for; to do without it, {ways_to_headers(target.python, setup.host)}, "
            "or say where they are with -C python-headers=PATH"
        )
    return found.source is None


def runs_with_headers(host: Host, target: Target) -> bool:
    """Whether the running Python is the target's and has headers: most builds need look no further."""
    kind = replace(host.python, free_threaded=target.python.free_threaded)
    return host.include is not None and kind == target.python
