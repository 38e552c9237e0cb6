"""Wheels that are made again, by the index itself: `zigwheel rebuild` in a process of its own."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zigwheel.errors import StoreError
from zigwheel.index.model import File
from zigwheel.index.supply import Unavailable
from zigwheel.store.model import Store
from zigwheel.zig.execute import kill_group

SAID = 2000
"""Characters of a failed build's last words that are kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Builds:
    """Makes wheels by their recipes."""

    store: Store
    """Where recipes and sdists are, and wheels go."""
    where: str
    """The store, as a command line names it."""
    room: asyncio.Semaphore
    """As many builds as may run at once."""
    seconds: float
    """That one build may take."""
    options: Sequence[str] = ()
    """For `zigwheel rebuild`, such as `--find-links`."""
    environ: Mapping[str, str]
    """The environment of builds."""
    work: Path
    """A folder for what lasts as long as a build."""
    sandbox: Sequence[str] = ()
    """The start of a command that runs another with less rights."""

    @property
    def name(self) -> str:
        """For logs and numbers."""
        return "rebuild"

    async def fetch(self, file: File) -> None:
        """Make a file again. Raises `Unavailable`."""
        if not file.recipe:
            raise Unavailable("no recipe makes it")
        async with self.room:
            folder = self.work / f"build-{file.sha256[:16]}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            try:
                await self._build(file, folder)
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _build(self, file: File, folder: Path) -> None:
        recipe = folder / "release.recipe.json"
        try:
            with self.store.get(file.recipe) as stream:
                recipe.write_bytes(stream.read())
        except StoreError as error:
            raise Unavailable(f"its recipe cannot be read: {error.message}") from error
        words = [*self.sandbox, sys.executable, "-m", "zigwheel", "rebuild", str(recipe)]
        words += ["--wheel", file.filename, "--store", self.where, *self.options]
        said = folder / "said"
        with said.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                env={**self.environ, "TMPDIR": str(folder)},
                start_new_session=True,
            )
        try:
            await asyncio.wait_for(process.wait(), self.seconds)
        except asyncio.TimeoutError:
            raise Unavailable(f"the build takes more than {self.seconds:.0f} s") from None
        finally:
            if process.returncode is None:
                kill_group(process.pid)
                await process.wait()
        if process.returncode or file.sha256 not in self.store:
            words_said = said.read_text(encoding="utf-8", errors="replace")[-SAID:].strip()
            raise Unavailable(f"exit code {process.returncode}: {words_said}")
