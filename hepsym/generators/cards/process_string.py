"""What does a process string mean? MadGraph's grammar: labels, coupling orders, decay chains."""

import difflib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hepsym import constants
from hepsym.errors import InputError
from hepsym.generators.cards.conserved import conserved

__all__ = ["Node", "Orders", "ProcessPattern", "Subprocess", "particles", "read_process", "single_process"]

_ORDER = re.compile(r"\b(QED|QCD|WEIGHTED)\s*(<=|==|=)\s*(\d+)")
_RESONANCES = {"zp": 32, "z'": 32, "xs": 9900025, "x0": 9900025, "x2": 39}
_OWN_NAMES = {32: "zp", 9900025: "x0", 39: "x2"}
_JETS = (21, 2, 1, 3, 4, -2, -1, -3, -4)
_BOTTOM = (5, -5)
Alternatives = tuple[int, ...]


def _name(pdg: int) -> str:
    return _OWN_NAMES.get(pdg) or constants.name_of(pdg)


@dataclass(frozen=True, slots=True)
class Orders:
    """Largest powers of the couplings in an amplitude; None: no bound; none at all: the lowest WEIGHTED.

    WEIGHTED = 2 QED + QCD, as in MadGraph.
    """

    qed: int | None = None
    qcd: int | None = None
    weighted: int | None = None

    @property
    def given(self) -> bool:
        """Whether anything is bounded."""
        return not (self.qed is None and self.qcd is None and self.weighted is None)


@dataclass(frozen=True, slots=True)
class Node:
    """A particle, and what it decays to: nothing, where it is final."""

    pdg: int
    products: tuple["Node", ...] = ()
    orders: Orders = Orders()

    def leaves(self) -> tuple[int, ...]:
        """PDG ids of what is left of it, in order."""
        return tuple(x for p in self.products for x in p.leaves()) if self.products else (self.pdg,)


@dataclass(frozen=True, slots=True)
class Subprocess:
    """Definite particles: incoming, then outgoing with their decays."""

    incoming: tuple[int, ...]
    outgoing: tuple[Node, ...]
    orders: Orders = Orders()

    @property
    def pdg_ids(self) -> tuple[int, ...]:
        """Of the external legs: incoming, then final ones, decay products in place of their parent."""
        return self.incoming + tuple(x for node in self.outgoing for x in node.leaves())

    def __str__(self) -> str:
        def text(node: Node) -> str:
            own = _name(node.pdg)
            return f"({own} > {' '.join(map(text, node.products))})" if node.products else own

        return f"{' '.join(map(_name, self.incoming))} > {' '.join(map(text, self.outgoing))}"


@dataclass(frozen=True, slots=True)
class _Decay:
    parent: Alternatives
    products: tuple[Alternatives, ...]
    orders: Orders
    decays: tuple["_Decay", ...]


@dataclass(frozen=True, slots=True)
class ProcessPattern:
    """A process string as read: alternatives per leg, decays not yet put to their parents."""

    text: str
    incoming: tuple[Alternatives, ...]
    outgoing: tuple[Alternatives, ...]
    orders: Orders
    decays: tuple[_Decay, ...] = field(default=())

    @property
    def hadronic(self) -> bool:
        """Whether a proton comes in."""
        return any(abs(pdg) == 2212 for leg in self.incoming for pdg in leg)

    def expand(self, bottom: bool = False) -> tuple[Subprocess, ...]:
        """Every combination of definite particles, in the order of the labels; protons as partons.

        Of several combinations those that break charge or a family's number are left out, in decays
        too; choices that differ in the order of equal labels come once. `bottom` puts b quarks into
        protons and jets.
        """
        jets = _JETS + (_BOTTOM if bottom else ())

        def definite(leg: Alternatives) -> Alternatives:
            return jets if leg in {(2212,), (-2212,), _JETS} else leg

        found: dict[tuple[object, ...], Subprocess] = {}
        for incoming in itertools.product(*map(definite, self.incoming)):
            for outgoing in itertools.product(*map(definite, self.outgoing)):
                for nodes in _with_decays(outgoing, self.decays):
                    key = (incoming, tuple(sorted(nodes, key=repr)))
                    found.setdefault(key, Subprocess(incoming, nodes, self.orders))
        possible = tuple(s for s in found.values() if _possible(s.incoming, s.outgoing))
        return possible or tuple(found.values())[:1]


def read_process(text: str) -> ProcessPattern:
    """Read a process string. Raises InputError with the place that cannot be read.

    "u u~ > t t~", "e- e+ > w+ w-, w+ > mu+ vm, (w- > ta- vt~)", "p p > t t~, (t > w+ b, w+ > mu+ vm)",
    "p p > j j QED=0". Labels: p, j (g u d s c and antiquarks), l+ l- (e, mu), vl vl~.
    """
    core, *rest = _split(text)
    incoming, outgoing, orders = _arrow(core, text)
    if len(incoming) > 2:
        raise InputError(f"process = {text!r} has {len(incoming)} incoming particles; give one or two")
    return ProcessPattern(text, incoming, outgoing, orders, tuple(_decay(part, text) for part in rest))


