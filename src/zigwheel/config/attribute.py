"""The value of a module's attribute, read from the syntax tree: nothing is imported or run.

Understood are constants, tuples and lists of them, names assigned before, `+`, indexes and slices,
f-strings without format specifications, `str(x)`, and `sep.join(...)` over a sequence,
`map(str, sequence)` or `str(x) for x in sequence`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from zigwheel.errors import MetadataError

Value: TypeAlias = "str | int | float | bytes | complex | bool | tuple[Value, ...] | None"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a name has no value that can be known without running the module."""

    line: int
    """Line in the source, from 1."""
    reason: str
    """What stands there."""


class NotStaticError(Exception):
    """An expression whose value depends on running code; never leaves this module."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.reason)
        self.obstacle = obstacle


def static_attribute(source: str, name: str, shown: str) -> str:
    """The version that the top level of a module assigns to `name`.

    A tuple or list is joined with dots: `(1, 2, 3)` is `1.2.3`.

    Args:
        source: text of the module.
        name: the attribute.
        shown: path of the module, for messages.

    Raises:
        MetadataError: the module has no such attribute, its value cannot be known without running
            the module, or it is neither a string nor a sequence of strings and integers. The
            message shows the line.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0)
        raise MetadataError(f"`{shown}:{line}`: not valid Python: {error}") from error
    values = _assignments(tree)
    if name not in values:
        raise MetadataError(
            f"`{shown}` assigns nothing to `{name}` at its top level", hint=_similar(name, values)
        )
    value = values[name]
    if isinstance(value, Obstacle):
        lines = source.splitlines()
        quoted = lines[value.line - 1].strip() if 0 < value.line <= len(lines) else ""
        raise MetadataError(
            f"`{shown}:{value.line}`: `{name}` cannot be known without running the module:"
            f" {value.reason}\n    {quoted}",
            hint="assign a plain string, or use `tool.zigwheel.version.path` with a `pattern`",
        )
    return _as_version(value, name, shown)


def _as_version(value: Value, name: str, shown: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple) and value and all(type(part) in (str, int) for part in value):
        return ".".join(str(part) for part in value)
    raise MetadataError(
        f"`{shown}`: `{name}` is {value!r}, of type {type(value).__name__}",
        hint="a version is a string, or a tuple of strings and integers",
    )


def _similar(name: str, values: Mapping[str, object]) -> str:
    import difflib

    close = difflib.get_close_matches(name, values, cutoff=0.5)
    known = close or [other for other in values if "version" in other.lower()]
    return (
        f"it does assign {', '.join(f'`{other}`' for other in known)}"
        if known
        else f"add `{name} = '...'` to it"
    )


def _assignments(tree: ast.Module) -> dict[str, Value | Obstacle]:
    """What each name is bound to after the last statement of the module."""
    values: dict[str, Value | Obstacle] = {}
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=targets, value=expression):
                value = _attempt(expression, values)
                for target in targets:
                    _bind(target, value, values)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as expression):
                values[name] = _attempt(expression, values)
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=expression):
                read = ast.copy_location(ast.Name(id=name, ctx=ast.Load()), target)
                total = ast.copy_location(ast.BinOp(read, op, expression), statement)
                values[name] = _attempt(total, values)
            case ast.AnnAssign():
                pass
            case _:
                for name, obstacle in _other_bindings(statement):
                    values[name] = obstacle
    return values


def _bind(target: ast.expr, value: Value | Obstacle, values: dict[str, Value | Obstacle]) -> None:
    if isinstance(target, ast.Name):
        values[target.id] = value
    elif isinstance(target, (ast.Tuple, ast.List)):
        parts = value if isinstance(value, tuple) and len(value) == len(target.elts) else None
        for index, element in enumerate(target.elts):
            unknown = value if isinstance(value, Obstacle) else _obstacle(target, "unpacking")
            _bind(element, parts[index] if parts is not None else unknown, values)


