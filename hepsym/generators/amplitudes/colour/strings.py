"""What is the colour of a diagram? Products of generators in a line, with exact rational coefficients.

A *string* is a product of generators T^a between two fundamental indices, (T^a T^b ...)_ij, written
(0, i, a, b, ..., j), or a trace, (1, a, b, ...). A colour tensor is a sum of products of strings,
{(string, ...): coefficient}. Three rules contract everything:

    (A)_ij (B)_jk = (A B)_ik        T^a_ij T^a_kl = (d_il d_kj - d_ij d_kl / N) / 2
    Tr 1 = N            Tr T^a = 0

and i f^abc = 2 Tr([T^a, T^b] T^c), so that every coefficient is a rational number.
Normalisation Tr T^a T^b = d^ab / 2. Source: Mangano and Parke, Phys. Rept. 200 (1991) 301, sec. 2.
"""

import itertools
from fractions import Fraction
from functools import cache

__all__ = ["OPEN", "Tensor", "close", "colour_flow", "contract", "gram", "leaf", "merged", "normalised"]

N = 3
OPEN = -1
"""The label of the index by which a current meets the rest of the diagram."""

String = tuple[int, ...]
Product = tuple[String, ...]
Tensor = tuple[tuple[Product, Fraction], ...]
"""Sorted by product, so that equal tensors are equal objects."""

SINGLET: Tensor = (((), Fraction(1)),)
_VERTEX_LABELS = (-11, -12, -13)


def _trace(labels: tuple[int, ...]) -> tuple[Fraction, Product]:
    """A trace as coefficient and product: turned so that its least label is first."""
    if not labels:
        return Fraction(N), ()
    if len(labels) == 1:
        return Fraction(0), ()
    start = labels.index(min(labels))
    return Fraction(1), ((1, *labels[start:], *labels[:start]),)


def _find(product: Product, label: int, skip: tuple[int, int] | None = None) -> tuple[int, int] | None:
    for s, string in enumerate(product):
        for k in range(1, len(string)):
            if string[k] == label and (s, k) != skip:
                return s, k
    return None


def _is_end(product: Product, place: tuple[int, int]) -> bool:
    string = product[place[0]]
    return string[0] == 0 and place[1] in (1, len(string) - 1)


def _join(product: Product, label: int) -> list[tuple[Fraction, Product]]:
    """The terms of a product in which `label`, met twice, is summed over."""
    first = _find(product, label)
    assert first is not None
    second = _find(product, label, first)
    assert second is not None
    rest = tuple(s for k, s in enumerate(product) if k not in (first[0], second[0]))
    if _is_end(product, first):
        return [_join_ends(product, first, second, rest)]
    return _join_generators(product, first, second, rest)


def _join_ends(
    product: Product, first: tuple[int, int], second: tuple[int, int], rest: Product
) -> tuple[Fraction, Product]:
    a, b = product[first[0]], product[second[0]]
    if first[0] == second[0]:
        factor, closed = _trace(a[2:-1])
        return factor, (*rest, *closed)
    if first[1] == 1:
        a, b = b, a
    return Fraction(1), (*rest, (*a[:-1], *b[2:]))


def _join_generators(
    product: Product, first: tuple[int, int], second: tuple[int, int], rest: Product
) -> list[tuple[Fraction, Product]]:
    (s, k), (t, j) = first, second
    a, b = product[s], product[t]
    half, small = Fraction(1, 2), Fraction(-1, 2 * N)
    if s == t:
        inside = a[k + 1 : j]
        factor, closed = _trace(inside)
        if a[0] == 1:
            other, outside = _trace(a[1:k] + a[j + 1 :])
            less, whole = _trace(a[1:k] + inside + a[j + 1 :])
            return [(half * factor * other, (*rest, *closed, *outside)), (small * less, (*rest, *whole))]
        return [
            (half * factor, (*rest, *closed, a[:k] + a[j + 1 :])),
            (small, (*rest, a[:k] + inside + a[j + 1 :])),
        ]
    if b[0] == 0:
        (a, k), (b, j) = (b, j), (a, k)
    turned = b[j + 1 :] + b[1:j]
    if b[0] == 1 and a[0] == 0:
        less, whole = _trace(turned)
        return [
            (half, (*rest, a[:k] + turned + a[k + 1 :])),
            (small * less, (*rest, a[:k] + a[k + 1 :], *whole)),
        ]
    if a[0] == 1:
        one, first_trace = _trace(a[1:k] + turned + a[k + 1 :])
        two, second_trace = _trace(a[1:k] + a[k + 1 :])
        three, third_trace = _trace(turned)
        return [
            (half * one, (*rest, *first_trace)),
            (small * two * three, (*rest, *second_trace, *third_trace)),
        ]
    return [
        (half, (*rest, a[:k] + b[j + 1 :], b[:j] + a[k + 1 :])),
        (small, (*rest, a[:k] + a[k + 1 :], b[:j] + b[j + 1 :])),
    ]


