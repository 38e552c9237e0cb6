"""`[[tool.zigwheel.config-header]]`: headers that say what the target has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from zigwheel.config.config_header import ConfigHeader
from zigwheel.config.model import Config
from zigwheel.config.words import did_you_mean
from zigwheel.errors import GenerateError, PlanError, ZigwheelError, raise_all
from zigwheel.generate.model import Bench, Generator, inputs_of
from zigwheel.generate.store import with_made
from zigwheel.generate.template import Filling, filled, listed, style_of
from zigwheel.plan.tree import Tree
from zigwheel.target.model import Target

MOST = 2_000_000
"""Bytes of a template that are read."""


def laid(tree: Tree, config: Config, target: Target | None, bench: Bench) -> tuple[Tree, Config]:
    """Write the headers of the target; without one, nothing that would read them is compiled."""
    if target is None or not config.config_header:
        return tree, config
    from zigwheel.target.facts import facts_of

    facts = facts_of(target.triple)
    generators: list[Generator] = []
    errors: list[ZigwheelError] = []
    for index, entry in enumerate(config.config_header):
        place = f"tool.zigwheel.config-header[{index}]"
        try:
            generators.append(generator_of(tree, entry, place, facts))
        except ZigwheelError as error:
            errors.append(error)
    raise_all(errors)
    return with_made(tree, generators, bench), config


def generator_of(
    tree: Tree, entry: ConfigHeader, place: str, facts: Mapping[str, str | None]
) -> Generator:
    """The generator of one header, whose text is made here: it is all that decides the result.

    Raises `PlanError` for a template that is not there, `GenerateError` for names without an answer.
    """
    template = {entry.template: tree.file(entry.template)} if entry.template else {}
    if entry.template:
        text = text_for(entry, template[entry.template], place, facts)
    else:
        text = listed(entry.values, entry.output)

    def write(folder: Path) -> None:
        file = folder / entry.output
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogateescape"))

    return Generator(
        tool="config-header",
        place=place,
        recipe=(text,),
        inputs=inputs_of(template),
        outputs=(entry.output,),
        run=write,
    )


def text_for(entry: ConfigHeader, file: Path, place: str, facts: Mapping[str, str | None]) -> str:
    """A template, filled in."""
    if not file.is_file():
        raise PlanError(f"`{place}.template`: there is no file {entry.template!r}")
    data = file.read_bytes()
    if len(data) > MOST:
        raise PlanError(f"`{place}.template`: {entry.template!r} has more than {MOST} bytes")
    template = data.decode("utf-8", "surrogateescape")
    filling = Filling(values=entry.values, facts=facts)
    text = filled(template, entry.style or style_of(template), filling)
    raise_all(name_errors(entry, place, filling))
    return text


def name_errors(entry: ConfigHeader, place: str, filling: Filling) -> Iterator[GenerateError]:
    """What is wrong between the names of a template and those of `values`."""
    if filling.unknown:
        names = [f"{name} (line {line})" for name, line in filling.unknown.items()]
        first = next(iter(filling.unknown))
        yield GenerateError(
            f"`{place}`: {entry.template!r} asks for what is neither in `values` nor known of the "
            f"target: {', '.join(names)}",
            hint=f"put them into `{place}.values`, such as `{first} = false`, in an override where the "
            "target decides",
        )
    for name in entry.values:
        if name not in filling.asked:
            near = did_you_mean(name, filling.asked)
            yield GenerateError(
                f"`{place}.values` has {name!r}, which {entry.template!r} does not ask for{near}",
                hint=""
                if near
                else "take it out, or define it in `define-macros` of the components",
            )
