"""Stands for a compiler, an archiver or `pkg-config` on PATH: `shim.py NAME WORDS…`."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
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


def builds(job: Any, reader: Any, cwd: str, project: str) -> bool:
    """Whether a command makes a part of what is built; else it asks a question."""
    if job.kind not in ("compile", "link", "archive") or not job.output_or_default():
        return False
    files = job.sources or job.objects
    return not all(reader.is_probe(file, cwd, project) for file in files)


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
    if builds(job, reader, cwd, project):
        if spec["fail"]:
            return 1
        answers.put(os.path.join(cwd, job.output_or_default()), answers.stand_in(job))
        if job.dependencies:
            answers.put(os.path.join(cwd, job.dependencies), "")
        note(spec, "built", command)
        return 0
    if not spec["zig"]:
        print(f"{name}: no compiler is at hand that answers for {spec['zig_target']}")
        return 127
    program = [spec["zig"], *command] if name == "ar" else answers.zig_words(command, job, spec)
    return subprocess.call(program, env=answers.environment(spec))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
