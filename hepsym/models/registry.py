"""Which models are there, by name?"""

from hepsym.errors import InputError
from hepsym.models.model import Model
from hepsym.models.settings import did_you_mean
from hepsym.models.vae import VAE

__all__ = ["MODELS", "model_class"]

MODELS: dict[str, type[VAE]] = {VAE.name: VAE}


def model_class(name: str) -> type[VAE]:
    """The class of a model. Raises InputError for a name that is not in the registry."""
    if name not in MODELS:
        raise InputError(
            f"model = {name!r} is not one of {', '.join(sorted(MODELS))}{did_you_mean(name, list(MODELS))}"
        )
    found = MODELS[name]
    assert issubclass(found, Model)
    return found
