"""The JSON Schema of a recipe, made from the patterns that reading one goes by.

Draft 2020-12. What it cannot say is checked by the reader alone: that the two places of the sdist agree,
that each wheel has its inputs, and that no member leaves its folder.
"""

from __future__ import annotations

import re
from typing import Any

from zigwheel.recipe.document import (
    BUILD_TYPE,
    LARGEST_FILE,
    NAME,
    PROVENANCE,
    SDIST_NAME,
    SETTING,
    STATE,
    STATEMENT,
    VARIABLE,
    VERSION,
    WHEEL_NAME,
    WORD,
)
from zigwheel.recipe.model import START
from zigwheel.recipe.reading import HEX, LARGEST, SHA256

TEXT: dict[str, Any] = {"type": "string"}


def schema() -> dict[str, Any]:
    """The schema as a table that JSON can hold."""
    digest = fields(sha256=text(SHA256))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": BUILD_TYPE,
        "title": "A recipe of zigwheel's: an in-toto statement with SLSA provenance",
        **fields(
            _type={"const": STATEMENT},
            predicateType={"const": PROVENANCE},
            subject=listed(
                fields(
                    name=text(WHEEL_NAME),
                    digest=digest,
                    annotations=fields(
                        size=whole(LARGEST_FILE),
                        tags=listed(text(re.compile(r"\w+-\w+-\w+"))),
                        metadata=text(SHA256),
                        members=by_name(text(SHA256)),
                        start={**text(HEX), "maxLength": 2 * START},
                    ),
                )
            ),
            predicate=fields(
                buildDefinition=fields(
                    buildType={"const": BUILD_TYPE},
                    externalParameters=fields(
                        name=text(NAME),
                        version=text(VERSION),
                        sdist=fields(
                            name=text(SDIST_NAME), digest=digest, size=whole(LARGEST_FILE)
                        ),
                        wheels=by_name(inputs(), WHEEL_NAME),
                    ),
                    internalParameters=fields(
                        toolchain=fields(
                            zigwheel=text(VERSION),
                            code=text(SHA256),
                            zig=text(VERSION),
                            compilers=by_name(text(SHA256)),
                        ),
                        python=text(VERSION),
                    ),
                    resolvedDependencies=listed(
                        {
                            "anyOf": [
                                fields(name=text(SDIST_NAME), digest=digest),
                                fields(
                                    name=text(NAME),
                                    annotations=fields(
                                        version=text(VERSION),
                                        sha256={**listed(text(SHA256)), "minItems": 1},
                                    ),
                                ),
                            ]
                        }
                    ),
                ),
                runDetails=fields(
                    builder=fields(id=TEXT),
                    byproducts=listed(fields(name=TEXT, annotations=record())),
                ),
            ),
        ),
    }


def inputs() -> dict[str, Any]:
    """What a wheel is made from."""
    return fields(
        identifier=text(WORD),
        target=text(WORD),
        python=text(WORD),
        settings=by_name({"anyOf": [TEXT, listed(TEXT)]}, SETTING),
        environ=by_name(TEXT, VARIABLE),
        withheld=by_name(text(SHA256), VARIABLE),
        headers=listed(fields(version=text(VERSION), sha256=text(SHA256))),
    )


def record() -> dict[str, Any]:
    """What was measured and seen."""
    return fields(
        seconds={"type": "number", "minimum": 0},
        cpu_seconds={"type": "number", "minimum": 0},
        memory=whole(LARGEST),
        audit=listed(TEXT),
        tests=listed(fields(identifier=text(WORD), state=text(STATE), reason=TEXT)),
    )


def text(pattern: re.Pattern[str]) -> dict[str, Any]:
    """A text that fits a pattern as a whole."""
    plain = pattern.pattern.replace("(?:", "(")
    return {"type": "string", "pattern": f"^({plain})$"}


def whole(most: int) -> dict[str, Any]:
    """A number of things."""
    return {"type": "integer", "minimum": 0, "maximum": most}


def listed(item: dict[str, Any]) -> dict[str, Any]:
    """Things in a row."""
    return {"type": "array", "items": item}


def by_name(value: dict[str, Any], names: re.Pattern[str] | None = None) -> dict[str, Any]:
    """Things by name."""
    own = {"propertyNames": {"pattern": f"^({names.pattern})$"}} if names else {}
    return {"type": "object", **own, "additionalProperties": value}


def fields(**properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has to have these fields, and may have others, which do not count."""
    return {"type": "object", "required": [*properties], "properties": properties}
