from __future__ import annotations

import json
import subprocess
from pathlib import Path

from zigwheel.zig.spelling import FOLDER, overlay
from zigwheel.zig.toolchain import Zig


def test_headers_of_windows_are_found_by_any_spelling(zig: Zig, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(
        "#include <WinSock2.h>\n#include <Windows.h>\n#include <SYS/Stat.h>\n"
    )
    words = [str(zig.executable), "cc", "-target", "x86_64-windows-gnu", "-c", "a.c", "-o", "a.obj"]
    refused = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert "'WinSock2.h' file not found" in refused.stderr
    (tmp_path / "overlay.yaml").write_text(overlay(zig.lib))
    said = subprocess.run(
        [*words, "-MD", "-MF", "deps", "-ivfsoverlay", "overlay.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr
    # the compiler's own records name files that are there
    read = (tmp_path / "deps").read_text().replace("\\\n", " ").split()
    assert str(zig.lib / FOLDER / "windows.h") in read
    assert not any(word.endswith("Windows.h") for word in read)


def test_a_disk_without_case_needs_none(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    (folder / "windows.h").touch()
    assert json.loads(overlay(tmp_path))["case-sensitive"] == "false"
    (folder / "WINDOWS.H").touch()
    assert overlay(tmp_path) == ""
