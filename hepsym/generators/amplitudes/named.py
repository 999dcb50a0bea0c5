"""Which matrix element does a card's name, a card file or a process string stand for?"""

from collections.abc import Iterable

from hepsym import _toml
from hepsym.errors import InputError
from hepsym.generators.amplitudes.matrix_element import MatrixElement, matrix_element
from hepsym.generators.cards import Card, card_from_toml, card_names, card_text, load_card
from hepsym.generators.process_string import ProcessPattern, read_process, single_process
from hepsym.generators.theory import theory_of

__all__ = ["card_of", "load_matrix_element"]


def load_matrix_element(source: str, overrides: Iterable[str] = ()) -> MatrixElement:
    """The matrix element of a card or of a process string, with `--set` keys applied.

    Raises InputError for a card that stands for several processes, such as one with protons.
    """
    card = card_of(source, overrides)
    return matrix_element(single_process(card.process), theory_of(card), card.beams.polarization)


def card_of(source: str, overrides: Iterable[str] = ()) -> Card:
    """The card that `source` names. A string is looked up among the cards, whatever the order of its
    legs, and is a card of nothing but defaults where none makes it."""
    if ">" not in source:
        return load_card(source, overrides)
    values = _shipped(read_process(source)) | {"process": source}
    for text in overrides:
        _toml.override(values, text, "electroweak.scheme=alpha0")
    values.setdefault("sqrt_s", 1000.0)  # no matrix element depends on it
    return card_from_toml(_toml.written(values), source)


def _shipped(wanted: ProcessPattern) -> dict[str, object]:
    for name in card_names():
        values = _toml.parse(card_text(name), f"card {name!r}")
        try:
            same = _legs(read_process(values["process"])) == _legs(wanted)
        except InputError:
            continue
        if same:
            return {key: value for key, value in values.items() if key != "reference"}
    return {}


def _legs(pattern: ProcessPattern) -> tuple[object, ...]:
    return (
        sorted(pattern.incoming),
        sorted(pattern.outgoing),
        sorted(map(repr, pattern.decays)),
        pattern.orders,
    )
