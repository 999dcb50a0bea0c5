"""What e- e+ -> W- W+ gives from the Feynman rules written with Dirac matrices: neutrino, photon and Z.

Nothing is simplified by hand: spinors and polarisation vectors are numbers, the sum over them is a loop.
"""

import numpy as np
from numpy.typing import NDArray

from tests.generators.oracles.electroweak import Inputs

Complex = NDArray[np.complex128]
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]], dtype=complex)
ZERO, ONE = np.zeros((2, 2)), np.eye(2)
GAMMA = np.array([np.block([[ZERO, ONE], [ONE, ZERO]])] + [np.block([[ZERO, s], [-s, ZERO]]) for s in PAULI])
"""Weyl representation: the upper half of a spinor is left-handed."""


def slash(p: Complex) -> Complex:
    return np.asarray(np.einsum("m,mij->ij", METRIC @ p, GAMMA))


def polarizations(k: NDArray[np.float64], m: float) -> list[Complex]:
    """Three real vectors e with e.k = 0 and e.e = -1, for k in the x-z plane."""
    size = np.linalg.norm(k[1:])
    n = k[1:] / size
    return [
        np.array([0, 0, 1, 0], dtype=complex),
        np.array([0, n[2], 0, -n[0]], dtype=complex),
        np.array([size, *(k[0] * n)], dtype=complex) / m,
    ]


def me2(inputs: Inputs, sqrt_s: float, cos_theta: float, m1: float, m2: float) -> float:
    """|M|^2, averaged over e- e+ spins, summed over those of W-(mass m1, at theta from e-) and W+(m2)."""
    s = sqrt_s**2
    e1 = (s + m1**2 - m2**2) / (2 * sqrt_s)
    k = np.sqrt((e1 - m1) * (e1 + m1))
    sin_theta = np.sqrt(1 - cos_theta**2)
    k1 = np.array([e1, k * sin_theta, 0, k * cos_theta])
    p1, p2 = (sqrt_s / 2 * np.array([1.0, 0, 0, z]) for z in (1.0, -1.0))
    k2 = p1 + p2 - k1
    exchanged = slash(p1 - k1) / ((p1 - k1) @ METRIC @ (p1 - k1))
    # Along +z an e-_L is (0, 1) in the upper half, an e-_R (1, 0) in the lower; vbar by vbar pslash = 0.
    u = {"L": np.sqrt(sqrt_s) * np.array([0, 1, 0, 0]), "R": np.sqrt(sqrt_s) * np.array([0, 0, 1, 0])}
    vbar = {"L": np.sqrt(sqrt_s) * np.array([0, 0, 1, 0]), "R": np.sqrt(sqrt_s) * np.array([0, 1, 0, 0])}
    cos_w = np.sqrt(1 - inputs.sin2)
    total = 0.0
    for h, z_coupling in zip("LR", inputs.z(11), strict=True):
        z = complex(inputs.z_propagator(np.array(s)))
        boson = inputs.e2 / s - z_coupling * np.sqrt(inputs.g2) * cos_w * z
        current = np.array([vbar[h] @ GAMMA[m] @ u[h] for m in range(4)])
        for a in polarizations(k1, m1):
            for b in polarizations(k2, m2):
                vertex = (a @ METRIC @ b) * (k1 - k2) + 2 * (k2 @ METRIC @ a) * b - 2 * (k1 @ METRIC @ b) * a
                amplitude = boson * (current @ METRIC @ vertex)
                if h == "L":
                    amplitude += inputs.g2 / 2 * (vbar[h] @ slash(b) @ exchanged @ slash(a) @ u[h])
                total += abs(amplitude) ** 2
    return total / 4
