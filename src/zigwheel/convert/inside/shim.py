"""Stands for a compiler, an archiver or `pkg-config` on PATH: `shim.py NAME WORDS…`."""

from __future__ import annotations

import importlib
import json
import os
import sys
import types
from collections.abc import Mapping
from typing import Any


def neighbours() -> tuple[Any, Any]:
    """The two modules beside this one that are needed, without what lies above."""
    here = os.path.dirname(os.path.abspath(__file__))
    folders = {"zigwheel": "../..", "zigwheel.convert": "..", "zigwheel.convert.inside": "."}
    for name, folder in folders.items():
        module = types.ModuleType(name)
        module.__path__ = [os.path.normpath(os.path.join(here, folder))]
        sys.modules[name] = module
    words = importlib.import_module("zigwheel.convert.inside.words")
    return words, importlib.import_module("zigwheel.convert.inside.answers")


def note(spec: Mapping[str, Any], event: str, words: list[str], **values: Any) -> None:
    """Write an event, in one piece, as other processes write there, too."""
    told = {"event": event, "words": words, "cwd": os.getcwd(), "place": "", "names": [], **values}
    descriptor = os.open(spec["events"], os.O_WRONLY | os.O_APPEND)
    os.write(descriptor, (json.dumps(told) + "\n").encode("utf-8", "surrogateescape"))


def main(name: str, words: list[str]) -> int:
    """Record the command; or answer the question that it asks."""
    with open(os.environ["ZIGWHEEL_RECORD"], encoding="utf-8") as stream:
        spec = json.load(stream)
    if name.startswith("pkg"):
        if "--version" in words:
            print("1.8.1")
            return 0
        return 1
    if name == "ranlib":
        return 0
    reader, answers = neighbours()
    cwd, project = os.getcwd(), os.path.realpath(spec["project"])
    command = [name, *words]
    job = reader.read_command(command, cwd)
    files = job.sources or job.objects
    if job.kind in ("compile", "link", "archive") and files and job.output_or_default():
        if not all(reader.is_probe(file, cwd, project) for file in files):
            output = os.path.join(cwd, job.output_or_default())
            os.makedirs(os.path.dirname(output), exist_ok=True)
            with open(output, "w", encoding="utf-8") as stream:
                stream.write(f"recorded: {job.output}\n")
            note(spec, "built", command)
            return 0
    if not spec["zig"]:
        print(f"{name}: no compiler is at hand that answers for {spec['zig_target']}")
        return 127
    if name == "ar":
        program = [spec["zig"], "ar", *words]
    else:
        program = answers.zig_words(command, job, spec)
    os.execve(spec["zig"], program, answers.environment(spec))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
