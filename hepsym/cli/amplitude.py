"""`hepsym amplitude`: squared matrix elements at anyone's phase-space points."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepsym.cli._errors import reported
from hepsym.cli._output import print_json

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

app = typer.Typer()


@app.command()
def amplitude(
    process: Annotated[str, typer.Argument(help="Card name, card file, or a string like 'e- e+ > mu- mu+'.")],
    file: Annotated[
        Path, typer.Argument(help="Event file, or JSON: [[[E, x, y, z], ... legs], ... points].")
    ],
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Card key to change, key=value; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Print |M|^2 of PROCESS at the points of FILE, spins and colours averaged and summed as MadGraph does.

    Any tree-level process of the Standard Model, with decay chains such as
    'e- e+ > w+ w-, w+ > mu+ vm, w- > ta- vt~' and coupling orders (QED=0). Legs in the order of the
    process, incoming first, decay products in place of their parent, GeV.

    Example:

        hepsym amplitude ee2mumu points.json --set 'masses.mu-=0' --json
    """
    with reported():
        from hepsym.generators.amplitudes.named import load_matrix_element

        made = load_matrix_element(process, settings or [])
        values = made.me2(_points(file, made.pdg_ids))
        if as_json:
            print_json({"me2": values.tolist()})
        else:
            print("\n".join(repr(v) for v in values.tolist()))


def _points(file: Path, pdg_ids: tuple[int, ...]) -> "NDArray[np.float64]":
    import json

    import numpy as np

    from hepsym.errors import InputError

    legs = len(pdg_ids)
    if file.suffix != ".json":
        from hepsym import events

        held = events.read(file)
        momenta = held.momenta
        if momenta.shape[1] == legs and not (same := (held.pdg_ids == pdg_ids).reshape(-1, legs)).all():
            event, leg = np.argwhere(~same)[0]
            raise InputError(
                f"{str(file)!r}: leg {leg} of event {event} is {np.atleast_2d(held.pdg_ids)[event, leg]} "
                f"(PDG), where the process has {pdg_ids[leg]}: give its particles in its order"
            )
    else:
        try:
            momenta = np.array(json.loads(file.read_text(encoding="utf-8")), dtype=np.float64)
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise InputError(f"{str(file)!r} is not a JSON array of momenta: {error}") from None
    if momenta.ndim != 3 or momenta.shape[1:] != (legs, 4):
        raise InputError(
            f"{str(file)!r} holds an array of shape {momenta.shape}; the process needs (points, {legs}, 4), "
            "each point's legs in the order of the process string as (E, x, y, z)"
        )
    finite = np.isfinite(momenta).all(axis=(1, 2))
    if not finite.all():
        raise InputError(f"{str(file)!r}: point {int(np.argmin(finite))} has a component that is not finite")
    return np.ascontiguousarray(momenta)
