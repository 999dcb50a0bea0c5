"""What instructions does a vertex become? For every kind of vertex and every pair of its fields."""

from hepsym.generators.amplitudes.diagrams.model import Vertex
from hepsym.generators.amplitudes.machine import execute as m
from hepsym.generators.amplitudes.machine.tape import Ref, Term

__all__ = ["terms_of"]

Halves = tuple[list[Term], ...]
State = tuple[Ref | None, ...]


def terms_of(
    vertex: Vertex, slots: tuple[int, int], first: State, second: State, p: Ref, q: Ref, factor: float
) -> Halves:
    """Terms of what enters the next vertex, per Weyl half for a spinor, from the states in two slots.

    slots are in rising order; p and q are the states' incoming momenta. sigma and sigma-bar follow
    from chirality: psibar gamma^mu P_L psi has the right half of the row and the left of the column.
    """
    left, right = factor * vertex.left, factor * vertex.right
    if vertex.kind == "FFV":
        return _fermion_vector(slots, first, second, left, right)
    if vertex.kind == "FFS":
        return _fermion_scalar(slots, first, second, left, right)
    if vertex.kind in {"FFG", "VVG"}:
        return _spin_two(vertex.kind, slots, first, second, p, q, left)
    a, b = first[0], second[0]
    assert a is not None and b is not None
    if vertex.kind == "VVV":
        # The vertex is antisymmetric: as for slots (0, 1) where they are a cyclic step apart.
        return ([Term(m.VVV, (a, b, p, q), -left if slots == (0, 2) else left)],)
    if vertex.kind == "VVT":
        if slots == (0, 1):
            return ([Term(m.WEDGE, (a, b), left)],)
        # 1^mu 2^nu B_munu gives -B^munu 1_nu to the second field and B^munu 2_nu to the first.
        return ([Term(m.TENSOR, (b, a), -left if slots == (0, 2) else left)],)
    if vertex.kind == "VVS":
        return (
            ([Term(m.DOT4, (a, b), left)],) if slots == (0, 1) else ([Term(m.SCALE, (a, b), left, length=4)],)
        )
    if vertex.kind == "VVF":
        if slots == (0, 1):
            return ([Term(m.STRENGTHS, (a, b, p, q), left)],)
        return ([Term(m.STRENGTH, (a, b, p, q), left)],)
    return ([Term(m.SCALE, (a, b), left, length=1)],)


def _fermion_vector(slots: tuple[int, int], first: State, second: State, left: float, right: float) -> Halves:
    if slots == (0, 1):
        terms = []
        if first[1] and second[0] and left:
            terms.append(Term(m.CURRENT_SB, (first[1], second[0]), left))
        if first[0] and second[1] and right:
            terms.append(Term(m.CURRENT_S, (first[0], second[1]), right))
        return (terms,)
    vector = second[0]
    assert vector is not None
    if slots == (1, 2):
        return (
            [Term(m.COLUMN, (vector, first[1]), right, 1.0)] if first[1] and right else [],
            [Term(m.COLUMN, (vector, first[0]), left, -1.0)] if first[0] and left else [],
        )
    return (
        [Term(m.ROW, (vector, first[1]), left, -1.0)] if first[1] and left else [],
        [Term(m.ROW, (vector, first[0]), right, 1.0)] if first[0] and right else [],
    )


def _fermion_scalar(slots: tuple[int, int], first: State, second: State, left: float, right: float) -> Halves:
    if slots == (0, 1):
        pairs = ((first[0], second[0], left), (first[1], second[1], right))
        return ([Term(m.DOT2, (a, b), g) for a, b, g in pairs if a and b and g],)
    scalar = second[0]
    assert scalar is not None
    return tuple(
        [Term(m.SCALE, (half, scalar), g, length=2)] if half and g else []
        for half, g in zip(first, (left, right), strict=True)
    )


def _spin_two(
    kind: str, slots: tuple[int, int], first: State, second: State, p: Ref, q: Ref, g: float
) -> Halves:
    """A pair on shell makes the resonance; nothing else is made of it and a third particle."""
    if slots != (0, 1):
        return ([], []) if kind == "FFG" else ([],)
    if kind == "VVG":
        assert first[0] is not None and second[0] is not None
        return ([Term(m.SPIN2_FIELDS, (first[0], second[0], p, q), g)],)
    terms = []
    if first[1] and second[0]:
        terms.append(Term(m.SPIN2_SB, (first[1], second[0], p, q), g))
    if first[0] and second[1]:
        terms.append(Term(m.SPIN2_S, (first[0], second[1], p, q), g))
    return (terms,)
