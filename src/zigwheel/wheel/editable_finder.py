"""Import hook of one editable install: the package `_editable_NAME` in site-packages.

Pure modules are imported from the project's folder, extension modules from site-packages. It stands
alone: zigwheel need not be installed where it runs. Python 3.9 or newer.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

OWN = os.path.dirname(os.path.abspath(__file__))
HERE = os.path.dirname(OWN)
SKIP = "ZIGWHEEL_EDITABLE_SKIP"


class Finder:
    """Finds the modules of one distribution (a meta path finder, PEP 451)."""

    def __init__(
        self,
        *,
        distribution: str,
        packages: dict[str, str],
        extensions: dict[str, str],
        rebuild: dict[str, Any] | None,
    ) -> None:
        """`packages` maps modules to absolute paths of files or folders, `extensions` maps modules to
        paths relative to site-packages, `rebuild` holds the arguments of `Rebuild`.
        """
        self.distribution = distribution
        self.packages = {name: local(place) for name, place in packages.items()}
        self.extensions = extensions
        self.rebuild = Rebuild(distribution, extensions, **rebuild) if rebuild else None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module of this distribution; None for those that ordinary paths lead to."""
        extension = self.extensions.get(fullname)
        place = self.packages.get(fullname)
        if extension is None and place is None:
            return None
        if self.rebuild is not None:
            self.rebuild.run_once()
        if extension is not None:
            return extension_spec(fullname, os.path.join(HERE, extension))
        return self.package_spec(fullname, place or "", path)

    def package_spec(
        self, fullname: str, place: str, path: Sequence[str] | None
    ) -> ModuleSpec | None:
        """The spec of a package or pure module in the project."""
        from importlib.util import spec_from_file_location

        if os.path.isfile(place):
            return spec_from_file_location(fullname, place)
        start = os.path.join(place, "__init__.py")
        if not os.path.isfile(start):
            return namespace_spec(fullname, path)
        # behind the project's folder comes the one with the built files, for what lists `__path__`
        built = os.path.join(HERE, *fullname.split("."))
        folders = [place, built] if os.path.isdir(built) else [place]
        return spec_from_file_location(fullname, start, submodule_search_locations=folders)

    def namespace_folder(self, fullname: str) -> str:
        """This distribution's folder of a namespace package; empty if it has none."""
        place = self.packages.get(fullname, "")
        return place if os.path.isdir(place) else ""


def local(path: str) -> str:
    """A path as this process has to write it: settings are UTF-8, its file system's encoding may differ."""
    if path.isascii() or os.name != "posix":
        return path
    return os.fsdecode(path.encode("utf-8", "surrogateescape"))


def extension_spec(fullname: str, file: str) -> ModuleSpec | None:
    """The spec of an extension module; None if its file is gone."""
    from importlib.machinery import ExtensionFileLoader
    from importlib.util import spec_from_file_location

    if not os.path.isfile(file):
        return None
    return spec_from_file_location(fullname, file, loader=ExtensionFileLoader(fullname, file))


