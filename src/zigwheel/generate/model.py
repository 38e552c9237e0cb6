"""What a generator is, and what one needs of this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from zigwheel.plan.files import digest
from zigwheel.plan.model import Input


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """Where and how generators run."""

    cache: Path
    """zigwheel's cache, which keeps what they make."""
    python: str
    """The Python of the build, which has what the project requires."""
    environ: Mapping[str, str]
    """The environment of what is run."""
    say: Callable[[str], None]
    """Takes what a tool said and did not mean as an error."""
    carried_only: bool = False
    """Run nothing: what the project does not carry is a `GenerateError`."""
    jobs: int = 1
    """Generators that run side by side."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Generator:
    """Something that makes files out of files. Whatever decides what it makes is in its `key`."""

    tool: str
    """What is run: `cython`, `command`."""
    place: str
    """TOML path of the setting that asks for it."""
    recipe: tuple[str, ...]
    """Options, names and whatever else decides the result beside the tool and the inputs."""
    inputs: tuple[Input, ...]
    """Files of the project, and generated ones, that are read."""
    outputs: tuple[str, ...]
    """Files that have to be there afterwards: globs, relative to the folder and to the project."""
    run: Callable[[Path], None] = field(compare=False)
    """Makes them in an empty folder, under their paths in the project. Raises `GenerateError`."""
    tools: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Distributions that take part, by name, and their versions; empty where one is not installed."""
    outside: tuple[Input, ...] = ()
    """Files of other distributions that are read, by path below a folder of `sys.path`."""
    for_all_targets: bool = True
    """It makes the same for every target, so that an sdist may carry the result."""
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What stands in a component's `sources`, and what takes its place there."""

    @property
    def key(self) -> str:
        """Name of the result: equal keys, equal files."""
        return digest_of(
            [self.request, sorted(self.tools.items()), [(i.path, i.sha256) for i in self.outside]]
        )

    @property
    def request(self) -> str:
        """What is asked for, whoever makes it: as `key`, without the tool's version."""
        inputs = [(i.path, i.sha256) for i in self.inputs]
        return digest_of([SCHEMA, self.tool, self.recipe, inputs, self.outputs])


SCHEMA = 1
"""Version of how generators are run; a change makes everything anew."""


def digest_of(value: object) -> str:
    """sha256 of a value's canonical JSON, in hexadecimal."""
    import hashlib
    import json

    text = json.dumps(value, sort_keys=True, default=list)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def inputs_of(files: Mapping[str, Path]) -> tuple[Input, ...]:
    """Files by path, with their digests, sorted by path."""
    return tuple(Input(path=path, sha256=digest(file)) for path, file in sorted(files.items()))
