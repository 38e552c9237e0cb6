"""Write a wheel and an sdist of a project: `write_example.py OUT PROJECT`. Run by `test_same_bytes.py`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

from zigwheel.config.model import SdistSettings, WheelSettings
from zigwheel.wheel.dates import source_date_epoch
from zigwheel.wheel.layout import needed_files, wheel_entries
from zigwheel.wheel.sdist import sdist_entries, write_sdist
from zigwheel.wheel.writer import wheel_file, write_wheel


def main(out: Path, root: Path) -> None:
    """Write both into `out`."""
    metadata = SimpleNamespace(
        name="fastsum",
        dist_info="fastsum-1.0.dist-info",
        data_dir="fastsum-1.0.data",
        metadata=b"Metadata-Version: 2.1\nName: fastsum\nVersion: 1.0\n",
        entry_points=b"",
        license_files=("LICENSE",),
    )
    settings = WheelSettings(data={"share/fastsum": "data"}, scripts={"run": "tool.sh"})
    entries = wheel_entries(root, settings, metadata=metadata, built={}, scripts={}, modes={})
    epoch = source_date_epoch(os.environ)
    write_wheel(
        out,
        dist_name="fastsum",
        version="1.0",
        build_tag="",
        tag="py3-none-any",
        wheel_metadata=wheel_file(["py3-none-any"], pure=True, generator="zigwheel 0"),
        entries=entries,
        source_date_epoch=epoch,
    )
    write_sdist(
        out,
        dist_name="fastsum",
        version="1.0",
        entries=sdist_entries(
            root,
            SdistSettings(),
            needed=needed_files(root, entries),
            environ=os.environ,
            warn=lambda text: print(text, file=sys.stderr),
        ),
        pkg_info=metadata.metadata,
        source_date_epoch=epoch,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
