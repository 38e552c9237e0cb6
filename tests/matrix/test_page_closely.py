"""The page of a run: whole without a script, at hand with one, and safe whatever a manifest says."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zigwheel.errors import MatrixError
from zigwheel.matrix.manifest import from_table, to_json
from zigwheel.matrix.model import (
    LeftOut,
    Manifest,
    SdistResult,
    TestResult,
    WheelResult,
)
from zigwheel.matrix.report.page import report_html

CHROMIUM = shutil.which("chromium")
TARGETS = ("manylinux_x86_64", "musllinux_aarch64", "macosx_universal2", "win_amd64")
PYTHONS = ("cp312", "cp313", "cp313t", "pp311")
EVIL = "</script><img src=x onerror=alert(1)>\x1b[31m&quot;"


def sample(python: str, target: str, number: int) -> WheelResult:
    """One wheel; what became of it depends on the place that it has."""
    identifier = f"{python}-{target}"
    common = {"identifier": identifier, "serves": (identifier,)}
    if number % 7 == 5:
        return WheelResult(
            **common,
            state="failed",
            seconds=0.7,
            error=f"src/spam.c:3:1: error: {EVIL}\n  3 | oops",
        )
    if number % 11 == 10:
        return WheelResult(**common, state="not built")
    state = ("passed", "passed", "not tested", "failed")[number % 4]
    test = TestResult(
        identifier=identifier,
        state=state,
        reason=""
        if state == "passed"
        else "no interpreter"
        if state == "not tested"
        else "AssertionError",
        command="pytest",
        interpreter="CPython 3.13.5",
        seconds=1.25,
        output=f"1 {state}\n{EVIL}",
    )
    return WheelResult(
        **common,
        state="built",
        file=f"spam-1.0-{python}-{target}.whl",
        size=23_000 * (number + 1),
        sha256=f"{number:02x}" * 32,
        reused=number == 1,
        seconds=0.4 * (number + 1) ** 1.5,
        cpu_seconds=0.9 * (number + 1),
        memory=90_000_000,
        tests=(test,),
    )


MANIFEST = Manifest(
    name="spam",
    version="1.0",
    zigwheel="0.1",
    zig="0.16.0",
    sdist=SdistResult(file="spam-1.0.tar.gz", size=4096, sha256="ab" * 32),
    wheels=tuple(
        sample(python, target, 4 * i + j)
        for i, target in enumerate(TARGETS)
        for j, python in enumerate(PYTHONS)
        if (python, target) != ("pp311", "win_amd64")
    ),
    left_out=(
        LeftOut(identifier="pp311-win_amd64", reason="no headers are known"),
        LeftOut(identifier="cp39-win32", reason=f"`skip` names it {EVIL}"),
    ),
    complete=True,
)


def test_foreign_text_stays_text() -> None:
    page = report_html(replace(MANIFEST, name=EVIL, version=EVIL, zig=EVIL))
    assert "<img" not in page
    assert "\x1b" not in page
    assert len(re.findall("</script", page, re.IGNORECASE)) == 2
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    table = json.loads(found[1])
    assert "</script><img" in table["wheels"][5]["error"]


def test_an_identifier_ends_no_attribute() -> None:
    name = 'cp313-x"><b onclick="y'
    wheel = replace(MANIFEST.wheels[0], identifier=name, serves=(name,))
    page = report_html(replace(MANIFEST, wheels=(wheel,)))
    assert "<b onclick" not in page
    assert f'id="{html.escape(name)}"' in page


def test_all_of_a_manifest_is_there_and_the_same_each_time() -> None:
    page = report_html(MANIFEST)
    assert page == report_html(from_table(json.loads(to_json(MANIFEST)), "m"))
    for wheel in MANIFEST.wheels:
        assert f'id="{wheel.identifier}"' in page
        assert wheel.sha256 in page
    for left in MANIFEST.left_out:
        assert page.count(f'id="{left.identifier}"') == 1


def test_nothing_is_a_page_too() -> None:
    page = report_html(replace(MANIFEST, wheels=(), left_out=(), complete=False))
    assert "the run did not come to its end" in page


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1", "1e999"])
def test_figures_are_figures(value: str) -> None:
    text = to_json(MANIFEST).replace('"seconds": 1.25', f'"seconds": {value}')
    with pytest.raises(MatrixError, match="seconds"):
        from_table(json.loads(text), "m")


Opener = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Opener]:
    """Opens the page of `MANIFEST`; in the end, nothing was complained of and nothing asked for."""
    file = tmp_path / "report.html"
    file.write_text(report_html(MANIFEST), encoding="utf-8", newline="\n")
    said: list[str] = []
    asked: list[str] = []

    def opener(fragment: str = "", **options: Any) -> Any:
        page = browser.new_context(**options).new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        page.goto(file.as_uri() + fragment)
        return page

    yield opener
    for context in browser.contexts:
        context.close()
    assert said == []
    assert set(asked) == {file.as_uri()}


CELLS = "tbody td[data-state] a:visible"

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

CONTRASTS = """() => {
  const channel = (v) => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const parse = (c) => { const n = c.match(/[\\d.]+/g).map(Number); return [...n, 1].slice(0, 4); };
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c[3] > 0) return c;
    }
    throw new Error("nothing is behind");
  };
  const found = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !e.checkVisibility() || e.closest("script, option")) continue;
    const style = getComputedStyle(e);
    const text = parse(e.namespaceURI.endsWith("svg") ? style.fill : style.color);
    const [a, b] = [light(text), light(behind(e))].sort((x, y) => y - x);
    found.push([(a + .05) / (b + .05), e.outerHTML.slice(0, 120)]);
  }
  return found;
}"""


@pytest.mark.slow
def test_a_filter_leaves_what_matches(opened: Opener) -> None:
    page = opened()
    assert page.locator(CELLS).count() == 16
    page.get_by_label("Find").fill("cp313t")
    assert page.locator(CELLS).count() == 4
    assert page.locator("thead th:visible").all_text_contents() == ["3.13t"]
    page.get_by_label("Platform").select_option("win")
    assert page.locator(CELLS).count() == 1
    assert page.locator("output").text_content() == "1 of 16"
    page.get_by_role("button", name="Clear").click()
    page.locator("select[name=state]").select_option("build failed")
    failed = sum(wheel.state == "failed" for wheel in MANIFEST.wheels)
    assert page.locator(CELLS).count() == failed > 0
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Python").select_option("pp311")
    assert page.locator(CELLS).count() == 4


@pytest.mark.slow
def test_pointer_and_keys_show_details(opened: Opener) -> None:
    page = opened()
    details = page.get_by_role("dialog")
    assert not details.is_visible()
    page.locator("#cp312-manylinux_x86_64 a").hover()
    assert "spam-1.0-cp312" in page.locator(".tip").text_content()
    page.locator("#cp312-manylinux_x86_64 a").click()
    text = details.inner_text()
    for part in (
        "spam-1.0-cp312-manylinux_x86_64.whl",
        "23 kB",
        "00" * 32,
        "0.4 s",
        "0.9 s",
        "90 MB",
    ):
        assert part in text
    assert "1 passed\n</script><img" in text
    assert page.url.endswith("#cp312-manylinux_x86_64")
    page.keyboard.press("Escape")
    assert not details.is_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert "src/spam.c:3:1: error: </script>" in details.inner_text()
    assert page.url.endswith("#cp313-musllinux_aarch64")
    page.get_by_role("button", name="Close").click()
    assert page.evaluate("document.activeElement.parentElement.id") == "cp313-musllinux_aarch64"


@pytest.mark.slow
def test_an_address_leads_to_a_cell(opened: Opener) -> None:
    page = opened("#pp311-win_amd64")
    assert "no headers are known" in page.get_by_role("dialog").inner_text()
    page = opened("#%ff")
    assert not page.get_by_role("dialog").is_visible()


@pytest.mark.slow
def test_without_scripts_there_is_a_table(opened: Opener) -> None:
    page = opened(java_script_enabled=False)
    assert page.get_by_role("row").count() == 1 + len(TARGETS)
    assert page.locator("tbody th:visible").all_text_contents() == list(TARGETS)
    assert page.locator(CELLS).count() == 16
    assert page.locator("#cp313-musllinux_aarch64").inner_text().split() == ["‼build", "failed"]
    assert not page.get_by_label("Find").is_visible()
    assert page.get_by_text("error: </script>").first.is_visible()
    page.get_by_role("radio", name="build time").check()
    assert page.locator("#cp312-manylinux_x86_64").inner_text().split() == ["✓0.4", "s"]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_can_be_read(opened: Opener, scheme: str) -> None:
    page = opened(color_scheme=scheme, viewport={"width": 390, "height": 800})
    backgrounds = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert backgrounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 22, 29)"}[scheme]
    for colour in ("size", "build time", "state"):
        page.get_by_label(colour, exact=True).check()
        found = page.evaluate(CONTRASTS)
        assert len(found) > 60
        assert [one for one in found if one[0] < 4.5] == []
    while (closed := page.locator("details:not([open]) summary")).count():
        closed.first.click()
    assert page.evaluate(OVERFLOW) == 0
    page.locator("#cp313-musllinux_aarch64 a").click()
    assert page.evaluate(OVERFLOW) == 0
    assert [one for one in page.evaluate(CONTRASTS) if one[0] < 4.5] == []