def _summed(terms: dict[Product, Fraction], label: int) -> dict[Product, Fraction]:
    out: dict[Product, Fraction] = {}
    for product, coefficient in terms.items():
        for factor, joined in _join(product, label):
            if factor:
                key = tuple(sorted(joined))
                out[key] = out.get(key, Fraction(0)) + factor * coefficient
    return {product: c for product, c in out.items() if c}


def _times(a: dict[Product, Fraction], b: dict[Product, Fraction]) -> dict[Product, Fraction]:
    out: dict[Product, Fraction] = {}
    for p, x in a.items():
        for q, y in b.items():
            key = tuple(sorted(p + q))
            out[key] = out.get(key, Fraction(0)) + x * y
    return out


def _relabelled(tensor: Tensor, old: int, new: int) -> dict[Product, Fraction]:
    out = {}
    for product, c in tensor:
        strings: list[String] = []
        for string in product:
            labels = tuple(new if x == old else x for x in string[1:])
            strings.extend(_trace(labels)[1] if string[0] == 1 else ((0, *labels),))
        out[tuple(sorted(strings))] = c
    return out


def _frozen(terms: dict[Product, Fraction]) -> Tensor:
    return tuple(sorted((p, c) for p, c in terms.items() if c))


def _structure(kind: str, labels: tuple[int, int, int]) -> dict[Product, Fraction]:
    """The colour tensor of a vertex, for its three fields' labels."""
    x, y, z = labels
    one = Fraction(1)
    if kind == "1":
        return {(): one}
    if kind == "d":  # of a quark line with something colourless
        return {((0, x, y),): one}
    if kind == "T":
        return {((0, x, z, y),): one}
    if kind == "gg":  # the first two fields are gluons
        return {_trace((x, y))[1]: 2 * one}
    if kind == "f":  # i f^xyz
        return {_trace((x, y, z))[1]: 2 * one, _trace((y, x, z))[1]: -2 * one}
    raise ValueError(f"colour structure {kind!r} is none of 1, d, T, gg, f")


def leaf(representation: int, leg: int) -> Tensor:
    """The colour of external leg `leg` alone: 1, 3 (a quark enters), -3 (an antiquark), 8."""
    if representation == 1:
        return SINGLET
    if representation == 8:
        return ((_trace((OPEN, leg))[1], Fraction(2)),)
    return ((((0, OPEN, leg) if representation == 3 else (0, leg, OPEN),), Fraction(1)),)


@cache
def contract(kind: str, slots: tuple[int, int], first: Tensor, second: Tensor) -> Tensor:
    """The colour of the current that two currents in `slots` of a vertex of colour `kind` make."""
    out = ({0, 1, 2} - set(slots)).pop()
    labels = list(_VERTEX_LABELS)
    labels[out] = OPEN
    terms = _structure(kind, (labels[0], labels[1], labels[2]))
    for slot, tensor in zip(slots, (first, second), strict=True):
        terms = _times(terms, _relabelled(tensor, OPEN, _VERTEX_LABELS[slot]))
        if _carries(tensor):
            terms = _summed(terms, _VERTEX_LABELS[slot])
    return _frozen(terms)


def _carries(tensor: Tensor) -> bool:
    return bool(tensor) and _find(tensor[0][0], OPEN) is not None


@cache
def close(first: Tensor, second: Tensor) -> Tensor:
    """Two currents that meet: their open indices are summed over."""
    label = _VERTEX_LABELS[0]
    terms = _times(_relabelled(first, OPEN, label), _relabelled(second, OPEN, label))
    return _frozen(_summed(terms, label) if _carries(first) else terms)


def normalised(tensor: Tensor) -> tuple[Tensor, Fraction]:
    """A tensor with first coefficient one, and the factor taken out."""
    factor = tensor[0][1]
    return (tensor, factor) if factor == 1 else (tuple((p, c / factor) for p, c in tensor), factor)


def merged(tensors: list[Tensor]) -> list[Product]:
    """The products of strings that occur in any of the tensors: the colour flows of a process."""
    return sorted({product for tensor in tensors for product, _ in tensor})


@cache
def gram(first: Product, second: Product) -> Fraction:
    """Sum over all colours of one product of strings times the complex conjugate of another."""
    mirrored = tuple((s[0], *s[:0:-1]) for s in second)
    terms = {tuple(first) + mirrored: Fraction(1)}
    for label in sorted({x for s in first for x in s[1:]}):
        terms = _summed(terms, label)
    return terms.get((), Fraction(0))


def colour_flow(product: Product, legs: int, incoming: frozenset[int]) -> tuple[tuple[int, int], ...]:
    """LHE's two colour tags of every leg, from 501 on: colour and anticolour lines, 0 for none.

    A line runs from the right of one label to the left of the next; for incoming legs the two tags
    are those of the particle that comes in. Source: hep-ph/0109068, sec. 2.
    """
    tags = [[0, 0] for _ in range(legs)]
    line = 501
    for string in product:
        labels = string[1:]
        pairs = list(itertools.pairwise(labels))
        if string[0] == 1:
            pairs.append((labels[-1], labels[0]))
        for left, right in pairs:
            tags[left][0 if left not in incoming else 1] = line
            tags[right][1 if right not in incoming else 0] = line
            line += 1
    return tuple((a, b) for a, b in tags)
