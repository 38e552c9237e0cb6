"""What people see: pages without scripts, in a real browser, light and dark; and numbers."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.index.conftest import Make, Served, twine
from tests.index.test_install import HERE, native
from tests.index.test_upload import WHEEL, post, sdist, wheel
from tests.recipe.conftest import Built, run

pytestmark = pytest.mark.slow


def contrast(page: Any, one: Any) -> float:
    """Between the ink and the ground of an element (WCAG 2.2, "contrast ratio")."""
    found: float = one.evaluate(
        """element => {
          const light = color => {
            const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map(v => {
              v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b };
          let ground = element;
          while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)')
            ground = ground.parentElement;
          const pair = [light(getComputedStyle(element).color),
                        light(getComputedStyle(ground).backgroundColor)].sort((a, b) => b - a);
          return (pair[0] + 0.05) / (pair[1] + 0.05) }"""
    )
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages(browser: Any, make_index: Make, release: Built, scheme: str) -> None:
    index = make_index(settings=HERE)
    token = index.token()
    twine(index.url, token, *release.wheels.iterdir())
    run("index", "push", index.url, release.recipe, "--token", token)
    lost = wheel(version="1.1", more="Summary: <script>alert(1)</script>\n")
    post(index, token, WHEEL, wheel())
    post(index, token, "spam-1.1-py3-none-any.whl", lost)
    post(index, token, "spam-1.0.tar.gz", sdist())
    gone, sha256 = native(release)
    index.blob(sha256).unlink()
    index.blob(hashlib.sha256(lost).hexdigest()).unlink()
    run("index", "check", index.folder, code=19)
    run("index", "yank", index.folder, WHEEL, "--reason", "<b>bad</b>")

    context = browser.new_context(
        java_script_enabled=True, color_scheme=scheme, viewport={"width": 1100, "height": 800}
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{index.url}/")
    assert page.locator("tbody a").all_inner_texts() == ["fastsum", "spam"]
    page.get_by_role("link", name="fastsum").click()
    assert page.title() == "fastsum"
    assert page.locator("td.again").first.inner_text().startswith("made again when asked for")
    assert page.locator("td.here").first.inner_text().startswith("stored")
    headers = page.locator("thead th").all_inner_texts()
    assert "manylinux_x86_64" in headers
    assert "win_amd64" in headers
    assert page.locator("svg rect.saved").first.bounding_box()["width"] > 10
    page.get_by_role("link", name="All projects").click()
    page.get_by_role("link", name="spam").click()
    assert page.locator("td.lost").first.inner_text().startswith("cannot be had")
    assert "yanked: <b>bad</b>" in page.locator("body").inner_text()
    assert page.locator("b").count() == 0
    for one in page.locator("td[class], .soft, h1, a").all():
        assert contrast(page, one) >= 4.5
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 1100
    assert said == []
    assert all(url.startswith(index.url) for url in asked if "favicon" not in url)
    with page.expect_download() as download:
        page.get_by_role("link", name="spam-1.0.tar.gz").click()
    assert download.value.path().read_bytes() == sdist()
    context.close()
    assert gone.name


def test_pages_need_no_script(browser: Any, index: Served) -> None:
    post(index, index.token(), WHEEL, wheel())
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 700})
    page = context.new_page()
    page.goto(f"{index.url}/project/spam/")
    assert WHEEL in page.locator("body").inner_text()
    context.close()
    assert requests.get(f"{index.url}/project/Spam/", timeout=30).url.endswith("/project/spam/")
    assert requests.get(f"{index.url}/project/none/", timeout=30).status_code == 404


def test_numbers(index: Served) -> None:
    post(index, index.token(), WHEEL, wheel())
    sha256 = hashlib.sha256(wheel()).hexdigest()
    index.blob(sha256).unlink()
    assert requests.get(f"{index.url}/files/{sha256}/{WHEEL}", timeout=30).status_code == 404
    text = requests.get(f"{index.url}/metrics", timeout=30).text
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["zigwheel_index_uploads_total",] == 1
    assert found["zigwheel_index_unavailable_total", "lasting"] == 1
    assert found["zigwheel_index_serial",] > 0
    assert requests.get(f"{index.url}/health", timeout=30).json()["serial"] > 0
