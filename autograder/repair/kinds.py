"""What kind of edit turns one expression into another, and where in the learner's text its place is.

The kinds are words for autograder/report/places.py. The most general, "expression", says that there is something.
"""

from __future__ import annotations

import ast
from collections import Counter

from autograder.repair.edit import end_line, same

Place = tuple[int, tuple[int, int] | None]

#: Methods and functions that work along a dimension.
ALONG = {
    "sum", "mean", "max", "min", "amax", "amin", "argmax", "argmin", "softmax", "log_softmax", "logsumexp", "cumsum",
    "prod", "std", "var", "norm", "unsqueeze", "squeeze", "stack", "cat", "flatten", "argsort", "sort", "topk",
    "gather", "size",
}  # fmt: skip
#: Those that take the tensors first, and the dimension after them, also as methods of nothing.
AFTER_TENSORS = {"stack", "cat"}
#: The kind of a change between two expressions of one type, whatever is in them; and between two keyword arguments.
OF_TYPE = {
    ast.Constant: "constant", ast.Compare: "comparison", ast.BoolOp: "condition", ast.Name: "name", ast.Slice: "index"
}  # fmt: skip
OF_KEYWORD = {"dim": "dimension", "axis": "dimension", "keepdim": "keepdim"}
SIGNS = (ast.Add, ast.Sub)


def classify(old: ast.AST, new: ast.AST) -> str:
    """The kind of the edit old -> new of one expression: what the first of these sees that sees anything."""
    if isinstance(old, ast.keyword) and isinstance(new, ast.keyword):
        return OF_KEYWORD.get(old.arg or "") or classify(old.value, new.value)
    if is_number(old) and is_number(new):
        return "constant"
    if type(old) is type(new) and type(old) in OF_TYPE:
        return OF_TYPE[type(old)]
    seen = _before_it(old, new) or _operation(old, new) or _call(old, new) or _part(old, new) or _around_it(old, new)
    return seen or "expression"


def _before_it(old: ast.AST, new: ast.AST) -> str:
    """A minus or a `not` comes before it or goes; two of them, as in -(-a // b), round up."""
    match old, new:
        case (ast.BinOp(op=ast.FloorDiv()), ast.UnaryOp(operand=ast.BinOp(op=ast.FloorDiv()))):
            return "rounding"
    for longer, shorter in ((old, new), (new, old)):
        if isinstance(longer, ast.UnaryOp) and same(longer.operand, shorter):
            return {ast.USub: "sign", ast.Not: "condition"}.get(type(longer.op), "")
    return ""


def _operation(old: ast.AST, new: ast.AST) -> str:
    """The operator is another one, or its operands stand the other way round, or one of them comes or goes."""
    match old, new:
        case (ast.AugAssign(), ast.AugAssign()) if same(old.target, new.target) and same(old.value, new.value):
            return _operator(old.op, new.op)
        case (ast.BinOp(), ast.BinOp()) if same(old.left, new.left) and same(old.right, new.right):
            return _operator(old.op, new.op)
        case (ast.BinOp(), ast.BinOp()) if same(old.left, new.right) and same(old.right, new.left):
            return "operands_swapped" if type(old.op) is type(new.op) else "operator"
        case (ast.BinOp(), _) if same(old.left, new) or same(old.right, new):
            return "operand_extra"
        case (_, ast.BinOp()) if same(new.left, old) or same(new.right, old):
            return "operand_missing"
    return ""


def _operator(old: ast.operator, new: ast.operator) -> str:
    return "sign" if isinstance(old, SIGNS) and isinstance(new, SIGNS) else "operator"


def _call(old: ast.AST, new: ast.AST) -> str:
    """Another function is called, or with other arguments, or what is named there is called or is not."""
    match old, new:
        case (ast.Call(), ast.Call()) if calls(old) == calls(new)[::-1] and len(calls(old)) > 1:
            return "calls_swapped"
        case (ast.Call(), ast.Call()) if same(old.func, new.func):
            return _arguments(old, new)
        case (ast.Call(func=ast.Attribute(value=a) as f), ast.Call(func=ast.Attribute(value=b) as g)) if _alike(a, b):
            return "function" if f.attr != g.attr and _gets_the_same(old, new) else "expression"
        case (ast.Call(func=ast.Name()), ast.Call(func=ast.Name())) if same(old.args, new.args):
            return "function"
        case (ast.Attribute() | ast.Name(), ast.Call(func=function)) if same(old, function):
            return "not_called"
        case (ast.Call(func=function), ast.Attribute() | ast.Name()) if same(function, new):
            return "called"
    return ""


