"""Autoencoders of jets: the Lorentz group autoencoder and what it has to beat, behind one interface."""

from hepsym.models.jets.baselines.cnnae import CNNAE, CNNAEOptions
from hepsym.models.jets.baselines.gnnae import GNNAE, GNNAEOptions
from hepsym.models.jets.baselines.hardest import HardestParticles
from hepsym.models.jets.baselines.lgatr_ae import LGATrAutoencoder, LGATrOptions
from hepsym.models.jets.baselines.linear_ae import LinearAutoencoder
from hepsym.models.jets.baselines.mlp_vae import JetMLP, JetMLPOptions
from hepsym.models.jets.family import load_run
from hepsym.models.jets.jet_set import CLASSES, JetSet, load_jets
from hepsym.models.jets.lgae import LGAE, JetLatent
from hepsym.models.jets.lgae_parts import LGAEOptions
from hepsym.models.jets.losses import LOSSES, jet_loss
from hepsym.models.jets.model import JetAutoencoder

__all__ = [
    "CLASSES",
    "CNNAE",
    "GNNAE",
    "LGAE",
    "LOSSES",
    "CNNAEOptions",
    "GNNAEOptions",
    "HardestParticles",
    "JetAutoencoder",
    "JetLatent",
    "JetMLP",
    "JetMLPOptions",
    "JetSet",
    "LGAEOptions",
    "LGATrAutoencoder",
    "LGATrOptions",
    "LinearAutoencoder",
    "jet_loss",
    "load_jets",
    "load_run",
]  # fmt: skip
