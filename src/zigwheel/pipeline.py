"""Composes the stages into what the hooks return: an sdist, a wheel, an editable wheel, metadata."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.setup import Setup, has_stubs, metadata_of, tree_of, warn

if TYPE_CHECKING:
    from zigwheel.artifacts import Built
    from zigwheel.config.metadata import Metadata
    from zigwheel.target.tags import WheelTag
    from zigwheel.wheel.entries import Entry

GENERATOR = "zigwheel"


def build_wheel(setup: Setup, folder: Path, *, keep: Path | None = None) -> Path:
    """Build a wheel into `folder`; returns its path. With `keep`, it is kept there for `reuse`."""
    import time

    from zigwheel.artifacts import compiled
    from zigwheel.wheel.layout import wheel_entries

    since = time.time()
    metadata = metadata_of(setup)
    with compiled(setup, metadata.name, contents=True) as built:
        entries = wheel_entries(
            setup.root,
            setup.config.wheel,
            metadata=metadata,
            built=built.packaged if built else {},
            scripts=built.scripts if built else {},
            modes=recorded_modes(setup),
            generated=generated_files(setup, built),
            modules=module_paths(setup),
        )
        if built:
            entries += bill_of_materials(metadata, built)
            if has_stubs(setup.config):
                from zigwheel.stubs import for_wheel

                entries += for_wheel(setup, metadata.name, built, {e.path for e in entries})
        wheel = write(setup, metadata, folder, entries, built)
        if keep is not None:
            from zigwheel.reuse import remember

            remember(keep, setup, wheel, entries, built, since=since)
        return wheel


def generated_files(setup: Setup, built: Built | None) -> Mapping[str, Path]:
    """What was generated, by its path in the project, also where nothing is compiled."""
    if built is None:
        return tree_of(setup, setup.target, setup.cache)[0].made if setup.config.generate else {}
    return built.tree.made


def bill_of_materials(metadata: Metadata, built: Built) -> list[Entry]:
    """The entry for what was linked statically (PEP 770); none where nothing was."""
    from zigwheel.wheel.entries import Entry
    from zigwheel.wheel.sbom import FILE_NAME, bill, contained

    scripts = f"{metadata.data_dir}/scripts"
    files = [
        contained(name.replace("{scripts}", scripts), built.files[name], components)
        for name, components in sorted(built.contents.items())
        if components
    ]
    if not files:
        return []
    text = bill(
        name=metadata.dist_name, version=metadata.version, files=files, zig=built.zig.version
    )
    return [Entry(path=f"{metadata.dist_info}/sboms/{FILE_NAME}", data=text)]


def build_editable(setup: Setup, folder: Path) -> Path:
    """Build an editable wheel (PEP 660) into `folder`; returns its path.

    It holds the compiled files; everything else is imported from the project.
    """
    from zigwheel.artifacts import compiled
    from zigwheel.wheel.discover import find_packages
    from zigwheel.wheel.editable import editable_entries
    from zigwheel.wheel.layout import fixed_entries, generated_entries

    metadata = metadata_of(setup)
    with compiled(setup, metadata.name) as built:
        files = built.packaged if built else {}
        scripts = built.scripts if built else {}
        packages = find_packages(
            setup.root,
            setup.config.wheel.packages,
            name=metadata.name,
            installed=[
                *files,
                *module_paths(setup),
                *(f"{metadata.data_dir}/scripts/{name}" for name in scripts),
            ],
        )
        entries = fixed_entries(
            setup.root,
            setup.config.wheel,
            metadata=metadata,
            built=files,
            scripts=scripts,
            modes=recorded_modes(setup),
        )
        more = list(generated_entries(setup.config.wheel, packages, generated_files(setup, built)))
        entries += (entry for entry in more if entry.path not in files)
        rebuild = None
        if built and setup.config.editable.rebuild:
            from zigwheel.rebuild import rebuild_spec

            rebuild = rebuild_spec(setup, built, {e.path: e.source for e in more if e.source})
        entries += editable_entries(
            setup.root,
            packages,
            modules_of(built) if built else {},
            dist_name=metadata.dist_name,
            rebuild=rebuild,
            generated=[entry.path for entry in more],
        )
        if built and setup.config.editable.compile_commands:
            from zigwheel.zig.commands import write_compile_commands

            write_compile_commands(built.plan, built.places, built.zig, warn=warn)
        return write(setup, metadata, folder, entries, built)


def module_paths(setup: Setup) -> list[str]:
    """Where extension modules lie in a wheel, whether or not this one has them; endings do not matter."""
    return [f"{extension.name.replace('.', '/')}.so" for extension in setup.config.extension]


def modules_of(built: Built) -> dict[str, str]:
    """Extension modules by dotted name, and their paths in the wheel."""
    return {a.name: a.install for a in built.plan.artifacts if a.kind == "extension"}


def build_sdist(setup: Setup, folder: Path) -> Path:
    """Build a source distribution into `folder`; returns its path."""
    from dataclasses import replace

    from zigwheel.wheel.sdist import escaped, sdist_entries, write_sdist

    metadata = metadata_of(setup, build_state="sdist")
    settings = setup.config.sdist
    written = tuple(f"/{escaped(path)}" for path in metadata.written_files)
    entries = sdist_entries(
        setup.root,
        replace(settings, include=(*settings.include, *written)),
        needed=needed_by(setup, metadata),
        environ=setup.environ,
        warn=warn,
        outputs=[
            path.relative_to(setup.root).as_posix()
            for path in (folder.resolve(), setup.root / setup.config.build_dir)
            if path.is_relative_to(setup.root) and path != setup.root
        ],
    )
    if setup.config.sdist.generated:
        entries = with_carried(setup, entries)
        if has_stubs(setup.config):
            from zigwheel.stubs import for_sdist

            entries += for_sdist(setup, metadata.name, {entry.path for entry in entries})
    if setup.zig_packages:
        from zigwheel.fetched import carried_entries
        from zigwheel.zig.packages import CARRIED

        entries = [e for e in entries if not e.path.startswith(f"{CARRIED}/")]
        entries += carried_entries(setup, metadata.name)
    return write_sdist(
        folder,
        dist_name=metadata.dist_name,
        version=metadata.version,
        entries=entries,
        pkg_info=metadata.metadata,
        source_date_epoch=epoch(setup),
    )


def with_carried(setup: Setup, entries: list[Entry]) -> list[Entry]:
    """An sdist's entries with what was generated, in the place of what an earlier sdist carried."""
    from zigwheel.generate.carried import FOLDER, MANIFEST, carried_files, manifest
    from zigwheel.wheel.entries import Entry

    tree = tree_of(setup, setup.target, setup.cache)[0]
    files = [Entry(path=path, source=file) for path, file in carried_files(tree).items()]
    listed = [Entry(path=f"{FOLDER}/{MANIFEST}", data=manifest(tree))] if files else []
    return [*(e for e in entries if not e.path.startswith(f"{FOLDER}/")), *files, *listed]


