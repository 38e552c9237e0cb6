"""`[tool.zigwheel.cython]` and `[[tool.zigwheel.generate]]`, described once, as all settings in `model.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated

from zigwheel.config.forms import (
    CffiScript,
    Directive,
    DottedName,
    FileName,
    Mark,
    ProjectPath,
    Requirement,
    Unless,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CythonSettings:
    """`[tool.zigwheel.cython]`: how `.pyx` sources become C or C++."""

    requires: tuple[Requirement, ...] = ("Cython>=3",)
    """What a build needs that translates with Cython; asked for unless `[build-system]` names Cython
    already.
    """
    directives: Mapping[Directive, str | int | bool] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Compiler directives, such as `{ boundscheck = false, language_level = 3 }`. They go before
    those that stand in a source.
    """
    include_path: tuple[str, ...] = ()
    """Folders of the project that are searched for `.pxd` and `.pxi` files, beside its root and those
    of the packages.
    """
    shared: DottedName = ""
    """Name of an extension that holds Cython's utility code for all others, such as
    `fastsum._cyutility`. It needs an `[[tool.zigwheel.extension]]` with one source, a `.c` or `.cpp`
    that Cython makes. Needs Cython 3.2.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Generate:
    """`[[tool.zigwheel.generate]]`: files that a command makes, once for all targets."""

    name: FileName
    """Name of the entry, for messages."""
    command: Annotated[tuple[str, ...], Mark.REQUIRED, Unless("cffi")] = ()
    """The words of the command, which runs in the project's folder. `{python}` stands for the Python
    that builds, `{overlay}` for the folder to write to, under the paths that the files would have in
    the project; a word that is `{inputs}` for all files of `inputs`.
    """
    inputs: tuple[str, ...] = ()
    """Globs of the files that the command reads, its own program among them. It runs again when one
    of them has changed.
    """
    outputs: Annotated[tuple[ProjectPath, ...], Mark.REQUIRED, Unless("cffi")] = ()
    """The files that it makes, as paths in the project, where they are found as if they lay there."""
    requires: tuple[Requirement, ...] = ()
    """What has to be installed for the command."""
    in_copy: bool = False
    """Run it in a copy of its inputs, and take `outputs` from there: for a command that writes beside
    what it reads.
    """
    cffi: CffiScript = ""
    """In place of `command` and `outputs`: a script that calls `ffi.set_source("NAME", None)`, and the
    name in it of the `FFI` object, such as `src/fastsum/_build.py:ffibuilder`. The module that cffi
    makes of it goes into the wheel.
    """
