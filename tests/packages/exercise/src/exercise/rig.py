"""Where the checks put themselves down, and how they compare."""

CHECKS = {}
"""Name to function; a function that returns has passed."""

RAN = set()
"""Modules and names of the native checks that were called."""


def check(function):
    """A decorator: the function is one of the checks."""
    CHECKS[function.__module__.rpartition(".")[2] + "." + function.__name__] = function
    return function


def call(module, name, data=b"", **expected):
    """Run a native check; what it reported, without what was `expected` and came out so.

    A keyword's underscores are the blanks of the fact's name.
    """
    RAN.add((module.__name__, name))
    facts = module.run(name, data)
    compare(facts, {word.replace("_", " "): value for word, value in expected.items()})
    return facts


def compare(facts, expected):
    """Take the expected facts out of `facts`; raise AssertionError with all that differ."""
    wrong = []
    for name, value in expected.items():
        found = facts.pop(name, "nothing")
        if isinstance(value, str):
            value = value.encode()
        if found != value:
            wrong.append(f"{name}: {found!r}, expected {value!r}")
    if wrong:
        raise AssertionError("; ".join(wrong))


def nothing_else(facts):
    """Raise AssertionError if a check reported what nobody has compared."""
    if facts:
        raise AssertionError(f"not compared: {facts!r}")
