"""Which form of a page a client wants (PEP 691, "Version + Format Selection"; RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re

from zigwheel.index.web.simple import HTML, JSON, PLAIN

FORMS = (PLAIN, HTML, JSON)
"""In the order in which they are preferred where a client does not mind: as before PEP 691."""

LATEST = {
    "application/vnd.pypi.simple.latest+json": JSON,
    "application/vnd.pypi.simple.latest+html": HTML,
}
WEIGHT = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")


def chosen(accept: str) -> str | None:
    """The form for a header `Accept`, as a media type; None if none of them is wanted."""
    if not accept.strip():
        return PLAIN
    wanted: dict[str, float] = {}
    for part in accept.lower().split(","):
        kind, *parameters = (word.strip() for word in part.split(";"))
        kind = LATEST.get(kind, kind)
        wanted[kind] = max(wanted.get(kind, 0.0), weight(parameters))
    best = max(FORMS, key=lambda form: liking(form, wanted))
    return best if liking(best, wanted) > 0 else None


def weight(parameters: list[str]) -> float:
    """How much a client likes something, from 0 to 1; 1 where it does not say it well."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q" and WEIGHT.fullmatch(value.strip()):
            return float(value)
    return 1.0


def liking(form: str, wanted: dict[str, float]) -> float:
    """How much a client likes a form: the most specific of what it says decides."""
    for kind in (form, f"{form.partition('/')[0]}/*", "*/*"):
        if kind in wanted:
            return wanted[kind]
    return 0.0
