"""`hepsym cite`: what to cite, as BibTeX; of a run, what that run used."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from hepsym.cli._errors import reported
from hepsym.cli._output import print_json

app = typer.Typer()


@app.command()
def cite(
    run: Annotated[
        Path | None, typer.Argument(help="A run, a study's directory, or events; default: all works.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object: a BibTeX entry a key.")] = False,
) -> None:
    """Print BibTeX of hepsym and of the works that it, or RUN, stands on.

    With RUN each entry is preceded by a line that says what it was used for.

    Example:

        hepsym cite run > run.bib
    """
    with reported():
        found = entries()
        if run is None:
            used = dict.fromkeys(found, "")
        else:
            from hepsym.report.run.citations import works_of

            used = {"hepsym": "everything", **works_of(run)}
        if as_json:
            print_json({key: found[key] for key in used})
        else:
            print("\n\n".join(f"% {why}\n{found[key]}" if why else found[key] for key, why in used.items()))


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