def particles(word: str) -> frozenset[int]:
    """PDG ids that a word of a process string may mean, b quarks among the jets'. Raises InputError."""
    meant = _label(word, word)
    return frozenset(meant + _BOTTOM if meant == _JETS else meant)


def single_process(text: str) -> Subprocess:
    """The one subprocess of a string without alternatives. Raises InputError where there are several."""
    made = read_process(text).expand()
    if len(made) != 1:
        raise InputError(
            f"{text!r} stands for {len(made)} processes ({made[0]}, {made[1]}, ...); name definite particles"
        )
    return made[0]


def _possible(incoming: tuple[int, ...], nodes: tuple[Node, ...]) -> bool:
    return conserved(incoming, [node.pdg for node in nodes]) and all(
        _possible((node.pdg,), node.products) for node in nodes if node.products
    )


def _split(text: str) -> list[str]:
    """The parts between commas that no bracket encloses."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            break
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    parts = [part.strip() for part in parts]
    if depth != 0:
        raise InputError(f"process = {text!r} has brackets that do not match")
    if not all(parts):
        raise InputError(f"process = {text!r} has an empty decay between commas")
    return parts


def _arrow(part: str, text: str) -> tuple[tuple[Alternatives, ...], tuple[Alternatives, ...], Orders]:
    orders = Orders(**{name.lower(): int(power) for name, _, power in _ORDER.findall(part)})
    sides = _ORDER.sub(" ", part).split(">")
    if len(sides) != 2 or not all(side.split() for side in sides):
        raise InputError(f"process = {text!r}: {part!r} is not of the form 'e- e+ > mu- mu+'")
    incoming, outgoing = (tuple(_label(word, text) for word in side.split()) for side in sides)
    return incoming, outgoing, orders


def _label(word: str, text: str) -> Alternatives:
    labels = {
        "j": _JETS, "l-": (11, 13), "l+": (-11, -13), "vl": (12, 14, 16), "vl~": (-12, -14, -16),
    }  # fmt: skip
    if word in labels:
        return labels[word]
    if word in _RESONANCES:
        return (_RESONANCES[word],)
    if re.fullmatch(r"(QED|QCD|WEIGHTED).*|[=<]+\d*", word):
        raise InputError(f"process = {text!r}: order {word!r} is not of the form QED=0, QCD<=2, WEIGHTED<=4")
    try:
        return (constants.pdg_id(word),)
    except InputError as error:
        near = difflib.get_close_matches(word, [*labels, *_RESONANCES], n=1)
        if near and "did you mean" not in str(error):
            raise InputError(f"unknown particle {word!r}; did you mean {near[0]!r}?") from None
        raise


def _decay(part: str, text: str) -> _Decay:
    inner = part
    if part.startswith("(") and part.endswith(")"):
        inner = part[1:-1].strip()
    core, *rest = _split(inner)
    parent, products, orders = _arrow(core, text)
    if len(parent) != 1:
        raise InputError(f"process = {text!r}: {core!r} must have one decaying particle")
    return _Decay(parent[0], products, orders, tuple(_decay(p, text) for p in rest))


def _with_decays(pdgs: tuple[int, ...], decays: tuple[_Decay, ...]) -> Iterator[tuple[Node, ...]]:
    """The particles with their decays put in: the k-th decay of a particle to its k-th leg, one to all."""
    chosen: list[_Decay | None] = []
    for k, pdg in enumerate(pdgs):
        own = [d for d in decays if pdg in d.parent]
        number = pdgs.count(pdg)
        if own and len(own) not in {1, number}:
            raise InputError(
                f"{len(own)} decays of {constants.name_of(pdg)!r} for {number} of them; give one or {number}"
            )
        chosen.append(own[pdgs[:k].count(pdg) if len(own) > 1 else 0] if own else None)
    for decay in decays:
        if not any(pdg in decay.parent for pdg in pdgs):
            names = " or ".join(map(constants.name_of, decay.parent))
            raise InputError(f"a decay of {names!r} is given, but no such particle is there to decay")
    yield from itertools.product(*(_nodes(p, d) for p, d in zip(pdgs, chosen, strict=True)))


def _nodes(pdg: int, decay: _Decay | None) -> Iterator[Node]:
    if decay is None:
        yield Node(pdg)
        return
    for products in itertools.product(*decay.products):
        for nodes in _with_decays(products, decay.decays):
            yield Node(pdg, nodes, decay.orders)
