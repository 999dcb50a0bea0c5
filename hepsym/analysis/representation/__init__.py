"""Does a pair of codes split what it is from how it stands? Measures of representations, arrays in.

Class codes r and transformation codes v come from hepsym.models.equivae or anywhere else.
"""

from hepsym.analysis.representation.calibration import Calibration, calibration
from hepsym.analysis.representation.disentanglement import (
    DCI,
    dci,
    factor_vae_score,
    importances,
    mig,
    mutual_informations,
    sap,
    sap_matrix,
)
from hepsym.analysis.representation.latents import Usage, equivariance_error, steadiness, swap_accuracy, usage
from hepsym.analysis.representation.probes import Leak, leak, mixed_leak, probe

__all__ = [
    "DCI",
    "Calibration",
    "Leak",
    "Usage",
    "calibration",
    "dci",
    "equivariance_error",
    "factor_vae_score",
    "importances",
    "leak",
    "mig",
    "mixed_leak",
    "mutual_informations",
    "probe",
    "sap",
    "sap_matrix",
    "steadiness",
    "swap_accuracy",
    "usage",
]
