"""Links between the project's own pages lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    file
    for pattern in ("*.md", "docs/**/*.md", "examples/*/*.md", "benchmarks/*.md", "tests/**/*.md")
    for file in ROOT.glob(pattern)
)
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def prose(file: Path) -> str:
    """A page without its blocks of code and without code in lines."""
    return re.sub(r"`[^`\n]*`", "code", FENCE.sub("", file.read_text(encoding="utf-8")))


def anchors(file: Path) -> Iterator[str]:
    """The anchors of a page's headings, as forges make them."""
    seen: dict[str, int] = {}
    text = FENCE.sub("", file.read_text(encoding="utf-8"))
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", text, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        number = seen.get(slug, 0)
        seen[slug] = number + 1
        yield f"{slug}-{number}" if number else slug
    yield from re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text)


def broken(file: Path, root: Path = ROOT) -> Iterator[str]:
    """The links of a page that lead nowhere."""
    for link in LINK.findall(prose(file)):
        if re.match(r"[a-z][a-z+.-]*:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        if not target.exists() or not target.is_relative_to(root):
            yield f"{link}: there is no {target}"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"{link}: {target.name} has no such heading"


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(file: Path) -> None:
    assert list(broken(file)) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    assert LINK.findall("[a](b.md#c) and [d](<e.md>)") == ["b.md#c", "e.md"]
    (tmp_path / "x.md").write_text(
        "# One `Two`\n\n[a](#one-two) [b](#three) [c](gone.md)\n", "utf-8"
    )
    found = list(broken(tmp_path / "x.md", tmp_path))
    assert any("gone.md" in text for text in found)
    assert any("#three" in text for text in found)
    assert not any("#one-two" in text for text in found)
