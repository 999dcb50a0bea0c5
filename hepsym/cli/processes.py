"""`hepsym processes`: the process cards, a line each."""

from typing import Annotated

import typer

from hepsym.cli._errors import reported
from hepsym.cli._output import print_json

app = typer.Typer()


@app.command()
def processes(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """List the processes that hepsym ships a card for.

    Example:

        hepsym processes --json
    """
    with reported():
        from hepsym.generators.cards.card import card_names, load_card

        cards = [load_card(name) for name in card_names()]
        if as_json:
            print_json(
                {
                    "processes": [
                        {"name": c.name, "process": c.process, "title": c.title, "sqrt_s": c.sqrt_s}
                        for c in cards
                    ]
                }
            )
            return
        for card in cards:
            print(f"{card.name:<12} {card.process:<24} {card.sqrt_s:>10g} GeV  {card.title}")
