"""How is a fitted model kept? A directory of safetensors and JSON; nothing in it can run."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from hepsym.errors import InputError
from hepsym.events.disk.atomic import new_path, replace_text
from hepsym.models.equivae.inference import Fitted
from hepsym.models.equivae.labels import Labels
from hepsym.models.equivae.preparation import build
from hepsym.models.equivae.reading import Reading
from hepsym.models.equivae.settings import Settings
from hepsym.models.equivae.straightening.couplings import Couplings
from hepsym.models.equivae.straightening.origins import Origins
from hepsym.models.equivae.straightening.straighten import Straightening
from hepsym.models.runs.rundir import versions
from hepsym.models.training.checkpoint import write_weights

__all__ = ["FORMAT", "load_fitted", "save_fitted"]

FORMAT = "hepsym-class-model-1"
CONFIG, WEIGHTS, PROTOTYPES = "config.json", "model.safetensors", "prototypes"
STRAIGHT = ("middle", "whitening", "knots")
COUPLINGS = "straight.couplings."
ORIGINS = "straight.origins."


def save_fitted(path: Path, fitted: Fitted, model: str) -> None:
    """Write PATH/. The weights come first: a directory with a config.json is whole."""
    new_path(path).mkdir()
    trained = fitted.network.classifier.out_features
    config = {
        "format": FORMAT, "model": model, "settings": fitted.settings.to_json(),
        "reading": fitted.reading.to_json(), "classes": list(fitted.labels.classes),
        "trained_classes": trained,
        "temperatures": fitted.temperatures, "counts": fitted.counts, "versions": versions(),
    }  # fmt: skip
    weights = {**fitted.network.state_dict(), PROTOTYPES: fitted.prototypes}
    if fitted.straight is not None:
        parts = {name: getattr(fitted.straight, name) for name in STRAIGHT}
        weights |= {f"straight.{name}": torch.from_numpy(part.copy()) for name, part in parts.items()}
        if fitted.straight.origins is not None:
            weights |= {
                f"{ORIGINS}{name}": torch.from_numpy(part.copy())
                for name, part in (("k", fitted.straight.origins.k), ("units", fitted.straight.origins.units))
            }
        if fitted.straight.couplings is not None:
            layers = fitted.straight.couplings.state_dict()
            weights |= {f"{COUPLINGS}{name}": part for name, part in layers.items()}
    write_weights(path / WEIGHTS, weights, model)
    replace_text(path / CONFIG, json.dumps(config, indent=1) + "\n")


def load_fitted(path: Path, model: str) -> Fitted:
    """What `save_fitted` wrote. Raises InputError: none there, damaged, another model or format."""
    try:
        config = json.loads((path / CONFIG).read_text(encoding="utf-8"))
        if config["format"] != FORMAT:
            raise InputError(f"{path} is {config['format']!r}; this hepsym reads {FORMAT}")
        if config["model"] != model:
            raise InputError(
                f"{path} holds model {config['model']!r}, not {model!r}: load it by its own class"
            )
        settings, reading = Settings.from_json(config["settings"]), Reading.from_json(config["reading"])
        network = build(settings, reading, int(config["trained_classes"]))
        with safe_open(path / WEIGHTS, framework="pt", device="cpu") as file:
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        prototypes = found.pop(PROTOTYPES)
        straight = None
        if settings.straighten:
            couplings = None
            if settings.couplings:
                couplings = Couplings(settings.equivariant, int(config["trained_classes"]), settings.kept)
                couplings = couplings.double().eval()
                names = [name for name in found if name.startswith(COUPLINGS)]
                couplings.load_state_dict({name.removeprefix(COUPLINGS): found.pop(name) for name in names})
            origins = None
            if f"{ORIGINS}k" in found:
                origins = Origins(*(found.pop(ORIGINS + name).numpy() for name in ("k", "units")))
            maps = {name: found.pop(f"straight.{name}").numpy() for name in STRAIGHT}
            straight = Straightening(**maps, couplings=couplings, kept=settings.kept, origins=origins)
        network.load_state_dict(found)
        labels = Labels(tuple(config["classes"]))
        if (
            prototypes.shape != (len(labels.classes), network.code.size)
            or not torch.isfinite(prototypes).all()
        ):
            raise InputError(f"{path} is damaged: its prototypes do not fit its classes")
        temperatures, counts = dict(config["temperatures"]), dict(config["counts"])
    except FileNotFoundError as error:
        raise InputError(f"{error.filename} does not exist: {path} is no saved model") from None
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path} is damaged ({told}): restore it or train again") from None
    return Fitted(settings, reading, labels, network.eval(), prototypes, temperatures, counts, straight)
