"""What may be typed in place of a number, so that nobody needs a calculator: 2 / 3, exp(0.4), [log(2), sqrt(3)]."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "abs": abs,
    "max": max,
    "min": min,
    "sum": lambda *numbers: sum(numbers),
}
OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a // b if isinstance(a, int) and isinstance(b, int) and a % b == 0 else a / b,
    ast.Pow: math.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


def evaluated(text: str) -> Any:
    """Its value; ValueError or SyntaxError for anything else than numbers, lists of them and arithmetic."""
    try:
        return _value(ast.parse(text, mode="eval").body)
    except (ArithmeticError, TypeError, KeyError) as error:
        raise ValueError(text) from error


def _value(node: ast.AST) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [_value(part) for part in parts]
        case ast.UnaryOp(op=sign, operand=part):
            return OPERATORS[type(sign)](_value(part))
        case ast.BinOp(left=left, op=sign, right=right):
            return OPERATORS[type(sign)](_number(left), _number(right))
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=parts, keywords=[]):
            numbers = _value(parts[0]) if len(parts) == 1 and isinstance(parts[0], ast.List) else map(_number, parts)
            return FUNCTIONS[name](*numbers)
    raise ValueError(ast.dump(node))


def _number(node: ast.AST) -> int | float:
    value = _value(node)
    if not isinstance(value, int | float):
        raise ValueError(ast.dump(node))
    return value