def namespace_spec(fullname: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """The spec of a namespace package; None if ordinary paths lead to a regular package instead."""
    from importlib.machinery import ModuleSpec, PathFinder

    native = PathFinder.find_spec(fullname, path)
    if native is not None and native.loader is not None:
        return None
    spec = ModuleSpec(fullname, None, is_package=True)
    spec.submodule_search_locations = NamespacePath(fullname)
    return spec


class NamespacePath(list):  # type: ignore[type-arg]
    """`__path__` of a namespace package: the folders of editable installs, and those of `sys.path`.

    It follows `sys.path` and new editable installs as the interpreter's own namespace paths do.
    `importlib.resources` knows a namespace by the word NamespacePath in the text of its path.
    """

    def __init__(self, fullname: str) -> None:
        super().__init__()
        self.fullname = fullname
        self.seen: object = None
        self.refresh()

    def refresh(self) -> None:
        """Look again, if the folders above or the finders have changed."""
        from importlib.machinery import PathFinder

        parent = self.fullname.rpartition(".")[0]
        above = tuple(sys.modules[parent].__path__) if parent in sys.modules else tuple(sys.path)
        finders = [f for f in sys.meta_path if hasattr(f, "namespace_folder")]
        if self.seen == (above, finders):
            return
        self.seen = above, finders
        folders = [f.namespace_folder(self.fullname) for f in finders]
        native = PathFinder.find_spec(self.fullname, above if parent else None)
        if native is not None and native.loader is None:
            folders += native.submodule_search_locations or []
        super().__setitem__(slice(None), dict.fromkeys(filter(None, folders)))

    def __iter__(self) -> Iterator[str]:
        self.refresh()
        return super().__iter__()

    def __len__(self) -> int:
        self.refresh()
        return super().__len__()

    def __getitem__(self, index: Any) -> Any:
        self.refresh()
        return super().__getitem__(index)

    def __contains__(self, item: object) -> bool:
        self.refresh()
        return super().__contains__(item)

    def __repr__(self) -> str:
        return f"NamespacePath({list(self)!r})"


class Rebuild:
    """Brings the extension modules up to date, once in a process, before the first is imported."""

    def __init__(
        self,
        distribution: str,
        extensions: dict[str, str],
        *,
        command: list[str],
        folder: str,
        environment: dict[str, str],
        stamp: str,
        watched: list[str],
        others: list[str],
    ) -> None:
        """See `RebuildSpec` in zigwheel for the last six."""
        from _thread import allocate_lock

        self.distribution = distribution
        self.files = sorted([*extensions.values(), *others])
        self.command = command
        self.folder = local(folder)
        self.environment = environment
        self.stamp = local(stamp)
        self.watched = [local(path) for path in watched]
        self.done = False
        self.lock = allocate_lock()

    def run_once(self) -> None:
        """Rebuild unless this process has done so. Raises ImportError with the compiler's words."""
        if self.done or os.environ.get(SKIP, "0") not in ("", "0"):
            return
        with self.lock:
            if not self.done:
                stamp = self.stamp_file()
                if not self.fresh(stamp):
                    with Locked(f"{stamp}.lock") as alone:
                        # another process may have been faster
                        if not self.fresh(stamp):
                            self.run(stamp, alone)
                self.done = True

    def stamp_file(self) -> str:
        """The stamp of this environment: another one has built files of its own."""
        import zlib

        return f"{self.stamp}-{zlib.crc32(os.fsencode(HERE)):08x}"

    def state(self) -> str:
        """The watched files and folders, and the built files, as they are now: a line for each."""
        built = [os.path.join(HERE, file) for file in self.files]
        return "".join(
            f"{path!r} {signs(os.path.join(self.folder, path))}\n"
            for path in [*self.watched, *built]
        )

    def fresh(self, stamp: str) -> bool:
        """Whether nothing that is watched has changed since the last rebuild."""
        if not self.watched:
            return False
        try:
            with open(stamp, encoding="utf-8", errors="surrogateescape") as file:
                return file.read() == self.state()
        except OSError:
            return False

    def run(self, stamp: str, alone: bool) -> None:
        """Run the command and put what it has built in place."""
        import shutil
        import tempfile

        # a change during the build shall count as one after it: so what is watched is looked at first
        before = self.state() if self.watched else ""
        if alone:
            # any such folder is what a killed process has left
            for name in os.listdir(OWN):
                if name.startswith("new-"):
                    shutil.rmtree(os.path.join(OWN, name), ignore_errors=True)
        try:
            fresh = tempfile.mkdtemp(prefix="new-", dir=OWN)
        except OSError as error:
            raise self.failure(f"{OWN!r} cannot be written: {error.strerror}") from error
        try:
            self.run_command(fresh)
            self.put_in_place(fresh)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        self.write_stamp(stamp, before)

    def run_command(self, destination: str) -> None:
        """Run the command, which writes the built files below `destination`."""
        import subprocess

        values = {"{python}": sys.executable, "{destination}": destination}
        command = [values.get(part, part) for part in self.command]
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env={**os.environ, **self.environment, SKIP: "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
        except OSError as error:
            raise self.failure(f"{command[0]!r} does not run: {error.strerror}") from error
        if done.returncode:
            words = done.stdout.decode("utf-8", "replace").strip()
            if sys.stderr is not None:
                print(words, file=sys.stderr)
            raise self.failure(words or f"{command[0]!r} ended with status {done.returncode}")

    def put_in_place(self, fresh: str) -> None:
        """Replace each built file that differs, by one rename."""
        from filecmp import cmp

        for file in self.files:
            new, old = os.path.join(fresh, file), os.path.join(HERE, file)
            if not os.path.isfile(new) or (os.path.isfile(old) and cmp(new, old, shallow=False)):
                continue
            try:
                os.makedirs(os.path.dirname(old), exist_ok=True)
                if os.name == "nt" and os.path.isfile(old):
                    # a module that is loaded cannot be replaced there, but it can be moved away
                    os.replace(old, f"{new}.old")
                os.replace(new, old)
            except OSError as error:
                raise self.failure(f"{old!r} cannot be replaced: {error.strerror}") from error

    def write_stamp(self, stamp: str, before: str) -> None:
        """Note the state that was built, unless a watched file changed meanwhile."""
        after = self.state() if self.watched else ""
        count = len(self.watched)
        if after and after.splitlines()[:count] == before.splitlines()[:count]:
            aside = f"{stamp}.{os.getpid()}"
            try:
                with open(aside, "w", encoding="utf-8", errors="surrogateescape") as file:
                    file.write(after)
                os.replace(aside, stamp)
            except OSError:
                # without a stamp the next process rebuilds, which is slower and not wrong
                return

    def failure(self, words: str) -> ImportError:
        """The error of a rebuild that failed."""
        return ImportError(
            f"the editable install of {self.distribution!r} could not be rebuilt:\n{words}\n"
            f"hint: {SKIP}=1 in the environment imports what was built last"
        )


def signs(path: str) -> str:
    """What changes with a file (its time and size), or with the names of the files in a folder."""
    try:
        if os.path.isdir(path):
            return repr(sorted(name for name in os.listdir(path) if name != "__pycache__"))
        status = os.stat(path)
    except OSError:
        return "gone"
    return f"{status.st_mtime_ns} {status.st_size}"


if sys.platform == "win32":

    def wait(file: int) -> None:
        """Wait for the lock of an open file; the system's own wait gives up after ten seconds."""
        import errno
        import msvcrt

        while True:
            try:
                msvcrt.locking(file, msvcrt.LK_LOCK, 1)
                return
            except OSError as error:
                if error.errno != errno.EDEADLOCK:
                    raise

else:

    def wait(file: int) -> None:
        """Wait for the lock of an open file."""
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)


class Locked:
    """Holds a lock file, so that processes rebuild one after the other.

    Where there can be none (a read-only cache, some network disks) it goes on without, and says so:
    built files are replaced whole in any case.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.file: int | None = None

    def __enter__(self) -> bool:
        try:
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            self.file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
            wait(self.file)
        except OSError:
            return False
        return True

    def __exit__(self, *error: object) -> None:
        if self.file is not None:
            # closing gives the lock back
            os.close(self.file)


def install(*, paths: list[str], **settings: Any) -> None:
    """Put the finder of one distribution in front of all others, and `paths` at the end of `sys.path`."""
    finder = Finder(**settings)
    for other in list(sys.meta_path):
        if getattr(other, "distribution", None) == finder.distribution:
            sys.meta_path.remove(other)
    sys.meta_path.insert(0, finder)
    sys.path.extend(path for path in map(local, paths) if path not in sys.path)
