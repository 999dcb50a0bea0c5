"""Which works does a run stand on? Read off what it says of itself: its model, its events, its analysis."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hepsym.errors import InputError
from hepsym.report.run.record import load_record
from hepsym.report.run.sample import provenance_of

__all__ = ["works_of"]

MODELS: dict[str, dict[str, str]] = {
    "vae": {"kingma2013auto": "the variational autoencoder"},
    "lgae": {"hao2023lorentz": "the Lorentz group autoencoder"},
    "gnnae": {"hao2023lorentz": "the graph autoencoder of jets, a baseline there"},
    "cnnae": {"hao2023lorentz": "the autoencoder of jet images, a baseline there"},
    "jetvae": {"kingma2013auto": "the variational autoencoder"},
    "lgatr": {"spinner2024lorentz": "the Lorentz-equivariant transformer"},
    "equivae": {"feige2019invariant": "EquiVAE"},
    "cvae": {"kingma2014semi": "the conditional autoencoder (M2)"},
    "mlvae": {"bouchacourt2018multi": "the multi-level autoencoder"},
}
"""Model: the work that it comes from, and what that is to the run."""

TOOLS: dict[str, dict[str, str]] = {
    "pythia8mc": {"bierlich2022comprehensive": "Pythia 8: showers and hadronisation"},
    "fastjet": {"cacciari2012fastjet": "FastJet", "cacciari2008anti": "the anti-kt algorithm"},
}
"""Distribution named among the versions of a sample: its works."""

INTEGRATED = 1e-9
"""A cross section whose relative error is larger was integrated numerically: others are closed forms."""


def works_of(path: str | os.PathLike[str]) -> dict[str, str]:
    """Keys of references.bib for what `path` used, and what each was used for, a few words.

    path: a run of `hepsym fit`, a study's directory, or events of any format (their provenance).
    Raises InputError where there is none of these, or a file is damaged.
    """
    place = Path(path)
    if not place.exists():
        raise InputError(f"nothing at {str(place)!r}: give a run, a study's directory, or events")
    if (place / "study.json").is_file():
        works = works_of(place / "run") if (place / "run" / "config.json").is_file() else {}
        if (place / "symmetries").is_dir():
            works["sanz2025symmetries"] = "the study of symmetries in data sets"
        return works
    if (place / "config.json").is_file():
        return _of_run(place)
    provenance = provenance_of([place])
    if not provenance:
        raise InputError(
            f"{str(place)!r} does not say where it came from: give a run of `hepsym fit`, a study's "
            "directory, or events with provenance"
        )
    return _of_events(provenance)


def _of_run(run: Path) -> dict[str, str]:
    record = load_record(run)
    settings = record.config.get("settings") or {}
    works = dict(MODELS.get(str(record.config.get("model") or settings.get("model")), {}))
    works["kingma2014adam"] = "Adam"
    works["paszke2019pytorch"] = "PyTorch"
    if record.analysis is not None:
        works["sanz2025symmetries"] = "relevance of latents as a question to data"
        works["kraskov2004estimating"] = "mutual information"
    told = (record.config.get("source") or {}).get("provenance")
    works |= _of_events(told if isinstance(told, Mapping) and told else provenance_of(record.files))
    return works


def _of_events(provenance: Mapping[str, Any]) -> dict[str, str]:
    versions, history = provenance.get("versions") or {}, json.dumps(provenance.get("history") or [])
    works: dict[str, str] = {}
    if "hepsym" in versions:
        works["salmon2011parallel"] = "counter-based random numbers"
        works["lam2015numba"] = "Numba"
    for tool, cited in TOOLS.items():
        if tool in versions or tool.removesuffix("8mc") in history.lower():
            works |= cited
    card = str(provenance.get("card") or "")
    showered_alone = 'dataset = "jets"' in card
    if card and not showered_alone:
        works["navas2024review"] = "masses, widths and couplings"
        sigma, error = provenance.get("cross_section_pb"), provenance.get("cross_section_error_pb")
        if sigma and error and abs(error / sigma) > INTEGRATED:
            works["lepage2021adaptive"] = "adaptive integration"
    if "NNPDF23" in card or (not showered_alone and 2212 in (provenance.get("beams") or ())):
        works["ball2013parton"] = "parton densities, where the card's set is NNPDF2.3 QED"
    return works
