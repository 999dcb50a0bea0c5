"""`hepsym cite`: what to cite, as BibTeX."""

import re
from importlib.resources import files
from typing import Annotated

import typer

from hepsym.cli._errors import reported
from hepsym.cli._output import print_json

app = typer.Typer()


@app.command()
def cite(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object: a BibTeX entry a key.")] = False,
) -> None:
    """Print BibTeX of hepsym and of the papers it stands on.

    Example:

        hepsym cite > hepsym.bib
    """
    with reported():
        found = entries()
        if as_json:
            print_json(found)
        else:
            print("\n\n".join(found.values()))


def entries() -> dict[str, str]:
    """BibTeX entries by key: hepsym in the installed version first, then references.bib."""
    from hepsym import __version__

    hepsym = (
        "@software{hepsym,\n"
        "  author  = {{The hepsym developers}},\n"
        "  title   = {hepsym: from a collision process to its discovered symmetries},\n"
        f"  version = {{{__version__}}},\n"
        "  note    = {Python package, BSD-3-Clause}\n"
        "}"
    )
    papers = files("hepsym.cli").joinpath("references.bib").read_text(encoding="utf-8")
    found = {"hepsym": hepsym}
    for entry in papers.strip().split("\n\n"):
        head = re.match(r"@\w+\{([^,]+),", entry)
        assert head is not None, entry
        found[head[1]] = entry
    return found
