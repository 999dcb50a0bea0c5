"""What makes events: a card names a process, a generator draws it.

card = load_card("ee2mumu", ["sqrt_s=200"])
events = generate(card, 1_000_000, seed=1)
"""

from hepsym.generators.cards.card import Card, card_names, card_text, load_card
from hepsym.generators.process import CrossSection, Distribution, Generator
from hepsym.generators.production.generate import exact_distributions, generate, generator_for
from hepsym.generators.production.produce import Summary, generate_to

__all__ = [
    "Card",
    "CrossSection",
    "Distribution",
    "Generator",
    "Summary",
    "card_names",
    "card_text",
    "exact_distributions",
    "generate",
    "generate_to",
    "generator_for",
    "load_card",
]
