"""What a run says at its end, to people and to other programs."""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.matrix.manifests import everything
from zigwheel.matrix.events import Began
from zigwheel.matrix.model import Job, LeftOut, Selection, TestPlan
from zigwheel.matrix.report.choose import watcher_for
from zigwheel.matrix.report.github import summary_markdown, write_summary
from zigwheel.matrix.report.junit import junit_xml
from zigwheel.matrix.report.table import final_table


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_table_names_all_and_keeps_to_the_width(width: int) -> None:
    manifest = everything()
    text = final_table(manifest, width)
    assert text.count("passed") >= 5
    assert "cp313-win_amd64 could not be built" in text
    assert "`skip` names it" in text
    assert "no interpreter for it on this machine" in text
    assert "\x1b" not in text
    long = [line for line in text.splitlines() if len(line) > width and not line.startswith("    ")]
    assert not long
    for one in manifest.wheels:
        if one.file and width == 200:
            assert one.file in text
            assert one.sha256[:8] in text


def test_junit_has_a_case_for_each_build_and_test() -> None:
    root = ElementTree.fromstring(junit_xml(everything()).encode())
    cases = list(root.iter("testcase"))
    assert len(cases) >= 12
    assert len(list(root.iter("failure"))) + len(list(root.iter("error"))) == 2
    assert any("no interpreter" in (s.get("message") or "") for s in root.iter("skipped"))
    assert "onerror" in ElementTree.tostring(root, encoding="unicode")


def test_github_s_summary_is_short_enough_and_no_markup_of_others(tmp_path: Path) -> None:
    text = summary_markdown(everything())
    assert len(text.encode()) < 2**20
    assert "demo 1.0" in text
    assert not re.search(r"(?<!`)<img", text) or "```" in text
    file = tmp_path / "summary"
    assert write_summary(everything(), {"GITHUB_STEP_SUMMARY": str(file)})
    assert "demo" in file.read_text(encoding="utf-8")
    assert not write_summary(everything(), {})


@pytest.mark.parametrize(
    ("environ", "marks"),
    [
        ({}, ("cp313-win_amd64", "onerror=alert(1)")),
        ({"GITHUB_ACTIONS": "true"}, ("::error", "::group::", "::endgroup::")),
        ({"GITLAB_CI": "true"}, ("section_start:", "section_end:")),
    ],
)
def test_a_run_is_told_line_by_line(environ: dict[str, str], marks: tuple[str, ...]) -> None:
    stream = io.StringIO()
    manifest = everything()
    jobs = tuple(
        Job(
            identifier=w.identifier,
            target=w.identifier.partition("-")[2],
            python=w.identifier.partition("-")[0],
            tests=(TestPlan(identifier=w.identifier),),
        )
        for w in manifest.wheels
    )
    watcher = watcher_for(stream, environ, quiet=False, verbose=False)
    watcher.begin(Selection(jobs=jobs, left_out=(LeftOut(identifier="x", reason="y"),)), 2)
    watcher.say("building the sdist")
    for wheel in manifest.wheels:
        watcher.began(Began(identifier=wheel.identifier, step="building"))
        watcher.built(wheel)
        for test in wheel.tests:
            watcher.tested(wheel, test)
    watcher.end(manifest)
    text = stream.getvalue()
    assert "building the sdist" in text
    for wheel in manifest.wheels:
        assert wheel.identifier in text
    for mark in marks:
        assert mark in text
    assert "\x00" not in text
