"""The events of one run become a `Record`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from zigwheel.convert.events import Event
from zigwheel.convert.folders import Folders
from zigwheel.convert.inside.words import Job, read_command
from zigwheel.convert.model import (
    RecordedCommand,
    RecordedExtension,
    RecordedLibrary,
    RecordedSource,
)


@dataclass
class Built:
    """One link, or one archive."""

    job: Job
    cwd: str
    name: str
    """The extension that was being built; empty outside of one."""
    sources: list[RecordedSource]
    objects: list[str]
    """Files that no recorded compilation made, as absolute paths."""
    archives: list[str]
    """Recorded archives, as absolute paths."""
    place: str


@dataclass
class Assembly:
    """What has been seen so far."""

    folders: Folders
    compile_base: Sequence[str]
    link_base: Sequence[str]
    objects: dict[str, list[RecordedSource]] = field(default_factory=dict)
    """Sources of what was compiled, by absolute path of the object."""
    archives: dict[str, Built] = field(default_factory=dict)
    """By absolute path."""
    links: list[Built] = field(default_factory=list)
    commands: list[RecordedCommand] = field(default_factory=list)
    extensions: dict[str, Event] = field(default_factory=dict)
    """By name."""
    libraries: dict[str, str] = field(default_factory=dict)
    """Places of `libraries=`, by name."""
    py_api: str = ""
    endings: Sequence[str] = ()
    """How extension modules end, longest first."""
    compiled: dict[str, str] = field(default_factory=dict)
    """How a record writes the sources, by absolute path."""

    def take(self, event: Event) -> None:
        """Take one event into account."""
        self.folders.learn(event.table("seen"))
        if event.kind == "built":
            self.build(event)
        elif event.kind in ("asked", "command"):
            words = tuple(self.folders.word(word) for word in event.texts("words"))
            command = RecordedCommand(words=words, place=event.text("place"))
            if words and command not in self.commands:
                self.commands.append(command)
        elif event.kind == "extension":
            self.extensions[event.text("name")] = event
        elif event.kind == "library":
            self.libraries.setdefault(event.text("name"), event.text("place"))
        elif event.kind == "wheel":
            self.py_api = event.text("py_api")

    def build(self, event: Event) -> None:
        """A compilation, a link, or an archive."""
        words, cwd = event.texts("words"), event.text("cwd")
        whole = read_command(words, cwd)
        job = read_command(
            words, cwd, self.link_base if whole.kind == "link" else self.compile_base
        )
        job.shared = whole.shared
        if job.kind == "compile":
            self.compile(job, cwd)
        elif job.kind in ("link", "archive"):
            built = self.built(job, cwd, event)
            if job.kind == "archive":
                self.archives[os.path.normpath(os.path.join(cwd, job.output))] = built
            else:
                self.links.append(built)

    def compile(self, job: Job, cwd: str) -> None:
        """Remember what an object was made from."""
        sources = [self.source(path, job, cwd) for path in job.sources]
        for path, source in zip(job.sources, sources, strict=True):
            base = os.path.splitext(os.path.basename(path))[0]
            output = job.output or f"{base}.o"
            self.objects[os.path.normpath(os.path.join(cwd, output))] = [source]
            self.compiled[os.path.normpath(os.path.join(cwd, path))] = source.path

    def source(self, path: str, job: Job, cwd: str) -> RecordedSource:
        """One source with the options of its command line."""
        shown = self.folders.path(path, cwd)
        return RecordedSource(
            path=shown,
            macros=tuple(job.macros),
            undef_macros=tuple(job.undef_macros),
            include_dirs=self.folders.includes(job.include_dirs, cwd),
            args=tuple(self.folders.word(word) for word in job.args),
        )

    def built(self, job: Job, cwd: str, event: Event) -> Built:
        """What a link or an archive is made of."""
        found = Built(
            job=job,
            cwd=cwd,
            name="".join(event.texts("names")[-1:]),
            sources=[self.source(path, job, cwd) for path in job.sources],
            objects=[],
            archives=[],
            place=event.text("place"),
        )
        for path, source in zip(job.sources, found.sources, strict=True):
            self.compiled[os.path.normpath(os.path.join(cwd, path))] = source.path
        for word in job.objects:
            path = os.path.normpath(os.path.join(cwd, word))
            if path in self.objects:
                found.sources += self.objects[path]
            elif path in self.archives:
                found.archives.append(path)
            else:
                found.objects.append(path)
        return found

    def library_name(self, path: str) -> str:
        """The name by which `-l` finds an archive."""
        name = os.path.splitext(os.path.basename(path))[0]
        return name.removeprefix("lib") if path.endswith(".a") else name

    def recorded_libraries(self) -> tuple[RecordedLibrary, ...]:
        """All archives, in the order of building; one that holds another has its sources, too."""
        return tuple(
            RecordedLibrary(
                name=self.library_name(path),
                sources=tuple(built.sources),
                place=self.libraries.get(self.library_name(path), built.place),
            )
            for path, built in self.archives.items()
            if built.sources
        )

    def recorded_extensions(self) -> tuple[RecordedExtension, ...]:
        """All extensions that were linked, in that order."""
        found = {}
        for built in self.links:
            event = self.extension_of(built)
            if event is not None:
                found[event.text("full")] = self.extension(built, event)
        return tuple(found.values())

    def in_use(self) -> list[str]:
        """Absolute paths of the sources that extensions and libraries are made of."""
        groups = [extension.sources for extension in self.recorded_extensions()]
        groups += [library.sources for library in self.recorded_libraries()]
        used = {source.path for group in groups for source in group}
        return [path for path, shown in self.compiled.items() if shown in used]

    def take_wheel(self, paths: Iterable[str]) -> None:
        """Take modules of the wheel that no `Extension` tells of, but that a link has made.

        So it is with builds by CMake or Meson: their compilers are found on PATH.
        """
        if self.extensions:
            return
        made = {os.path.basename(built.job.output) for built in self.links if built.job.shared}
        for path in paths:
            ending = next((e for e in self.endings if path.endswith(e)), "")
            file = path.split("/")[-1]
            if ending and file in made:
                name = path[: -len(ending)].replace("/", ".")
                limited = ".abi3" in ending
                values = {"name": name, "full": name, "path": path, "limited": limited}
                self.extensions[name] = Event(kind="extension", values=values)

    def extension_of(self, built: Built) -> Event | None:
        """The extension that a link made, by its path, or by what was being built."""
        output = os.path.normpath(os.path.join(built.cwd, built.job.output))
        name = os.path.basename(output)
        for event in self.extensions.values():
            path = event.text("path")
            if path == output or (not os.path.isabs(path) and path.split("/")[-1] == name):
                return event
        return self.extensions.get(built.name)

    def extension(self, built: Built, event: Event) -> RecordedExtension:
        """One extension."""
        job, cwd = built.job, built.cwd
        homes = {os.path.dirname(path) for path in self.archives}
        folders = [
            folder
            for folder in job.library_dirs
            if os.path.normpath(os.path.join(cwd, folder)) not in homes
        ]
        libraries = [self.library_name(path) for path in built.archives] + job.libraries
        full = event.text("full")
        initial = "PyInit_" + full.rpartition(".")[2]
        return RecordedExtension(
            name=full,
            sources=tuple(built.sources),
            written_sources=tuple(self.folders.path(p) for p in event.texts("sources")),
            libraries=tuple(dict.fromkeys(libraries)),
            library_dirs=self.folders.includes(folders, cwd),
            runtime_library_dirs=tuple(
                dict.fromkeys([*job.rpaths, *event.texts("runtime_library_dirs")])
            ),
            extra_objects=tuple(self.folders.path(path, cwd) for path in built.objects),
            link_args=tuple(self.folders.word(word) for word in job.args),
            export_symbols=tuple(s for s in event.texts("export_symbols") if s != initial),
            depends=tuple(self.folders.path(p) for p in event.texts("depends")),
            language=event.text("language"),
            optional=event.truth("optional"),
            limited_api=event.truth("limited"),
            py_api=self.py_api,
            place=event.text("place"),
        )


def with_optional(
    extensions: Iterable[RecordedExtension], names: frozenset[str]
) -> tuple[RecordedExtension, ...]:
    """The extensions, with those marked that the build goes on without."""
    return tuple(replace(e, optional=e.optional or e.name in names) for e in extensions)


def similar(path: str, candidates: Iterable[str]) -> str:
    """The candidate that shares most of its end with a path; of equals the shortest."""
    words = path.split("/")[::-1]

    def score(candidate: str) -> tuple[int, int, str]:
        shared = 0
        for one, other in zip(words, candidate.split("/")[::-1], strict=False):
            if one != other:
                break
            shared += 1
        return -shared, len(candidate), candidate

    return min(candidates, key=score, default="")


def by_content(contents: Mapping[str, str]) -> dict[str, list[str]]:
    """Paths by digest."""
    found: dict[str, list[str]] = {}
    for path, name in contents.items():
        found.setdefault(name, []).append(path)
    return found