def _other_bindings(statement: ast.stmt) -> Iterator[tuple[str, Obstacle]]:
    """Names that a statement other than an assignment binds in the module."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name, _obstacle(statement, "a definition")
        return
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        origin = "." * getattr(statement, "level", 0) + (getattr(statement, "module", None) or "")
        for alias in statement.names:
            reason = f"imported from {origin}" if origin else "an import"
            bound = alias.asname or alias.name.partition(".")[0]
            yield bound, _obstacle(statement, f"{reason}; name that module in `attr`")
        return
    kind = type(statement).__name__.lower()
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id, _obstacle(child, f"bound by `{kind}`")
    for node in _inside(statement):
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in (n for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)):
                yield name.id, _obstacle(node, f"assigned inside `{kind}`")
        elif isinstance(node, ast.stmt):
            yield from _other_bindings(node)


def _inside(statement: ast.stmt) -> Iterator[ast.AST]:
    """The statements directly within a compound statement, also those of its `except` clauses."""
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
            yield from (
                inner for inner in ast.iter_child_nodes(child) if isinstance(inner, ast.stmt)
            )


def _obstacle(node: ast.stmt | ast.expr, reason: str) -> Obstacle:
    return Obstacle(node.lineno, reason)


def _attempt(expression: ast.expr, values: Mapping[str, Value | Obstacle]) -> Value | Obstacle:
    try:
        return _evaluate(expression, values)
    except NotStaticError as error:
        return error.obstacle
    except RecursionError:
        return _obstacle(expression, "too deeply nested")


def _evaluate(node: ast.expr, values: Mapping[str, Value | Obstacle]) -> Value:
    match node:
        case ast.Constant(value=value) if value is not ...:
            return value
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return tuple(_evaluate(element, values) for element in elements)
        case ast.Name(id=name) if name in values:
            known = values[name]
            if isinstance(known, Obstacle):
                raise NotStaticError(known)
            return known
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _sum(node, _evaluate(left, values), _evaluate(right, values))
        case ast.Subscript(value=inner, slice=index):
            return _subscript(node, _evaluate(inner, values), index)
        case _:
            return _text(node, values)


def _text(node: ast.expr, values: Mapping[str, Value | Obstacle]) -> str:
    """The string that an f-string, `str(...)` or `join` makes."""
    match node:
        case ast.JoinedStr(values=pieces):
            return "".join(str(_evaluate(piece, values)) for piece in pieces)
        case ast.FormattedValue(value=inner, conversion=-1 | 115, format_spec=None):
            return str(_evaluate(inner, values))
        case ast.Call(func=ast.Name(id="str"), args=[inner], keywords=[]):
            return str(_evaluate(inner, values))
        case ast.Call(func=ast.Attribute(value=separator, attr="join"), args=[inner], keywords=[]):
            glue = _evaluate(separator, values)
            if isinstance(glue, str):
                return glue.join(_strings(inner, values))
    raise _not_plain(node)


def _sum(node: ast.expr, first: Value, second: Value) -> Value:
    if isinstance(first, str) and isinstance(second, str):
        return first + second
    if isinstance(first, tuple) and isinstance(second, tuple):
        return first + second
    raise _not_plain(node)


def _not_plain(node: ast.expr) -> NotStaticError:
    return NotStaticError(_obstacle(node, f"`{ast.unparse(node)}` is not a plain value"))


def _subscript(node: ast.expr, value: Value, index: ast.expr) -> Value:
    """`value[index]` for whole numbers and slices of them."""
    try:
        if isinstance(value, (str, tuple)):
            if isinstance(index, ast.Slice):
                ends = (index.lower, index.upper, index.step)
                bounds = (end if end is None else ast.literal_eval(end) for end in ends)
                return value[slice(*bounds)]
            return value[ast.literal_eval(index)]
    except (ValueError, TypeError, IndexError):
        pass
    raise _not_plain(node)


def _strings(node: ast.expr, values: Mapping[str, Value | Obstacle]) -> list[str]:
    """The strings that the argument of `join` holds."""
    match node:
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="str"), inner], keywords=[]):
            sequence, convert = _evaluate(inner, values), True
        case (
            ast.GeneratorExp(elt=element, generators=[loop])
            | ast.ListComp(elt=element, generators=[loop])
        ) if isinstance(loop.target, ast.Name) and not loop.ifs and not loop.is_async:
            sequence = _evaluate(loop.iter, values)
            if not isinstance(sequence, tuple):
                raise NotStaticError(_obstacle(node, "it is not a loop over a tuple or list"))
            name = loop.target.id
            sequence = tuple(_evaluate(element, {**values, name: item}) for item in sequence)
            convert = False
        case _:
            sequence, convert = _evaluate(node, values), False
    if isinstance(sequence, tuple) and (convert or all(isinstance(s, str) for s in sequence)):
        return [str(item) for item in sequence]
    raise NotStaticError(_obstacle(node, f"`{ast.unparse(node)}` is no sequence of strings"))
