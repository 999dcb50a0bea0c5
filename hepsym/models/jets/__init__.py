"""Autoencoders of jets: the Lorentz group autoencoder and what it has to beat, behind one interface."""

from hepsym.models.jets.hardest import HardestParticles
from hepsym.models.jets.lgae import LGAE, JetLatent
from hepsym.models.jets.lgae_parts import LGAEOptions
from hepsym.models.jets.linear_ae import LinearAutoencoder
from hepsym.models.jets.losses import LOSSES, jet_loss
from hepsym.models.jets.model import JetAutoencoder

__all__ = [
    "LGAE", "LOSSES", "HardestParticles", "JetAutoencoder", "JetLatent", "LGAEOptions", "LinearAutoencoder",
    "jet_loss",
]  # fmt: skip
