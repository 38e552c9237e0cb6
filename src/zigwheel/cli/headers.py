"""`zigwheel headers`: headers of CPython for machines that have none."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers
    from zigwheel.target.installation import HeaderSource
    from zigwheel.target.model import Host

EXAMPLE = """\
examples:
  zigwheel headers list                       what is on this machine
  zigwheel headers pack -o dist               pack all of it, the newest release of each version
  zigwheel headers pack /opt/python3.14 ./unpacked-debian-package
  zigwheel headers add zigwheel_headers-2026.11-py3-none-any.whl
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    from zigwheel.target.header_packs import VERSION

    parser = subparsers.add_parser(
        "headers",
        help="list, pack and add the headers of Pythons",
        description="List the Python headers of this machine, pack them into a wheel of "
        "`zigwheel-headers`, or keep those of such a wheel in zigwheel's cache.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_subparsers(dest="what", metavar="list|pack|add", required=True)
    shown = what.add_parser("list", help="list the headers that builds would find")
    shown.add_argument("--json", action="store_true", help="print JSON")
    shown.set_defaults(run=run_list)
    pack = what.add_parser("pack", help="make a wheel of `zigwheel-headers`")
    pack.add_argument(
        "origins",
        nargs="*",
        metavar="FROM",
        help="an interpreter, prefix, include folder, unpacked distribution or header pack "
        "(default: all Pythons of this machine)",
    )
    pack.add_argument("-o", "--output", type=Path, default=Path("dist"), help="default: dist")
    pack.add_argument("--version", default=VERSION, help=f"of the wheel; default: {VERSION}")
    pack.add_argument(
        "--license", type=Path, metavar="FILE", help="CPython's, where no FROM has it"
    )
    pack.set_defaults(run=run_pack)
    kept = what.add_parser("add", help="keep the headers of a wheel in zigwheel's cache")
    kept.add_argument("wheel", type=Path, metavar="WHEEL", help="a wheel of `zigwheel-headers`")
    kept.set_defaults(run=run_add)


def run_list(arguments: argparse.Namespace) -> int:
    """Print what every place holds, in the order in which a build looks."""
    from zigwheel.cli.options import cache_folder
    from zigwheel.target.header_packs import packs_here
    from zigwheel.target.headers import all_places
    from zigwheel.target.host import describe_host

    environ = dict(os.environ)
    host = describe_host()
    places = list(all_places(host, environ, packs_here(cache_folder(environ, host))))
    if arguments.json:
        import json

        print(json.dumps([row(s) for place in places for s in place.sources], indent=1))
    else:
        for place in places:
            print(place)
    return 0


def row(source: HeaderSource) -> dict[str, object]:
    """One row of the list."""
    details = source.details
    return {
        "implementation": source.implementation,
        "version": ".".join(map(str, source.version)),
        "release": source.release,
        "free-threaded": source.free_threaded,
        "include": str(source.include),
        "origin": source.origin,
        "build-details": str(details.file) if details else None,
        "suffixes": list(details.suffixes) if details else None,
        "pkgconfig": str(details.pkgconfig) if details and details.pkgconfig else None,
    }


def run_pack(arguments: argparse.Namespace) -> int:
    """Choose, say what was chosen, build the wheel, print its path."""
    import tempfile

    from zigwheel.errors import HeadersError
    from zigwheel.pipeline import build_wheel
    from zigwheel.setup import say, set_up
    from zigwheel.target.host import describe_host
    from zigwheel.wheel.header_project import assemble, choose, licence_of

    version = normalised(arguments.version)
    environ = dict(os.environ)
    host = describe_host()
    choice = choose(sources_of(arguments.origins, environ, host))
    if not choice.pythons:
        raise HeadersError(
            "no headers were found on this machine", hint="name Pythons that have them"
        )
    for source, python in choice.pythons:
        say(f"{python.folder}: {python.release}, {source.origin}, {source.include}")
    for note in choice.notes:
        say(f"left out: {note}")
    licence = arguments.license or licence_of(choice)
    # A pack follows from its sources: of the environment, only the time of its files counts.
    clock = {k: v for k, v in environ.items() if k == "SOURCE_DATE_EPOCH"}
    with tempfile.TemporaryDirectory(prefix="zigwheel-", ignore_cleanup_errors=True) as work:
        assemble(Path(work), choice, version=version, licence=licence)
        print(build_wheel(set_up(Path(work), {}, clock, host), arguments.output.absolute()))
    return 0


def normalised(version: str) -> str:
    """A version in its normal form. Raises MetadataError."""
    from packaging.version import InvalidVersion, Version

    from zigwheel.errors import MetadataError

    try:
        return str(Version(version))
    except InvalidVersion as error:
        raise MetadataError(
            f"--version `{version}` is no version", hint="write one such as `2026.11`"
        ) from error


def sources_of(origins: list[str], environ: Mapping[str, str], host: Host) -> list[HeaderSource]:
    """The headers that were named, else all of this machine that zigwheel has facts about."""
    from zigwheel.errors import HeadersError, ZigwheelError, raise_all
    from zigwheel.target.header_packs import Packs
    from zigwheel.target.headers import all_places, sources_in
    from zigwheel.target.python import PythonTarget, is_known

    def known(source: HeaderSource) -> bool:
        known = is_known(PythonTarget(version=source.version))
        return known and source.implementation == "cpython"

    if not origins:
        found = [s for place in all_places(host, environ, Packs()) for s in place.sources]
        return [source for source in found if known(source)]
    sources: list[HeaderSource] = []
    errors: list[ZigwheelError] = []
    for origin in origins:
        try:
            there = sources_in(origin, place="FROM", host=host, environ=environ)
            supported = [source for source in there if known(source)]
            if not supported:
                titles = ", ".join(source.title for source in there)
                raise HeadersError(f"FROM `{origin}`: {titles} is not supported")
            sources += supported
        except ZigwheelError as error:
            errors.append(error)
    raise_all(errors)
    return sources


def run_add(arguments: argparse.Namespace) -> int:
    """Unpack a wheel, check it, keep it; print the folders in the cache."""
    import tempfile

    from zigwheel.cli.options import cache_folder
    from zigwheel.storage import told
    from zigwheel.target.header_packs import PACKAGE, checked, keep, pack_place
    from zigwheel.target.host import describe_host

    environ = dict(os.environ)
    cache = cache_folder(environ, describe_host())
    with told("making a temporary folder", Path(tempfile.gettempdir())):
        folder = tempfile.TemporaryDirectory(prefix="zigwheel-", ignore_cleanup_errors=True)
    with folder as work:
        unpack(arguments.wheel, Path(work))
        sources = [checked(source) for source in pack_place(Path(work, PACKAGE)).sources]
        for source in sources:
            print(keep(source, cache).include)
    return 0


def unpack(wheel: Path, folder: Path) -> None:
    """Unpack the package of a wheel of `zigwheel-headers`. Raises HeadersError."""
    import zipfile

    from zigwheel.errors import HeadersError
    from zigwheel.target.header_packs import MANIFEST, PACKAGE

    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.startswith(f"{PACKAGE}/")]
            if f"{PACKAGE}/{MANIFEST}" not in names:
                raise HeadersError(f"{wheel} is no wheel of `zigwheel-headers`")
            archive.extractall(folder, names)
    except (OSError, zipfile.BadZipFile) as error:
        raise HeadersError(
            f"{wheel} can't be read: {error}", hint="name a wheel of `zigwheel-headers`"
        ) from error