def needed_by(setup: Setup, metadata: Metadata) -> list[str]:
    """Files that a build from the sdist cannot do without, for any target."""
    from zigwheel.plan.needed import sources_and_headers
    from zigwheel.plan.tree import Tree
    from zigwheel.wheel.layout import project_files

    scripts = f"{metadata.data_dir}/scripts"
    installed = [
        *module_paths(setup),
        *(f"{program.install or scripts}/{program.name}" for program in setup.config.executable),
    ]
    shipped = project_files(setup.root, setup.config.wheel, metadata=metadata, installed=installed)
    readme = setup.project.table.get("project", {}).get("readme")
    named = [readme.get("file") if isinstance(readme, dict) else readme, setup.config.version.path]
    return sorted(
        {
            *sources_and_headers(Tree(root=setup.root), setup.config, setup.project.tool),
            *shipped,
            *(path for path in named if path),
        }
    )


def prepare_metadata(setup: Setup, folder: Path) -> str:
    """Write the dist-info folder of the wheel that would be built, without compiling.

    Returns its name. What a library outside the policy does to the tag is not known before the
    files are linked; all else is as in the wheel.
    """
    from zigwheel.errors import ZigwheelError, raise_all
    from zigwheel.storage import told
    from zigwheel.wheel.entries import Entry, content
    from zigwheel.wheel.layout import info_entries

    metadata = metadata_of(setup)
    errors: list[ZigwheelError] = []
    entries = list(info_entries(setup.root, metadata, errors))
    raise_all(errors)
    text = wheel_text(setup, tag_of(setup, foreign=False))
    entries.append(Entry(path=f"{metadata.dist_info}/WHEEL", data=text))
    with told("writing metadata", folder):
        for entry in entries:
            file = folder / entry.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content(entry))
    return metadata.dist_info


