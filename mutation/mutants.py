"""What can be changed in a module: pure.

Tools that exist change what stands inside of functions. Here the rules stand outside of them as well: sets of roles,
grants, periods and SQL, so all of a module is changed, and SQL by the words that decide which rows it takes.
"""

import ast
import re
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
}
_ENUMERATIONS = frozenset({"StrEnum", "Enum", "Flag", "IntEnum", "IntFlag"})
_WIDER = {"READ": "ALL", "ADD": "ALL", "EDIT": "ALL"}
_CONDITIONS = frozenset({"where", "and_", "or_", "May"})
"""Calls whose arguments are conditions, of which any can be forgotten."""
_WORDS = frozenset(
    {
        "say",
        "N_",
        "Name",
        "gettext",
        "ngettext",
        "info",
        "warning",
        "exception",
        "bindparam",
        "get_logger",
        "__repr__",
    }
)
"""Calls whose arguments are words for people or the log, and a method that gives such words."""
_SQL = re.compile(
    r"\b(SELECT|UPDATE|INSERT|DELETE|WHERE|FROM|AND|OR|NULL|EXISTS)\b|(cbo_id|person_id) =|[<>]=? :"
)
_SQL_CHANGES = (
    (r"<=", "<"),
    (r">=", ">"),
    (r"(?<= )<(?= )", "<="),
    (r"(?<= )>(?= )", ">="),
    (r"<>", "="),
    (r"(?:(?<=AND )|(?<=WHERE )|(?<=ON ))([\w.]+) = ", r"\1 <> "),
    (r"\bAND\b", "OR"),
    (r"\bOR\b", "AND"),
    (r"\bIS NOT NULL\b", "IS NULL"),
    (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bNOT (?=EXISTS|\()", ""),
    (r"\bLEFT JOIN\b", "JOIN"),
    (r" FOR UPDATE[\w ]*", ""),
    (r" ON CONFLICT DO NOTHING", ""),
    (r"\bgreatest\b", "least"),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"'\w+', ", ""),
    (r" \+ (?=1|:)", " - "),
    (r" - (?=CAST|1|:)", " + "),
    (r"SELECT, ", "SELECT, UPDATE, DELETE, "),
)


@dataclass(frozen=True)
class Mutant:
    """One change of a syntax tree; `apply` makes it, for good."""

    line: int
    before: str
    after: str
    apply: Callable[[], None] = field(repr=False, compare=False)

    def __str__(self) -> str:
        return f"`{self.before}` → `{self.after}`" if self.after else f"without `{self.before}`"


def mutants(tree: ast.Module) -> list[Mutant]:
    """Every mutant of a module; each works on `tree` itself, so only one of them can be applied."""
    return list(_below(tree, 1))


def _below(node: ast.AST, line: int) -> Iterator[Mutant]:
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "type_params", "bases"}:
            continue
        several = value if isinstance(value, list) else [value]
        for place, child in enumerate(several):
            if not isinstance(child, ast.AST) or _left_alone(node, child):
                continue
            at = getattr(child, "lineno", line)
            for changed, before, after in _changes(child):
                put = _replacing(node, name, place if isinstance(value, list) else None, changed)
                yield Mutant(at, before, after, put)
            yield from _below(child, at)


def _replacing(node: ast.AST, name: str, place: int | None, changed: ast.AST) -> Callable[[], None]:
    def apply() -> None:
        if place is None:
            setattr(node, name, changed)
        else:
            getattr(node, name)[place] = changed

    return apply


