"""What asks: one question a file, arrays in, an estimate with its error out."""

from hepsym.analysis.alignment import Link, Observable, Recovery, align, holm, recover, usable
from hepsym.analysis.correlation import Association, circular_circular, circular_linear, spearman
from hepsym.analysis.estimate import Estimate
from hepsym.analysis.mutual_information import CAP as MUTUAL_INFORMATION_CAP
from hepsym.analysis.mutual_information import MutualInformation, mutual_information
from hepsym.analysis.plateau import TOPOLOGY_CAVEAT, Plateau, plateau
from hepsym.analysis.ppca import LinearOptimum, learned_variance, linear_vae_optimum
from hepsym.analysis.regression import angle_r2, monotone_r2, r2
from hepsym.analysis.relevance import COUNTING_RULES, DEFINITIONS, Count, count, counts_by_rule, relevances
from hepsym.analysis.spectrum import Spectrum, jacobian_spectrum
from hepsym.analysis.traversal import Walk, walk

__all__ = [
    "COUNTING_RULES",
    "DEFINITIONS",
    "MUTUAL_INFORMATION_CAP",
    "TOPOLOGY_CAVEAT",
    "Association",
    "Count",
    "Estimate",
    "LinearOptimum",
    "Link",
    "MutualInformation",
    "Observable",
    "Plateau",
    "Recovery",
    "Spectrum",
    "Walk",
    "align",
    "angle_r2",
    "circular_circular",
    "circular_linear",
    "count",
    "counts_by_rule",
    "holm",
    "jacobian_spectrum",
    "learned_variance",
    "linear_vae_optimum",
    "monotone_r2",
    "mutual_information",
    "plateau",
    "r2",
    "recover",
    "relevances",
    "spearman",
    "usable",
    "walk",
]
