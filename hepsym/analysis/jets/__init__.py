"""What asks about jets: residuals, substructure, distances of samples, detection."""

from hepsym.analysis.jets.coordinates import jet_quantities, relative_to
from hepsym.analysis.jets.detection import Detection, detection, signal_efficiencies
from hepsym.analysis.jets.energy_flow import connected_multigraphs, energy_flow_polynomials
from hepsym.analysis.jets.energy_mover import energy_mover_distance, jets_mover_distance
from hepsym.analysis.jets.residuals import JetResiduals, Spread, jet_residuals, spread
from hepsym.analysis.jets.sample_distances import Distance, frechet_distance, kernel_distance, wasserstein
from hepsym.analysis.jets.subjettiness import n_subjettiness, tau21

__all__ = [
    "Detection", "Distance", "JetResiduals", "Spread", "connected_multigraphs", "detection",
    "energy_flow_polynomials", "energy_mover_distance", "frechet_distance", "jet_quantities",
    "jet_residuals", "jets_mover_distance", "kernel_distance", "n_subjettiness", "relative_to",
    "signal_efficiencies", "spread", "tau21", "wasserstein",
]  # fmt: skip
