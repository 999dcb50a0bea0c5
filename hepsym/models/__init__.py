"""What learns: models, one training loop, checkpoints."""

from hepsym.models.fitting import FitResult, fit
from hepsym.models.lorentz import check_equivariance
from hepsym.models.runs.trained import Trained, load
from hepsym.models.settings import FitSettings
from hepsym.models.sweeping import Sweep, load_sweep, sweep
from hepsym.models.vae import VAE

__all__ = [
    "VAE", "FitResult", "FitSettings", "Sweep", "Trained", "check_equivariance", "fit", "load", "load_sweep",
    "sweep",
]  # fmt: skip
