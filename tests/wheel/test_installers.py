"""What installers and checkers of others make of our archives."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from zigwheel.config.model import SdistSettings, WheelSettings
from zigwheel.wheel.discover import find_packages
from zigwheel.wheel.editable import editable_entries
from zigwheel.wheel.entries import Entry
from zigwheel.wheel.layout import fixed_entries, wheel_entries
from zigwheel.wheel.sdist import sdist_entries, write_sdist
from zigwheel.wheel.writer import expanded_tags, wheel_file, write_wheel

pytestmark = pytest.mark.slow

Tree = Callable[..., Path]
PROJECT = {
    "pyproject.toml": "",
    "LICENSE": "MIT",
    "src/fastsum/__init__.py": "def main() -> None:\n    print('main')\n",
    "src/fastsum/py.typed": "",
    "src/fastsum/größe und mehr.txt": "größe",
    "src/fastsum/sub/__init__.py": "",
    "share/readme.txt": "read me",
    "include/fastsum.h": "",
    "tools/run.py": "#!python\nimport sys\nprint('run', sys.prefix)\n",
}


@pytest.fixture(scope="module")
def extension() -> Path:
    """An extension module of the standard library, for want of a compiler."""
    for name in ("_bisect", "_heapq", "_queue", "_statistics", "_random"):
        if file := getattr(importlib.import_module(name), "__file__", None):
            return Path(file)
    pytest.skip("all extension modules of this interpreter are built in")


def tag() -> str:
    """The most specific tag of this interpreter."""
    from packaging.tags import sys_tags

    return str(next(sys_tags()))


def run(*command: object, **environ: str) -> str:
    """Output of a command that has to succeed."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        list(map(str, command)), env=inherited | environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def write(folder: Path, entries: list[Entry], version: str = "1.0") -> Path:
    generator = "zigwheel 0.1.0"
    return write_wheel(
        folder,
        dist_name="fastsum",
        version=version,
        build_tag="",
        tag=tag(),
        wheel_metadata=wheel_file(expanded_tags(tag()), pure=False, generator=generator),
        entries=entries,
        source_date_epoch=None,
    )


def editable(root: Path, settings: WheelSettings, metadata: Any, extension: Path) -> list[Entry]:
    """The entries of an editable wheel with one extension module."""
    built = {f"fastsum/{extension.name}": extension}
    modules = {f"fastsum.{extension.name.partition('.')[0]}": f"fastsum/{extension.name}"}
    packages = find_packages(root, None, name="fastsum", installed=built)
    entries = fixed_entries(root, settings, metadata=metadata, built=built, scripts={}, modes={})
    return entries + editable_entries(root, packages, modules, dist_name="fastsum", rebuild=None)


@pytest.fixture
def metadata(distribution: Any) -> Any:
    return distribution(
        entry_points=b"[console_scripts]\nfastsum = fastsum:main\n", license_files=("LICENSE",)
    )


@pytest.fixture
def wheel(tree: Tree, metadata: Any, extension: Path, tmp_path: Path) -> Path:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho program\n")
    entries = wheel_entries(
        tree(PROJECT),
        WheelSettings(
            data={"share/fastsum": "share"},
            headers={"fastsum.h": "include/fastsum.h"},
            scripts={"fastsum-run": "tools/run.py"},
        ),
        metadata=metadata,
        built={f"fastsum/{extension.name}": extension},
        scripts={"fastsum-program": program},
        modes={},
    )
    return write(tmp_path / "dist", entries)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a virtual environment with pip."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


@dataclass(frozen=True)
class Installer:
    """pip or uv, for one environment, which is as before at the end."""

    python: Path
    command: tuple[str, ...]

    @property
    def prefix(self) -> Path:
        """The environment's folder."""
        return self.python.parent.parent

    def files(self) -> set[str]:
        """All files in the environment but those of the installers themselves."""
        files = [path for path in self.prefix.rglob("*") if path.is_file()]
        # .lock is uv's
        own = {"pip", "setuptools", "pkg_resources", "_distutils_hack", ".lock"}
        return {str(path.relative_to(self.prefix)) for path in files if not own & set(path.parts)}

    @contextmanager
    def installed(self, wheel: Path) -> Iterator[None]:
        """Install a wheel for the time of a block; afterwards nothing of it may be left."""
        before = self.files()
        run(*self.command, "install", "--no-index", wheel, VIRTUAL_ENV=str(self.prefix))
        try:
            yield
        finally:
            yes = ["-y"] if self.command[-1] == "pip" and "uv" not in self.command[0] else []
            run(*self.command, "uninstall", *yes, "fastsum", VIRTUAL_ENV=str(self.prefix))
        assert self.files() == before


