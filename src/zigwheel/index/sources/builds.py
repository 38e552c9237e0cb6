"""Wheels that are made again, by the index itself: `zigwheel rebuild` in a process of its own."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from zigwheel.errors import StoreError, ZigwheelError
from zigwheel.index.model import File
from zigwheel.index.shelf.publish import read_recipe
from zigwheel.index.sources.supply import Busy, Unavailable
from zigwheel.store.model import Store
from zigwheel.zig.execute import kill_group

SAID = 2000
"""Characters of a failed build's last words that are kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Builds:
    """Makes wheels by their recipes."""

    store: Store
    """Where recipes and sdists are, and wheels go."""
    room: asyncio.Semaphore
    """As many builds as may run at once."""
    most_waiting: int
    """Builds that may wait for that."""
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
    waiting: set[str] = field(default_factory=set)
    """The sha256 of each file whose build waits."""

    @property
    def name(self) -> str:
        """For logs and numbers."""
        return "rebuild"

    async def fetch(self, file: File) -> None:
        """Make a file again. Raises `Unavailable`."""
        if not file.recipe:
            raise Unavailable("no recipe makes it")
        if self.room.locked() and len(self.waiting) >= self.most_waiting:
            raise Busy(f"{len(self.waiting)} builds are waiting already")
        self.waiting.add(file.sha256)
        try:
            await self.room.acquire()
        finally:
            self.waiting.discard(file.sha256)
        folder = self.work / f"build-{file.sha256[:16]}"
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            await self._build(file, folder)
        finally:
            self.room.release()
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _build(self, file: File, folder: Path) -> None:
        """First what may need a network and runs nothing foreign; then the build, in the sandbox."""
        end = asyncio.get_running_loop().time() + self.seconds
        recipe, sdist = await asyncio.to_thread(self._laid_out, file, folder)
        rebuild = [sys.executable, "-m", "zigwheel", "rebuild", str(recipe), *self.options]
        await self._run([*rebuild, "--prepare"], folder, end)
        made = folder / "made"
        words = ["--wheel", file.filename, "--sdist", str(sdist), "-o", str(made), "--no-index"]
        await self._run([*self.sandbox, *rebuild, *words], folder, end)
        try:
            await asyncio.to_thread(self.store.put, made / file.filename, file.sha256)
        except StoreError as error:
            raise Unavailable(f"what was built cannot be kept: {error.message}") from error

    def _laid_out(self, file: File, folder: Path) -> tuple[Path, Path]:
        """The recipe and the sdist as files: a sandbox does not have to reach the store."""
        recipe, sdist = folder / "release.recipe.json", folder / "release.tar.gz"
        try:
            with self.store.get(file.recipe) as stream:
                data = stream.read()
            recipe.write_bytes(data)
            wanted = read_recipe(data).sdist.sha256
            with self.store.get(wanted) as stream, sdist.open("wb") as into:
                shutil.copyfileobj(stream, into)
        except ZigwheelError as error:
            raise Unavailable(f"its recipe cannot be followed: {error.message}") from error
        return recipe, sdist

    async def _run(self, words: Sequence[str], folder: Path, end: float) -> None:
        """Run a step of a build. Raises `Unavailable` with its last words if it fails."""
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
            left = end - asyncio.get_running_loop().time()
            await asyncio.wait_for(process.wait(), left)
        except asyncio.TimeoutError:
            raise Unavailable(f"the build takes more than {self.seconds:.0f} s") from None
        finally:
            if process.returncode is None:
                kill_group(process.pid)
                await process.wait()
        if process.returncode:
            last = said.read_text(encoding="utf-8", errors="replace")[-SAID:].strip()
            raise Unavailable(f"exit code {process.returncode}: {last}")
