"""The folder that wheels come to lie in: each appears whole, by one rename, after it was checked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from zigwheel.errors import MatrixError
from zigwheel.lock import locked
from zigwheel.matrix.manifest import read_manifest
from zigwheel.matrix.model import Manifest, WheelResult
from zigwheel.plan.files import digest
from zigwheel.storage import patiently, told


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a run puts what it makes."""

    output: Path
    """The folder for whole wheels."""
    aside: Path
    """A folder beside it, on the same disk, for all that is not finished."""
    owners: dict[str, str] = field(default_factory=dict)
    """Identifiers by the file names of their wheels."""

    @property
    def journal(self) -> Path:
        """What has been finished, for `--resume`."""
        return self.aside / "journal.jsonl"

    def folder_for(self, identifier: str) -> Path:
        """An empty folder for the wheel of a job, or for a test.

        It has a name that no other run has: a build may outlive the run that was killed.
        """
        import tempfile

        work = self.aside / "work"
        with told("making a folder", self.aside):
            work.mkdir(exist_ok=True)
            return Path(tempfile.mkdtemp(prefix=f"{identifier}-", dir=work))

    def put(self, file: Path) -> None:
        """Put a copy of a file beside the wheels."""
        target = self.output / file.name
        if file.resolve() == target.resolve():
            return
        with told("writing", self.output):
            fresh = self.aside / file.name
            shutil.copyfile(file, fresh)
            patiently(os.replace, fresh, target)

    def accept(self, result: WheelResult, folder: Path) -> WheelResult:
        """Put the wheel of a job from `folder` into its place; a failure where another has its name."""
        if result.state != "built":
            return result
        owner = self.owners.setdefault(result.file, result.identifier)
        if owner != result.identifier:
            return replace(
                result,
                state="failed",
                error=f"{result.file} is also what {owner} gives: two targets have one tag\n"
                "  hint: leave one of them out, or give them different floors",
            )
        with told("writing a wheel", self.output):
            patiently(os.replace, folder / result.file, self.output / result.file)
            shutil.rmtree(folder, ignore_errors=True)
        return result

    def holds(self, result: WheelResult) -> bool:
        """Whether the wheel of an earlier run is there and is what it was."""
        file = self.output / result.file
        if not result.file or not file.is_file() or digest(file) != result.sha256:
            return False
        self.owners[result.file] = result.identifier
        return True

    def sweep(self, file: Path, manifest: Manifest) -> None:
        """Remove wheels of the same release that the manifest of an earlier run lists, and this one not.

        They would be published along with the new ones. What nobody listed is not touched.
        """
        try:
            earlier = read_manifest(file)
        except MatrixError:
            return
        if (earlier.name, earlier.version) != (manifest.name, manifest.version):
            return
        current = {wheel.file for wheel in manifest.wheels}
        for old in earlier.wheels:
            wheel = self.output / old.file
            gone = not old.file or old.file in current or not wheel.is_file()
            if not gone and digest(wheel) == old.sha256:
                wheel.unlink()

    def finish(self) -> None:
        """Remove what lies aside."""
        shutil.rmtree(self.aside, ignore_errors=True)


@contextmanager
def opened(output: Path) -> Iterator[Place]:
    """The place of a run; of an interrupted one, only the journal stays. Raises `MatrixError` if it is taken."""
    output = output.absolute()
    aside = output.with_name(f".{output.name}.partial")
    with told("making a folder", output):
        output.mkdir(parents=True, exist_ok=True)
        aside.mkdir(exist_ok=True)
    with locked(aside / "lock") as mine:
        if not mine:
            raise MatrixError(
                f"another `zigwheel wheels` writes to {str(output)!r}",
                hint="wait for it, or name another --output-dir",
            )
        try:
            yield Place(output=output, aside=aside)
        finally:
            shutil.rmtree(aside / "work", ignore_errors=True)
