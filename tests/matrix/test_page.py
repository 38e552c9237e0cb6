"""The HTML report, as text and in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.matrix.manifests import everything
from zigwheel.matrix.report.page import report_html


def test_the_page_is_the_same_each_time_and_has_all_of_it() -> None:
    text = report_html(everything())
    assert text == report_html(everything())
    for wheel in everything().wheels:
        assert f'id="{wheel.identifier}"' in text
    assert "<img src=x" not in text
    assert text.count("</script>") == 2
    assert not re.search(r"(src|href)=[\"']?https?:", text)


@pytest.fixture
def address(tmp_path: Path) -> str:
    file = tmp_path / "report.html"
    file.write_text(report_html(everything()), encoding="utf-8")
    return file.as_uri()


@pytest.mark.slow
def test_a_person_filters_and_looks_closer(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    cells = page.locator("table td[data-state]")
    assert cells.count() == 12
    page.fill("input[name=text]", "win_amd64")
    assert page.locator("table td[data-state]:visible:not(.out)").count() == 3
    page.select_option("select[name=state]", "build failed")
    assert page.locator("table td[data-state]:visible:not(.out)").count() == 1
    page.click("text=Clear")
    page.wait_for_function("document.querySelectorAll('td.out').length == 0")
    page.click('[id="cp313-win_amd64"]')
    details = page.locator("[data-part=details]")
    assert details.is_visible()
    assert "onerror=alert(1)" in details.inner_text()
    assert page.url.endswith("#cp313-win_amd64")
    page.keyboard.press("Escape")
    assert not details.is_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    assert details.is_visible()
    assert "cp311-win_amd64" in details.inner_text()
    for colour in ("seconds", "size"):
        page.check(f"input[value={colour}]")
    page.goto(f"{address}#cp39-manylinux_x86_64")
    page.reload()
    assert "AssertionError: 1 != 2" in details.inner_text()
    assert said == []
    assert {url.partition("#")[0] for url in asked} == {address}
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_telephone_and_can_be_read(browser: Any, address: str, scheme: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(CONTRAST) >= 4.5
    page.close()


@pytest.mark.slow
def test_it_needs_no_javascript(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("table td[data-state]:visible").count() == 12
    assert "onerror=alert(1)" in page.inner_text("body")
    context.close()


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (layers) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const layer of layers) { canvas.fillStyle = layer; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (color) => {
    const [r, g, b] = color.map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let worst = 21;
  for (const element of document.querySelectorAll("td[data-state], th, h1, h2, p, dt, dd, label")) {
    if (!element.offsetParent || !element.textContent.trim()) continue;
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.unshift(getComputedStyle(one).backgroundColor);
    layers.unshift(matchMedia("(prefers-color-scheme: dark)").matches ? "#000" : "#fff");
    const back = light(rgb(layers)), front = light(rgb([...layers, getComputedStyle(element).color]));
    worst = Math.min(worst, (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05));
  }
  return worst;
}"""
"""The least contrast of a text with what lies behind it (WCAG 2.1, 1.4.3)."""
