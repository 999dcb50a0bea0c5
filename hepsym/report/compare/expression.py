"""What does `pt(mu-) / m(mu- mu+)` mean? Arithmetic of observables, nothing else: no code is run."""

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = ["FUNCTIONS", "evaluated"]

Floats = NDArray[np.float64]
Asked = Callable[[str], Floats]

LONGEST = 300
"""Letters; deeper nesting than that many allow is no observable."""

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "abs": np.abs, "sqrt": np.sqrt, "log": np.log, "log10": np.log10, "exp": np.exp, "sin": np.sin,
    "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
}  # fmt: skip

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip

_ATOM = re.compile(r"([A-Za-z_]\w*)\(([^()]*)\)|[A-Za-z]+[+\-~]?(?:#\d+)?\.(?:E|px|py|pz)\b")


def evaluated(text: str, ask: Asked, kinds: set[str]) -> Floats | None:
    """The values of an expression, or None where text is none (then it is a name, right or wrong).

    Observables (of the `kinds`, with their particles in parentheses), components (`mu-.px`), columns
    by name and numbers, joined by + - * / **, parentheses and `FUNCTIONS`. What is not defined for
    an event (a division by zero) comes out as NaN or infinite. Raises InputError as `ask` does.
    """
    atoms: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        if match[1] is not None and match[1] not in kinds:
            return match[0]
        key = f"_atom{len(atoms)}_"
        atoms[key] = match[0]
        return key

    if len(text) > LONGEST:
        return None
    try:
        tree = ast.parse(_ATOM.sub(named, text.strip()), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    if isinstance(tree, (ast.Name, ast.Constant)) or not _arithmetic(tree):
        return None
    with np.errstate(all="ignore"):
        values = np.asarray(_value(tree, atoms, ask), dtype=np.float64)
    if values.ndim != 1:
        raise InputError(f"{text!r} holds no observable: write something like 'pt(mu-) / 2'")
    return values


def _arithmetic(node: ast.AST) -> bool:
    """Whether there is nothing but arithmetic in it."""
    if isinstance(node, ast.BinOp):
        return type(node.op) in _OPERATORS and _arithmetic(node.left) and _arithmetic(node.right)
    if isinstance(node, ast.UnaryOp):
        return type(node.op) in _OPERATORS and _arithmetic(node.operand)
    if isinstance(node, ast.Call):
        known = isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
        return known and len(node.args) == 1 and not node.keywords and _arithmetic(node.args[0])
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
    return isinstance(node, ast.Name)


def _value(node: ast.AST, atoms: dict[str, str], ask: Asked) -> Any:
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, atoms, ask), _value(node.right, atoms, ask))
    if isinstance(node, ast.UnaryOp):
        return _OPERATORS[type(node.op)](_value(node.operand, atoms, ask))
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        return FUNCTIONS[node.func.id](_value(node.args[0], atoms, ask))
    if isinstance(node, ast.Constant):
        assert isinstance(node.value, (int, float))
        return np.float64(node.value)
    assert isinstance(node, ast.Name)
    return ask(atoms.get(node.id, node.id))
