"""Packages of the Debian archive, for any suite and architecture, beside the system's own apt.

apt checks signatures and hashes; its configuration, lists and cache are ours, in a folder that is
thrown away. Which mirror to ask is read from the system's own sources.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.foreign.python import Unavailable

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

CONFIG = """\
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Dir::State "{folder}/state";
Dir::State::status "{folder}/state/status";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferencesparts "-";
"""

PAUSES = (0, 5, 30, 90)
"""Seconds before each round of attempts: a mirror in the middle of a sync is whole again after a while."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Archive:
    """One suite for one architecture, with apt's own folder for it."""

    folder: Path
    """Holds the configuration, the lists and what is downloaded."""
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """Held while packages are downloaded: the folder is for one request at a time."""

    def apt_get(self, *words: str) -> None:
        """Run `apt-get`. Raises `Unavailable` with what it said."""
        done = subprocess.run(
            ["apt-get", "-qq", *words],
            cwd=self.folder,
            env={**os.environ, "APT_CONFIG": str(self.folder / "apt.conf"), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise Unavailable(f"apt-get {' '.join(words)}: {done.stderr.strip()}")

    def unpack(self, packages: Sequence[str], into: Path, *, alone: Sequence[str] = ()) -> None:
        """Unpack packages with all that they depend on, and those of `alone` without, into a folder.

        All are downloaded first, so that the folder stays as it is if one cannot be had.
        """
        with self.lock, tempfile.TemporaryDirectory(dir=self.folder) as temporary:
            if packages:
                self.apt_get("install", "--yes", "--download-only", *packages)
            if alone:
                self.apt_get("download", *alone)
            for found in self.folder.rglob("*.deb"):
                found.rename(Path(temporary, found.name))
            # dpkg-deb replaces a link that stands in the place of a package's folder, unlike dpkg.
            for name in ("bin", "sbin", "lib", "lib64"):
                (into / "usr" / name).mkdir(parents=True, exist_ok=True)
            for package in sorted(Path(temporary).iterdir()):
                subprocess.run(["dpkg-deb", "--extract", package, into], check=True)
        for name in ("lib", "lib64"):
            if not (into / name).exists():
                (into / name).symlink_to(f"usr/{name}")

    def source(self, package: str, into: Path) -> None:
        """Download a source package and put the archive of its upstream's source into a folder."""
        with self.lock:
            self.apt_get("source", "--download-only", package)
            (found,) = self.folder.glob("*.orig.tar.xz")
            shutil.move(found, into)


@functools.cache
def archive(suite: str, architecture: str, *, sources: bool = False) -> Archive:
    """The archive of a suite, opened once in a process: the lists are large. Raises `Unavailable`."""
    folder = tempfile.mkdtemp(prefix=f"{suite}-{architecture}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return open_archive(Path(folder), suite=suite, architecture=architecture, sources=sources)


def from_suites(
    suites: Sequence[str],
    architecture: str,
    get: Callable[[Archive], None],
    *,
    sources: bool = False,
    pauses: Sequence[float] = PAUSES,
    opened: Callable[..., Archive] = archive,
) -> None:
    """Get something from the first suite that has it, in several rounds since mirrors fail at times.

    Raises `Unavailable` with what the last round said.
    """
    for pause in pauses:
        time.sleep(pause)
        said = []
        for suite in suites:
            try:
                get(opened(suite, architecture, sources=sources))
                return
            except Unavailable as error:
                said.append(f"{suite} {architecture}: {error}")
        archive.cache_clear()
    raise Unavailable("\n".join(said))


def open_archive(folder: Path, *, suite: str, architecture: str, sources: bool = False) -> Archive:
    """Lists of a suite, fetched into `folder`. Raises `Unavailable`."""
    for tool in ("/usr/bin/apt-get", "/usr/bin/dpkg-deb", str(KEYRING)):
        if not os.path.exists(tool):
            raise Unavailable(
                f"{tool} is missing: the foreign interpreters come from Debian's archive"
            )
    kind = "deb-src" if sources else "deb"
    for part in ("state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    (folder / "state/status").touch()
    (folder / "sources.list").write_text(f"{kind} [signed-by={KEYRING}] {mirror()} {suite} main\n")
    (folder / "apt.conf").write_text(CONFIG.format(architecture=architecture, folder=folder))
    opened = Archive(folder=folder)
    opened.apt_get("update")
    return opened


def mirror(etc: Path = Path("/etc")) -> str:
    """Address of the mirror from which this system takes its own release's `main`."""
    release = (etc / "os-release").read_text(encoding="utf-8")
    names = dict(line.split("=", 1) for line in release.splitlines() if "=" in line)
    suite = names.get("VERSION_CODENAME", "").strip('"')
    if names.get("ID", "").strip('"') != "debian" or not suite:
        raise Unavailable("this system is not Debian, so its mirror has no packages of Debian's")
    for address, suites, components in apt_sources(etc / "apt"):
        if suite in suites and "main" in components:
            return address
    raise Unavailable(f"apt's sources name no mirror with {suite} main")


def apt_sources(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Address, suites and components of every entry of apt's sources (sources.list(5))."""
    files = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*.list"))]
    for file in filter(Path.is_file, files):
        for line in file.read_text(encoding="utf-8").splitlines():
            words = line.partition("#")[0].partition("]")
            rest = (words[2] or words[0]).split()
            rest = rest if words[1] else rest[1:]
            if line.split()[:1] == ["deb"] and len(rest) > 2:
                yield rest[0], rest[1:2], rest[2:]
    for file in sorted((folder / "sources.list.d").glob("*.sources")):
        for stanza in file.read_text(encoding="utf-8").split("\n\n"):
            lines = [
                line for line in stanza.splitlines() if ":" in line and not line.startswith("#")
            ]
            fields = {
                key.strip(): value.split() for key, _, value in (x.partition(":") for x in lines)
            }
            if "deb" in fields.get("Types", []) and fields.get("URIs"):
                yield fields["URIs"][0], fields.get("Suites", []), fields.get("Components", [])
