"""The words of error messages about settings: places, quoted values, suggestions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from zigwheel.errors import ConfigError

QUOTED = 60
BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def child(place: str, key: str) -> str:
    """The TOML path of `key` in the table at `place`."""
    name = key if key and BARE.issuperset(key) else quote(key)
    return f"{place}.{name}" if place else name


def quote(value: object) -> str:
    """`value` as TOML would write it, cut where it is long."""
    text = toml_text(value)
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}..."


def toml_text(value: object) -> str:
    """`value` in TOML's notation, on one line."""
    if isinstance(value, str):
        import json

        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        inside = ", ".join(f"{child('', str(k))} = {toml_text(v)}" for k, v in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml_text, value))}]"
    return str(value)


def type_words(value: object) -> str:
    """What TOML calls the type of `value`, with its article."""
    words = {
        str: "a string",
        bool: "a boolean",
        int: "an integer",
        float: "a float",
        list: "an array",
        dict: "a table",
    }
    return words.get(type(value), "a date or time")


def either(options: Iterable[str]) -> str:
    """`a`, `b` or `c`, each in backquotes."""
    quoted = [f"`{option}`" for option in options]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[1:] else quoted)


def nearest(word: str, known: Collection[str]) -> str:
    """The member of `known` that `word` most likely meant, or an empty string.

    Case, and `_` for `-`, make no difference.
    """
    folded = {fold(name): name for name in known}
    if fold(word) in folded:
        return folded[fold(word)]
    from difflib import get_close_matches

    near = get_close_matches(fold(word), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else ""


def fold(word: str) -> str:
    """`word` without what distinguishes spellings of one key."""
    return word.lower().replace("_", "-")


def did_you_mean(word: str, known: Collection[str]) -> str:
    """The end of a message that suggests a member of `known`; empty if none is near."""
    near = nearest(word, known)
    return f"; did you mean `{near}`?" if near else ""


def unknown_key(place: str, key: str, known: Collection[str], hint: str = "") -> ConfigError:
    """The error for a key that the table at `place` does not have."""
    suggestion = did_you_mean(key, known)
    if not suggestion and not hint:
        hint = f"the keys of `{place}` are {', '.join(f'`{name}`' for name in known)}"
    return ConfigError(f"unknown key `{child(place, key)}`{suggestion}", hint=hint)


def wrong_type(place: str, value: object, must: str, hint: str = "") -> ConfigError:
    """The error for a value of another type."""
    return ConfigError(
        f"`{place}` is {quote(value)}, {type_words(value)}; it must be {must}", hint=hint
    )


def wrong_value(place: str, value: object, must: str, hint: str = "") -> ConfigError:
    """The error for a value of the right type that is not allowed."""
    return ConfigError(f"`{place}` is {quote(value)}; it must be {must}", hint=hint)
