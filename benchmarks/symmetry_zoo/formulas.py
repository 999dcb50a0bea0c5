"""Does an equation hold, as it is printed? The formula is read back and put to fresh rows.

Grammar: sums of products by juxtaposition, numbers, column names, parentheses, ^ or ** with integers,
* and /, one =. Column names may hold dots and signs: the longest name that fits is taken.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NUMBER = re.compile(r"\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?")


class FormulaError(ValueError):
    """What is printed is no formula of the columns."""


def tokens(text: str, names: Sequence[str]) -> list[str]:
    longest = sorted(names, key=len, reverse=True)
    out, i = [], 0
    while i < len(text):
        if text[i].isspace():
            i += 1
            continue
        name = next((n for n in longest if text.startswith(n, i)), None)
        if name is not None:
            out.append("$" + name)
            i += len(name)
        elif match := NUMBER.match(text, i):
            out.append(match.group())
            i = match.end()
        elif text.startswith("**", i):
            out.append("^")
            i += 2
        elif text[i] in "+-*/^()=":
            out.append(text[i])
            i += 1
        else:
            raise FormulaError(f"{text[i:]!r} of {text!r}")
    return out


class Reader:
    """Recursive descent: left side minus right side at rows (n, D)."""

    def __init__(self, text: str, names: Sequence[str], rows: Floats) -> None:
        self.rest, self.text = tokens(text, names), text
        self.columns = {"$" + name: rows[:, i] for i, name in enumerate(names)}
        self.n = len(rows)

    def value(self) -> Floats:
        left = self.sum()
        self.expect("=")
        right = self.sum()
        if self.rest:
            raise FormulaError(f"{self.text!r}: left over {self.rest}")
        return left - right

    def expect(self, token: str) -> None:
        if not self.rest or self.rest.pop(0) != token:
            raise FormulaError(f"{self.text!r}: no {token}")

    def sum(self) -> Floats:
        total = np.zeros(self.n)
        sign = 1.0
        while True:
            while self.rest and self.rest[0] in {"+", "-"}:
                sign = -sign if self.rest.pop(0) == "-" else sign
            total = total + sign * self.product()
            if not self.rest or self.rest[0] not in {"+", "-"}:
                return total
            sign = 1.0

    def product(self) -> Floats:
        out = self.power()
        while self.rest and self.rest[0] not in {"+", "-", "=", ")"}:
            if self.rest[0] == "/":
                self.rest.pop(0)
                out = out / self.power()
            else:
                if self.rest[0] == "*":
                    self.rest.pop(0)
                out = out * self.power()
        return out

    def power(self) -> Floats:
        if not self.rest:
            raise FormulaError(f"{self.text!r} ends early")
        token = self.rest.pop(0)
        if token == "(":
            base = self.sum()
            self.expect(")")
        elif token in self.columns:
            base = self.columns[token]
        else:
            try:
                base = np.full(self.n, float(token))
            except ValueError:
                raise FormulaError(f"{self.text!r}: {token!r}") from None
        if self.rest and self.rest[0] == "^":
            self.rest.pop(0)
            return base ** float(self.rest.pop(0))
        return base


def value(formula: str, names: Sequence[str], rows: Floats) -> Floats:
    """Left minus right side (n,). Raises FormulaError."""
    return Reader(formula, names, rows).value()


def distance(formula: str, names: Sequence[str], rows: Floats) -> float:
    """rms of f over rms of |grad f|, in standard deviations of the columns (a constant column: its value)."""
    spread = rows.std(axis=0)
    unit = np.where(
        spread > 1e-9 * np.abs(rows).max(axis=0), spread, np.maximum(np.abs(rows).max(axis=0), 1e-300)
    )
    here = value(formula, names, rows)
    slopes = []
    for j, u in enumerate(unit):
        step = np.zeros(len(unit))
        step[j] = 1e-4 * u
        slopes.append((value(formula, names, rows + step) - value(formula, names, rows - step)) / 2e-4)
    slope = np.sqrt((np.array(slopes) ** 2).sum(axis=0).mean())
    return float(np.sqrt((here**2).mean()) / max(slope, 1e-300))


def independent(formulas: Sequence[str], names: Sequence[str], rows: Floats) -> int:
    """How many of the formulas are independent as functions off the surface."""
    if not formulas:
        return 0
    spread = np.maximum(rows.std(axis=0), 1e-6 * np.maximum(np.abs(rows).max(axis=0), 1e-300))
    off = rows.mean(axis=0) + spread * np.random.default_rng(0).normal(size=(400, rows.shape[1]))
    table = np.array([value(f, names, off) for f in formulas])
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-300)
    return int(np.linalg.matrix_rank(table, tol=1e-6))