def _part(old: ast.AST, new: ast.AST) -> str:
    """Of the same thing another part is taken, or the parts that it is put together of are other ones."""
    match old, new:
        case (ast.Attribute(), ast.Attribute()) if same(old.value, new.value):
            return "in_place" if old.attr == new.attr + "_" else "attribute"
        case (ast.Yield(), ast.YieldFrom()) if same(old.value, new.value):
            return "yields_whole"
        case (ast.Subscript(), ast.Subscript()) if same(old.value, new.value):
            return "index"
        case (ast.Tuple() | ast.List(), ast.Tuple() | ast.List()):
            return _elements(old, new)
        case (ast.IfExp(body=a, orelse=b), ast.IfExp(body=c, orelse=d)) if same([a, b], [c, d]) or same([b, a], [c, d]):
            return "condition"
    return ""


def _around_it(old: ast.AST, new: ast.AST) -> str:
    """Something is done with it that was not, or no more: a call, an index."""
    if is_call_of(new, old):
        return "not_in_place" if isinstance(getattr(old, "ctx", None), ast.Store) else "call_missing"
    if is_call_of(old, new):
        return "call_extra"
    if isinstance(new, ast.Subscript) and same(new.value, old):
        return "index_missing"
    return "index_extra" if isinstance(old, ast.Subscript) and same(old.value, new) else ""


def kind_in(node: ast.AST, new: ast.AST, parent: ast.AST) -> str:
    """The kind of an edit of a node that stands in `parent`."""
    kind = classify(node, new)
    if kind in ("constant", "sign", "expression") and is_dimension(node, parent):
        return "dimension"
    if kind == "constant" and isinstance(parent, ast.keyword) and parent.arg == "keepdim":
        return "keepdim"
    if kind in ("order", "element_extra", "element_missing") and isinstance(parent, ast.Subscript | ast.Slice):
        return "index"
    if isinstance(parent, ast.Slice) and kind in ("expression", "name"):
        return "index"
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and parent.right is node:
        return "divisor" if kind == "expression" else kind
    return kind


def is_dimension(node: ast.AST, parent: ast.AST) -> bool:
    if isinstance(parent, ast.keyword):
        return parent.arg in ("dim", "axis")
    if isinstance(parent, ast.Subscript):
        return is_number(node) and isinstance(parent.value, ast.Attribute) and parent.value.attr == "shape"
    if not isinstance(parent, ast.Call) or called(parent) not in ALONG or not is_number(node):
        return False
    first = 1 if called(parent) in AFTER_TENSORS or is_of_torch(parent.func) else 0
    return len(parent.args) > first and parent.args[first] is node


