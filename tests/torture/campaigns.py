"""Which campaigns are there, and how many trials has each in full?"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.torture.campaign import Row
from tests.torture.files import DOCUMENTS, FORMATS, damaged_files, hostile_documents
from tests.torture.guards import MODELS, guards
from tests.torture.kills import WORKS, kills
from tests.torture.malice import CASES, malice
from tests.torture.memory import memory
from tests.torture.outputs import CAMPAIGNS as OUTPUTS
from tests.torture.runs import damaged_runs, hostile_runs
from tests.torture.texts import READERS, damaged_texts

__all__ = ["ALL"]

Campaign = Callable[[int, int, Path], Row]
"""Of the number of trials, the seed and a folder to work in."""

KILLS = {"generate": 400, "convert": 350, "fit": 200, "report": 50}


def _malice(kind: str, trials: int, seed: int, folder: Path) -> Row:
    del trials, seed  # the cases are what they are
    return malice(kind, folder)


ALL: dict[str, tuple[Campaign, int]] = {
    **{f"files/{kind}": (partial(damaged_files, kind), 7000) for kind in FORMATS},
    **{f"texts/{kind}": (partial(damaged_texts, kind), 1500) for kind in READERS},
    **{f"json/{kind}": (partial(hostile_documents, kind), 1000) for kind in DOCUMENTS},
    "runs/damaged": (damaged_runs, 1000),
    "runs/hostile": (hostile_runs, 400),
    **{f"kill/{what}": (partial(kills, what), KILLS[what]) for what in WORKS},
    **{f"outputs/{name}": (campaign, 200) for name, campaign in OUTPUTS.items()},
    **{f"malice/{kind}": (partial(_malice, kind), 1) for kind in CASES},
    **{f"guards/{model}": (partial(guards, model), 100) for model in MODELS},
    "memory": (memory, 100_000_000),
}
"""By name: the campaign, and its trials in full (of `memory`: the events)."""
