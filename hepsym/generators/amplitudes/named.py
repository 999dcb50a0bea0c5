"""Which matrix element does a card's name, a card file or a process string stand for?"""

from collections.abc import Iterable

from hepsym.generators.amplitudes.matrix_element import MatrixElement, matrix_element
from hepsym.generators.cards.card import load_card
from hepsym.generators.cards.process_string import single_process
from hepsym.generators.theory import theory_of

__all__ = ["load_matrix_element"]


def load_matrix_element(source: str, overrides: Iterable[str] = ()) -> MatrixElement:
    """The matrix element of a card or of a process string, with `--set` keys applied.

    Raises InputError for a card that stands for several processes, such as one with protons.
    """
    card = load_card(source, overrides, sqrt_s=1000.0)  # on which no matrix element depends
    return matrix_element(single_process(card.process), theory_of(card), card.beams.polarization)
