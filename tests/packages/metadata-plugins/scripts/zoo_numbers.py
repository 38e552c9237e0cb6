"""A plug-in that is a module: the version, from a file in the working directory."""

from pathlib import Path


def dynamic_metadata(settings, project):
    return {"version": Path(settings["file"]).read_text(encoding="utf-8").strip()}
