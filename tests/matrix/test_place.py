"""Where wheels come to lie: whole, checked, and never two under one name."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from zigwheel.errors import MatrixError
from zigwheel.matrix.journal import Journal, finished
from zigwheel.matrix.manifest import to_json
from zigwheel.matrix.model import Manifest, SdistResult, TestResult, WheelResult
from zigwheel.matrix.place import opened

RESULT = WheelResult(identifier="cp313-win32", serves=("cp313-win32",), state="built")
FAILED = replace(RESULT, identifier="cp39-win32", state="failed", error="no")


def built(identifier: str, file: str, data: bytes) -> WheelResult:
    sha256 = hashlib.sha256(data).hexdigest()
    return WheelResult(
        identifier=identifier,
        serves=(identifier,),
        state="built",
        file=file,
        size=len(data),
        sha256=sha256,
    )


def manifest(*wheels: WheelResult, version: str = "1.0") -> Manifest:
    sdist = SdistResult(file=f"a-{version}.tar.gz", size=1, sha256="0")
    return Manifest(
        name="a",
        version=version,
        zigwheel="0",
        zig="0",
        sdist=sdist,
        wheels=wheels,
        left_out=(),
        complete=True,
    )


def test_a_wheel_appears_and_what_was_aside_is_gone(tmp_path: Path) -> None:
    result = built("cp313-win32", "a.whl", b"wheel")
    with opened(tmp_path / "out") as place:
        folder = place.folder_for("cp313-win32")
        (folder / "a.whl").write_bytes(b"wheel")
        assert list((tmp_path / "out").iterdir()) == []
        assert place.accept(result, folder) == result
        assert [f.name for f in (tmp_path / "out").iterdir()] == ["a.whl"]
        assert place.holds(result)
        assert not place.holds(replace(result, sha256="0" * 64))
        other = replace(result, identifier="cp39-win32")
        again = place.folder_for("cp39-win32")
        (again / "a.whl").write_bytes(b"other")
        refused = place.accept(other, again)
        assert refused.state == "failed"
        assert "cp313-win32" in refused.error
        place.finish()
    assert [f.name for f in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "a.whl").read_bytes() == b"wheel"


def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with (
        opened(tmp_path / "out"),
        pytest.raises(MatrixError, match="another `zigwheel wheels`"),
        opened(tmp_path / "out"),
    ):
        raise AssertionError


def test_only_what_an_earlier_manifest_lists_is_swept_away(tmp_path: Path) -> None:
    old = [built(f"cp3{n}-win32", f"{n}.whl", b"x") for n in (9, 10, 11)]
    file = tmp_path / "out.json"
    with opened(tmp_path / "out") as place:
        for name in ("9.whl", "10.whl", "own.whl"):
            (place.output / name).write_bytes(b"x")
        (place.output / "11.whl").write_bytes(b"changed by hand")
        place.sweep(file, manifest(old[0]))  # there is no earlier one
        file.write_text(to_json(manifest(*old, version="0.9")))
        place.sweep(file, manifest(old[0]))  # of another release
        assert len(list(place.output.iterdir())) == 4
        file.write_text(to_json(manifest(*old)))
        place.sweep(file, manifest(old[0]))
        assert sorted(f.name for f in place.output.iterdir()) == ["11.whl", "9.whl", "own.whl"]


def test_a_journal_tells_what_is_finished_but_for_its_torn_line(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    assert finished(file, "run") == {}
    result = built("cp313-win32", "a.whl", b"wheel")
    test = TestResult(identifier="cp313-win32", state="passed", seconds=0.5)
    journal = Journal(file, "run", go_on=False)
    journal.built(result)
    journal.built(FAILED)
    journal.tested(test)
    journal.close()
    with file.open("a") as stream:
        stream.write('{"wheel": {"identifier": "cp314-')
    assert finished(file, "run") == {"cp313-win32": replace(result, tests=(test,))}
    journal = Journal(file, "run", go_on=True)
    later = built("cp314-win32", "b.whl", b"")
    journal.built(later)
    journal.close()
    assert finished(file, "run").keys() == {"cp313-win32", "cp314-win32"}
    with pytest.raises(MatrixError, match="of other sources"):
        finished(file, "another run")
