"""Which models are there, by name?"""

from importlib import import_module

from hepsym.errors import InputError
from hepsym.models.family import Family
from hepsym.models.settings import did_you_mean

__all__ = ["FAMILIES", "family"]

FAMILIES: dict[str, str] = {
    "vae": "hepsym.models.vae:VAEFamily",
    "lgae": "hepsym.models.jets.family:LGAEFamily",
    "gnnae": "hepsym.models.jets.family:GNNAEFamily",
    "cnnae": "hepsym.models.jets.family:CNNAEFamily",
    "jetvae": "hepsym.models.jets.family:JetMLPFamily",
    "lgatr": "hepsym.models.jets.family:LGATrFamily",
    "equivae": "hepsym.models.equivae.family:EquiVAEFamily",
    "cvae": "hepsym.models.equivae.family:CVAEFamily",
    "mlvae": "hepsym.models.equivae.family:MLVAEFamily",
}
"""Where the family of each model is; imported when it is asked for."""


def family(name: str) -> Family:
    """The family of a model. Raises InputError for a name that is not in the registry."""
    if name not in FAMILIES:
        known = sorted(FAMILIES)
        raise InputError(f"model = {name!r} is not one of {', '.join(known)}{did_you_mean(name, known)}")
    module, _, attribute = FAMILIES[name].partition(":")
    found = getattr(import_module(module), attribute)()
    assert isinstance(found, Family)
    return found
