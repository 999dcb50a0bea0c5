"""`hepsym card`: a commented process card to edit."""

from typing import Annotated

import typer

from hepsym.cli._completion import process_cards
from hepsym.cli._errors import reported
from hepsym.cli._output import print_json

app = typer.Typer()


@app.command()
def card(
    process: Annotated[
        str,
        typer.Argument(
            help="A card, as `hepsym processes` lists them; or `jets`.", autocompletion=process_cards
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="The card's values as one JSON object.")] = False,
) -> None:
    """Print the commented card of PROCESS, to be edited and given to `hepsym generate`.

    Example:

        hepsym card ee2mumu > mine.toml
    """
    with reported():
        from hepsym.generators.cards.card import card_text, load_card
        from hepsym.generators.datasets.jet_card import jet_card_text, load_jet_card

        if process == "jets":
            if as_json:
                print_json(load_jet_card().model_dump(mode="json", by_alias=True))
            else:
                print(jet_card_text(), end="")
        elif as_json:
            print_json(load_card(process).model_dump(mode="json", exclude={"reference"}))
        else:
            print(card_text(process), end="")
