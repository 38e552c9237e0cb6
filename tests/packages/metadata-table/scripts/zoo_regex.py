"""A plug-in of the oldest form, with two arguments."""

import re
from pathlib import Path


def dynamic_metadata(field, settings):
    return re.search(r"Release (\S+)", Path(settings["input"]).read_text(encoding="utf-8"))[1]


def get_requires_for_dynamic_metadata(settings):
    return ["zoo-regex-tool"]
