"""The unit and the container file among the examples."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.index.conftest import Served
from tests.recipe.conftest import EXAMPLES

FOLDER = EXAMPLES / "index"
UNIT = FOLDER / "zigwheel-index.service"
CONTAINER = FOLDER / "Containerfile"


def unit_command() -> list[str]:
    """What the unit starts."""
    (line,) = re.findall(r"^ExecStart=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    return shlex.split(line)


def container_command() -> list[str]:
    """What the container starts."""
    (line,) = re.findall(r"^ENTRYPOINT (.*)$", CONTAINER.read_text(encoding="utf-8"), re.MULTILINE)
    found: list[str] = json.loads(line)
    return found


@pytest.mark.parametrize(
    "command", [unit_command(), container_command()], ids=["unit", "container"]
)
def test_the_command_starts_an_index(command: list[str], tmp_path: Path) -> None:
    program, *words = command
    assert program.rpartition("/")[2] == "zigwheel"
    folder = tmp_path / "index"
    words = [str(folder) if word in ("%S/zigwheel-index", "/packages") else word for word in words]
    at = words.index("--port")
    served = Served(folder=folder, words=tuple(words[:at] + words[at + 2 :]))
    for _ in range(2):
        served.start()
        assert requests.get(f"{served.url}/health", timeout=30).json() == {"serial": 0}
        assert served.stop() in (0, -signal.SIGTERM)


def test_the_unit_is_one(tmp_path: Path) -> None:
    assert shutil.which("systemd-analyze"), "systemd-analyze reads the unit"
    text = UNIT.read_text(encoding="utf-8").replace(unit_command()[0], sys.executable)
    copy = tmp_path / UNIT.name
    copy.write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=30", copy],
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stdout


def test_the_container_file_is_one() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([program, CONTAINER], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
