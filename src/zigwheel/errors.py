"""The one exception tree.

Every failure that a user can cause or mend is a `ZigwheelError`; anything else that escapes is a bug
in zigwheel. A message names the place and quotes the value; `hint` is the next step. `exit_code` is
what the command line returns, unique for each class, so that a script can tell the causes apart.
"""

from __future__ import annotations

from collections.abc import Iterable


class ZigwheelError(Exception):
    """Any error that a person can mend; what fits none of the classes below."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        """What is wrong, where, with the value quoted."""
        self.hint = hint
        """What to do next; empty where the message already says it."""

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class ConfigError(ZigwheelError):
    """`pyproject.toml`, `-C` or `ZIGWHEEL_*` say something that cannot be followed."""

    exit_code = 3


class MetadataError(ZigwheelError):
    """`[project]` cannot become core metadata."""

    exit_code = 4


class TargetError(ZigwheelError):
    """A target is unknown, unsupported, or contradicts itself."""

    exit_code = 5


class HeadersError(ZigwheelError):
    """No headers were found for the target's Python, or a header pack is damaged."""

    exit_code = 6


class ToolchainError(ZigwheelError):
    """No usable Zig was found, or the one that was found does not run."""

    exit_code = 7


class PlanError(ZigwheelError):
    """The config is well-formed, but the files of the project do not fit it."""

    exit_code = 8


class CompileError(ZigwheelError):
    """The compiler or the linker refused; the message holds its words and the command."""

    exit_code = 9


class SdistError(ZigwheelError):
    """The sdist would not hold what the build needs."""

    exit_code = 10


class WheelError(ZigwheelError):
    """The contents of a wheel collide, or leave the archive."""

    exit_code = 11


class StorageError(ZigwheelError):
    """A file or folder could not be read or written: full disk, permissions."""

    exit_code = 12


class AuditError(ZigwheelError):
    """A wheel, or a file in it, does not keep what its tag promises, or cannot be read."""

    exit_code = 13


class GenerateError(ZigwheelError):
    """A source could not be generated: Cython or a command refused, or is not there."""

    exit_code = 14


class MatrixError(ZigwheelError):
    """The selection of wheels is empty, a manifest cannot be read, or wheels or tests of it failed."""

    exit_code = 15


class StoreError(ZigwheelError):
    """A store of blobs lacks one, has a damaged one, cannot take one, or cannot be reached."""

    exit_code = 16


class RecipeError(ZigwheelError):
    """A recipe cannot be read or followed, or what comes out is not what it says."""

    exit_code = 17


class UpstreamError(ZigwheelError):
    """An index cannot be reached, lacks a project, or answers with what is none of its pages."""

    exit_code = 18


class ServiceError(ZigwheelError):
    """An index of zigwheel's own cannot be opened or served, or refuses what is asked of it."""

    exit_code = 19


class ErrorCollection(ZigwheelError):
    """Several errors that were found in one pass, reported together."""

    def __init__(self, errors: Iterable[ZigwheelError]) -> None:
        self.errors = tuple(errors)
        """What was found, in the order in which it was found."""
        self.exit_code = self.errors[0].exit_code
        super().__init__("\n".join(str(error) for error in self.errors))


def raise_all(errors: Iterable[ZigwheelError]) -> None:
    """Raise what was collected: nothing, the one error itself, or an `ErrorCollection`."""
    found = tuple(errors)
    if len(found) == 1:
        raise found[0]
    if found:
        raise ErrorCollection(found)