@pytest.fixture(params=["pip", "uv"])
def installer(python: Path, request: pytest.FixtureRequest) -> Installer:
    """Each installer in turn."""
    if request.param == "pip":
        return Installer(python, (str(python), "-m", "pip"))
    uv = shutil.which(
        "uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )
    if uv is None:
        pytest.skip("uv is not installed")
    return Installer(python, (uv, "pip"))


def test_the_archive_is_whole(wheel: Path) -> None:
    assert "Done testing" in run(sys.executable, "-m", "zipfile", "-t", wheel)
    if unzip := shutil.which("unzip"):
        assert "No errors detected" in run(unzip, "-t", wheel)


@pytest.mark.skipif(not importlib.util.find_spec("twine"), reason="twine is not installed")
def test_twine(wheel: Path, tree: Tree, metadata: Any, tmp_path: Path) -> None:
    sdist = write_sdist(
        tmp_path / "dist",
        dist_name="fastsum",
        version="1.0",
        entries=sdist_entries(
            tree(PROJECT), SdistSettings(), needed=(), environ=os.environ, warn=pytest.fail
        ),
        pkg_info=metadata.metadata,
        source_date_epoch=None,
    )
    output = run(sys.executable, "-m", "twine", "check", "--strict", wheel, sdist, NO_COLOR="1")
    assert output.count("PASSED") == 2


@pytest.mark.skipif(
    not importlib.util.find_spec("check_wheel_contents"), reason="check-wheel-contents is missing"
)
def test_check_wheel_contents(wheel: Path) -> None:
    assert run(sys.executable, "-m", "check_wheel_contents", wheel).endswith(": OK")


def test_install_and_uninstall(wheel: Path, installer: Installer, extension: Path) -> None:
    python, scripts = installer.python, installer.python.parent
    module = extension.name.partition(".")[0]
    with installer.installed(wheel):
        assert run(python, "-m", "pip", "check") == "No broken requirements found."
        code = f"import fastsum, fastsum.{module} as m; print(m.__file__)"
        assert Path(run(python, "-c", code)).parent.name == "fastsum"
        assert run(scripts / "fastsum") == "main"
        assert run(scripts / "fastsum-run").startswith("run ")
        if os.name == "posix":
            assert run(scripts / "fastsum-program") == "program"
        assert (installer.prefix / "share/fastsum/readme.txt").read_text() == "read me"
        code = "import importlib.metadata as m; print(*m.files('fastsum'), sep='\\n')"
        listed = run(python, "-c", code, PYTHONIOENCODING="utf-8").splitlines()
        assert "fastsum/größe und mehr.txt" in listed
        assert any(path.endswith("fastsum.h") for path in listed)


def test_editable(
    tree: Tree, installer: Installer, metadata: Any, extension: Path, tmp_path: Path
) -> None:
    root = tree({f"project/{path}": text for path, text in PROJECT.items()}, "with ü") / "project"
    python, scripts = installer.python, installer.python.parent
    module = f"fastsum.{extension.name.partition('.')[0]}"
    settings = WheelSettings(scripts={"fastsum-run": "tools/run.py"})
    file = write(tmp_path / "dist", editable(root, settings, metadata, extension))
    with zipfile.ZipFile(file) as archive:
        assert "fastsum/__init__.py" not in archive.namelist()
    with installer.installed(file):
        assert run(python, "-m", "pip", "check") == "No broken requirements found."
        assert run(scripts / "fastsum") == "main"
        assert run(scripts / "fastsum-run").startswith("run ")
        (root / "src/fastsum/__init__.py").write_text("def main():\n    print('changed')\n")
        assert run(scripts / "fastsum") == "changed"
        code = f"import fastsum, {module} as m; print(ascii(fastsum.__file__)); print(m.__file__)"
        pure, binary = run(python, "-c", code).splitlines()
        assert pure == ascii(str(root / "src/fastsum/__init__.py"))
        assert Path(binary).is_relative_to(installer.prefix)
        code = "import importlib.metadata as m; print(m.version('fastsum'))"
        assert run(python, "-c", code) == "1.0"
    assert (root / "src/fastsum/__init__.py").exists()


@pytest.mark.skipif(not importlib.util.find_spec("mypy"), reason="mypy is not installed")
def test_mypy_sees_an_editable_install(
    tree: Tree, python: Path, metadata: Any, extension: Path, tmp_path: Path
) -> None:
    root = tree(PROJECT)
    name = extension.name.partition(".")[0]
    (root / f"src/fastsum/{name}.pyi").write_text("def add(a: int, b: int) -> int: ...\n")
    entries = editable(root, WheelSettings(), metadata, extension)
    user = tmp_path / "user.py"
    user.write_text(
        f"from fastsum import main\nfrom fastsum.{name} import add\n"
        "main()\nx: str = add(1, 2)\nreveal_type(add)\n"
    )
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--python-executable",
        str(python),
        str(user),
    ]
    environ = {**os.environ, "NO_COLOR": "1"}
    with Installer(python, (str(python), "-m", "pip")).installed(write(tmp_path / "dist", entries)):
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert "Incompatible types in assignment" in done.stdout
    assert 'Revealed type is "def (a: int, b: int) -> int"' in done.stdout.replace("builtins.", "")
    assert "Found 1 error in 1 file" in done.stdout, done.stdout


def test_tar_unpacks_the_sdist(tree: Tree, metadata: Any, tmp_path: Path) -> None:
    tar = shutil.which("tar")
    if tar is None:
        pytest.skip("there is no tar")
    root = tree({**PROJECT, "deep/" * 60 + "x.txt": "deep", "run": "#!/bin/sh\n"})
    (root / "run").chmod(0o755)
    entries = sdist_entries(root, SdistSettings(), needed=(), environ=os.environ, warn=pytest.fail)
    file = write_sdist(
        tmp_path,
        dist_name="fastsum",
        version="1.0",
        entries=entries,
        pkg_info=metadata.metadata,
        source_date_epoch=None,
    )
    (tmp_path / "out").mkdir()
    run(tar, "-xzf", file, "-C", tmp_path / "out")
    unpacked = tmp_path / "out" / "fastsum-1.0"
    for entry in entries:
        assert (unpacked / entry.path).read_bytes() == (root / entry.path).read_bytes()
    assert os.access(unpacked / "run", os.X_OK)
    with tarfile.open(file) as archive:
        assert len(archive.getmembers()) == len(entries) + 1
