"""What action.yml does on a runner of GitHub: `action.py install`, then `action.py wheels`.

Inputs come as `INPUT_*` and outputs go to the file `GITHUB_OUTPUT`. Only the standard library is here.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

FACTS = """\
import json, os
from zigwheel.cli.options import cache_folder
from zigwheel.target.host import describe_host
from zigwheel.zig.toolchain import ZIG_VERSION
print(json.dumps([str(cache_folder(dict(os.environ), describe_host())), ZIG_VERSION]))
"""


def install() -> int:
    """zigwheel in an environment of its own, which leaves the caller's alone; then where its cache is."""
    folder = Path(os.environ["RUNNER_TEMP"]) / "zigwheel"
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    version = given("VERSION")
    wanted = f"zigwheel[cli]=={version}" if version else f"{ROOT}[cli]"
    words = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted]
    done = subprocess.run(words)
    if done.returncode:
        print(f"::error::zigwheel could not be installed: {wanted}")
        return done.returncode
    told = subprocess.run([python, "-c", FACTS], check=True, capture_output=True, encoding="utf-8")
    cache, zig = json.loads(told.stdout)
    start = f"zigwheel-{zig}-"
    output("python", str(python))
    output("cache", cache)
    output("restore-key", start)
    output("key", start + digest(Path(given("PACKAGE_DIR"))))
    return 0


def digest(package: Path) -> str:
    """What decides the toolchain's part of the cache: the configuration, or an sdist as a whole."""
    file = package / "pyproject.toml" if package.is_dir() else package
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "none"


def wheels() -> int:
    """`zigwheel wheels`; where it fails, too, what it made is told."""
    folder = Path(given("OUTPUT_DIR"))
    manifest = folder.with_name(f"{folder.name}.json")
    manifest.unlink(missing_ok=True)  # that of an earlier step is not to be told as this one's
    words = [
        "wheels",
        given("PACKAGE_DIR"),
        "--output-dir",
        str(folder),
        "--manifest",
        str(manifest),
    ]
    for key, option in OPTIONS.items():
        words += [option, given(key)] if given(key) else []
    for name in given("ONLY").split():
        words += ["--only", name]
    for line in lines("CONFIG_SETTINGS"):
        words += ["-C", line]
    words += lines("ARGS")
    code = subprocess.run([sys.executable, "-m", "zigwheel", *words]).returncode
    if manifest.is_file():
        told = json.loads(manifest.read_text(encoding="utf-8"))
        names = [wheel["file"] for wheel in told["wheels"] if wheel["file"]]
        output("wheels", json.dumps([(folder / name).as_posix() for name in names]))
        output("sdist", (folder / told["sdist"]["file"]).as_posix())
        output("manifest", manifest.as_posix())
    if given("REPORT") and Path(given("REPORT")).is_file():
        output("report", Path(given("REPORT")).as_posix())
    return code


OPTIONS = {
    "PLATFORM": "--platform",
    "ARCHS": "--archs",
    "REPORT": "--report",
    "JUNIT": "--junit",
}
"""Inputs that are options, each where it is not empty."""


def given(key: str) -> str:
    """An input, such as `PACKAGE_DIR`."""
    return os.environ.get(f"INPUT_{key}", "")


def lines(key: str) -> list[str]:
    """The lines of an input."""
    return [line.strip() for line in given(key).splitlines() if line.strip()]


def output(name: str, value: str) -> None:
    """An output of the step; an end that nobody can guess keeps a value from being more than one."""
    end = uuid.uuid4().hex
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as stream:
        stream.write(f"{name}<<{end}\n{value}\n{end}\n")


if __name__ == "__main__":
    sys.exit({"install": install, "wheels": wheels}[sys.argv[1]]())