def _left_alone(parent: ast.AST, node: ast.AST) -> bool:
    """Words for people, imports, and the values of enumerations, which are names and no rules."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) | ast.FunctionDef(name=name):
            return name in _WORDS
        case ast.Assign() if isinstance(parent, ast.ClassDef):
            return any(isinstance(base, ast.Name) and base.id in _ENUMERATIONS for base in parent.bases)
        case ast.Constant(value=str(words)) if isinstance(parent, ast.JoinedStr):
            return not _SQL.search(words)
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.List() | ast.BinOp():
            return isinstance(parent, ast.Call) and _raises(parent)
    return False


def _raises(call: ast.Call) -> bool:
    """Whether a call makes an exception, whose argument is words."""
    named = call.func.id if isinstance(call.func, ast.Name) else ""
    return named.endswith(("Error", "Fault", "Conflict", "Invalid", "Trouble"))


Change = tuple[ast.AST, str, str]


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.search(node.value):
        yield from _sql_changes(node.value)
        return
    for changed in (*_other_values(node), *_other_operators(node), *_nothing(node)):
        yield changed, _shown(node), _shown(changed)
    yield from _other_turns(node)
    for changed, left_out in _with_less(node):
        yield changed, _shown(left_out), ""


def _other_values(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Name(id=name, ctx=ast.Load()) if name in _WIDER:
            yield ast.Name(_WIDER[name], node.ctx)
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str(value)):
            yield ast.Constant(value + "X")
        case ast.Constant(value=bytes(value)):
            yield ast.Constant(value + b"X")


def _other_operators(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                others = [*ops[:place], _COMPARED[type(op)](), *ops[place + 1 :]]
                yield ast.Compare(node.left, others, node.comparators)
        case ast.BoolOp(values=values):
            yield from (_without(node, "values", place) for place in range(len(values)))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from (left, right)
        case ast.BinOp(op=op) if type(op) in _COUNTED:
            yield ast.BinOp(node.left, _COUNTED[type(op)](), node.right)
        case ast.AugAssign(op=op) if type(op) in _COUNTED:
            yield ast.AugAssign(node.target, _COUNTED[type(op)](), node.value)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand


def _nothing(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Raise() | ast.Expr():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()


def _other_turns(node: ast.AST) -> Iterator[Change]:
    """A branch or a loop that is taken when it should not be."""
    match node:
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            if isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.Await | ast.NamedExpr):
                turned = copy(node)
                turned.test = ast.UnaryOp(ast.Not(), test)
                yield turned, f"if {_shown(test)}", f"if {_shown(turned.test)}"


def _with_less(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Without one of the things that are listed; an argument is left out where that means something."""
    match node:
        case ast.Set(elts=elts) if len(elts) > 1:
            yield from ((_without(node, "elts", place), each) for place, each in enumerate(elts))
        case ast.Assign(targets=[ast.Name()], value=ast.Tuple(elts=elts) as listed) if len(elts) > 1:
            for place, each in enumerate(elts):
                yield ast.Assign(node.targets, _without(listed, "elts", place), lineno=node.lineno), each
        case ast.Dict(keys=keys, values=values) if len(keys) > 1:
            for place, each in enumerate(values):
                shorter = _without(_without(node, "keys", place), "values", place)
                yield shorter, ast.Dict([keys[place]], [each])
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=keywords):
            for place, each in enumerate(args):
                if name in _CONDITIONS and (place or name != "May"):
                    yield _without(node, "args", place), each
            yield from ((_without(node, "keywords", place), each) for place, each in enumerate(keywords))


def _without(node: ast.AST, name: str, place: int) -> ast.AST:
    """A copy of `node` without one of several; of an "and" or "or" of two, the other one."""
    shorter = copy(node)
    left = [each for at, each in enumerate(getattr(node, name)) if at != place]
    setattr(shorter, name, left)
    return left[0] if isinstance(node, ast.BoolOp) and len(left) == 1 else shorter


def _sql_changes(sql: str) -> Iterator[Change]:
    for pattern, instead in _SQL_CHANGES:
        for found in re.finditer(pattern, sql):
            changed = sql[: found.start()] + found.expand(instead) + sql[found.end() :]
            begin, end = max(0, found.start() - 16), found.end() + 24
            yield (
                ast.Constant(changed),
                _one_line(sql[begin:end]),
                _one_line(changed[begin : end + len(changed) - len(sql)]),
            )


def _shown(node: ast.AST) -> str:
    text = ast.unparse(node)
    return _one_line(text if len(text) <= 160 else f"{text[:80]} … {text[-80:]}")


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