def write(
    setup: Setup, metadata: Metadata, folder: Path, entries: list[Entry], built: Built | None
) -> Path:
    """Write the archive under the tag that its files keep."""
    from zigwheel.wheel.writer import write_wheel

    foreign = built.foreign if built else ()
    if foreign:
        warn(
            f"the wheel needs {', '.join(foreign)} of the system, so its tag says `linux`, for this "
            "machine alone; a wheel to publish has it as a `[[tool.zigwheel.library]]`"
        )
    tag = tag_of(setup, foreign=bool(foreign))
    return write_wheel(
        folder,
        dist_name=metadata.dist_name,
        version=metadata.version,
        build_tag=setup.config.wheel.build_tag,
        tag=tag.filename_part,
        wheel_metadata=wheel_text(setup, tag),
        entries=entries,
        source_date_epoch=epoch(setup),
        check=audit,
    )


def audit(wheel: Path) -> None:
    """Hold a finished wheel against its tag: `AuditError` where it is refused, warnings for the rest."""
    from zigwheel.audit.wheel import audit_wheel
    from zigwheel.errors import raise_all

    report = audit_wheel(wheel)
    raise_all(finding.error for finding in report.errors)
    for finding in report.findings:
        place = f"`{finding.place}` " if finding.place else "the wheel "
        warn(f"{place}{finding.message} [{finding.code}]")


def wheel_text(setup: Setup, tag: WheelTag) -> bytes:
    """Content of the file `WHEEL`."""
    from zigwheel import __version__
    from zigwheel.wheel.writer import wheel_file

    return wheel_file(
        list(tag.expanded),
        pure=not setup.compiles,
        build_tag=setup.config.wheel.build_tag,
        generator=f"{GENERATOR} {__version__}",
    )


def tag_of(setup: Setup, *, foreign: bool) -> WheelTag:
    """Tag of the wheel: what its files need of the Python and of the machine that load them.

    `foreign` files load libraries that only some machines have, which no tag but `linux` allows.
    """
    from dataclasses import replace

    from zigwheel.plan.resolve import common_stable_abi
    from zigwheel.target.tags import wheel_tag

    config, target = setup.config, setup.target
    if target is None or not setup.compiles:
        return wheel_tag(None, kind="pure")
    if not config.modules:
        tag = wheel_tag(target, kind="platform")
    else:
        tag = wheel_tag(target, kind="extension", stable=common_stable_abi(config, target))
    return replace(tag, platforms=(f"linux_{target.triple.arch}",)) if foreign else tag


def recorded_modes(setup: Setup) -> dict[str, int]:
    """Git's file modes, where this machine's disks keep none."""
    if setup.host.os != "windows":
        return {}
    from zigwheel.wheel.git import tracked

    found = tracked(setup.root, environ=setup.environ, warn=warn)
    return dict(found.modes) if found else {}


def epoch(setup: Setup) -> int | None:
    """`SOURCE_DATE_EPOCH`, in seconds since 1970; None if unset."""
    from zigwheel.wheel.dates import source_date_epoch

    return source_date_epoch(setup.environ)