def is_of_torch(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and text(function.value) in ("torch", "F")


def said_of(node: ast.AST, parent: ast.AST, kind: str) -> dict[str, str]:
    """What the sentence may quote: the place itself, and what is called there."""
    said = {"what": text(node) if hasattr(node, "lineno") else ""}
    if isinstance(node, ast.Call):
        said["call"] = called(node)
    elif kind == "call_extra" and isinstance(node, ast.Attribute):
        said["call"] = f".{node.attr}"
    elif isinstance(parent, ast.Call):
        said["call"] = called(parent)
    elif kind == "dimension" and isinstance(parent, ast.Subscript):
        said["call"] = "shape"
    if kind == "function" and isinstance(node, ast.Attribute | ast.Name):
        said["call"] = text(node).split(".")[-1]
    return said


def _alike(a: ast.AST, b: ast.AST) -> bool:
    """Whether both are the same owner, be it a module written in full: `torch.optim` and `optim`."""
    if not all(isinstance(node, ast.Attribute | ast.Name) for node in (a, b)):
        return same(a, b)
    return text(a).split(".")[-1] == text(b).split(".")[-1]


def _gets_the_same(old: ast.Call, new: ast.Call) -> bool:
    """Whether both are given the same, or one of them nothing: then the function itself is another one."""
    mine, theirs = (sorted(ast.dump(a) for a in [*c.args, *c.keywords]) for c in (old, new))
    return mine == theirs or not mine or not theirs


def _arguments(old: ast.Call, new: ast.Call) -> str:
    mine = [ast.dump(a) for a in [*old.args, *old.keywords]]
    theirs = [ast.dump(a) for a in [*new.args, *new.keywords]]
    gone, come = [a for a in mine if a not in theirs], [a for a in theirs if a not in mine]
    if not gone and not come:
        return "arguments_swapped"
    keywords = {k.arg for k in [*old.keywords, *new.keywords] if ast.dump(k) in [*gone, *come]}
    if keywords and len(gone) + len(come) <= 2 and keywords <= {"keepdim", "dim", "axis"}:
        return "keepdim" if "keepdim" in keywords else "dimension" if gone else "dimension_missing"
    if not gone:
        return "dimension_missing" if called(old) in ALONG and not old.args else "argument_missing"
    return "argument" if come else "argument_extra"


def _elements(old: ast.Tuple | ast.List, new: ast.Tuple | ast.List) -> str:
    mine, theirs = Counter(map(ast.dump, old.elts)), Counter(map(ast.dump, new.elts))
    if type(old) is not type(new):
        return "expression"
    if mine == theirs:
        return "order"
    return "element_extra" if mine > theirs else "element_missing" if mine < theirs else "expression"


def is_number(node: ast.AST) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def is_call_of(whole: ast.AST, inner: ast.AST) -> bool:
    """Whether `whole` is a call of, or an attribute of, `inner` and of nothing else that varies."""
    if isinstance(whole, ast.Attribute):
        return same(whole.value, inner)
    if not isinstance(whole, ast.Call):
        return False
    if isinstance(whole.func, ast.Attribute) and same(whole.func.value, inner):
        return True
    return any(same(argument, inner) for argument in whole.args)


def calls(node: ast.AST) -> list[str]:
    """The names of the last two calls of a chain, the outer first."""
    inner = operand(node)
    names = [called(node), called(inner)] if isinstance(node, ast.Call) and isinstance(inner, ast.Call) else []
    return names if len(set(names)) == 2 else []


def operand(node: ast.AST) -> ast.expr | None:
    """What a call works on: what its method belongs to, or its first argument where that is a library or self."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute) and not (node.args and isinstance(node.func.value, ast.Name)):
        return node.func.value
    return node.args[0] if node.args else None


def called(call: ast.Call) -> str:
    """The name that a call is made by, without what stands before the dot."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def place(node: ast.AST) -> Place:
    """(line, columns) to point at for a node of theirs: in a chain of calls its last name, where that starts a line."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.value.end_lineno != node.func.end_lineno:
            return end_line(node.func), None
        return end_line(node.func), _columns(node, end_line(node.func))
    if isinstance(node, ast.Attribute):
        return end_line(node), _columns(node, end_line(node))
    if isinstance(node, ast.BinOp) and node.left.end_lineno != node.lineno:
        return end_line(node.left), None
    if isinstance(node, ast.keyword):
        return node.value.lineno, (node.col_offset, node.end_col_offset or 0)
    line = getattr(node, "lineno", 0)
    return line, _columns(node, line)


def _columns(node: ast.AST, line: int) -> tuple[int, int] | None:
    first, last = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", None)
    one = getattr(node, "lineno", 0) == line == end_line(node)
    return (first, last) if one and last else None


def text(node: ast.AST, most: int = 40) -> str:
    """A piece of the learner's own text, for a sentence; empty where it would be too long to read there."""
    said = node.__dict__.get("text")
    if said is None:
        try:
            said = ast.unparse(node)
        except Exception:  # a node put together by an edit may be no expression
            said = ""
        node.__dict__["text"] = said
    return said if len(said) <= most and "\n" not in said else ""
