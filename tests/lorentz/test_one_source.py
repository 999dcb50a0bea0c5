"""Kernels are one source: compiled, and as the plain Python they are written in, they give the same bits."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hepsym._numba import JIT_DISABLED

PROGRAM = """
import hashlib, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from lorentz_oracle import momenta, near
import hepsym.lorentz as lz
rng = np.random.default_rng(7)
p, m = momenta(rng, 150)
q, parent = (lz.from_mass(momenta(rng, 150, 1e6)[0][:, 1:] * k, 2e3) for k in (1.0, 0.1))
c = near(rng, p)
for name in ("mass", "mass_squared", "momentum", "pt", "phi", "cos_theta", "rapidity", "pseudorapidity",
             "transverse_mass", "dot", "delta_phi", "delta_eta", "delta_r", "opening_angle", "invariant_mass",
             "cos_theta_star", "transverse_mass_of_pair", "boost_from_rest", "boost_to_rest", "rotate_z_to",
             "collins_soper"):
    one = name in ("mass", "mass_squared", "momentum", "pt", "phi", "cos_theta", "rapidity", "pseudorapidity",
                   "transverse_mass")
    for other in (q, c):
        if name in ("boost_from_rest", "boost_to_rest"):
            other = parent
        got = getattr(lz, name)(p) if one else getattr(lz, name)(p, other)
        got = np.nan_to_num(np.asarray(got), nan=-7.0)  # a nan's sign and payload are nobody's business
        print(name, hashlib.sha256(np.ascontiguousarray(got + 0.0).tobytes()).hexdigest())
"""


@pytest.mark.skipif(JIT_DISABLED, reason="compares with the compiled kernels")
def test_compiled_and_plain_agree_to_the_bit() -> None:
    here = str(Path(__file__).parent)
    said = []
    for disabled in ("0", "1"):
        environment = {**os.environ, "NUMBA_DISABLE_JIT": disabled}
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM, here], env=environment, capture_output=True, text=True, check=True
        )
        said.append(run.stdout.splitlines())
    compiled, plain = said
    assert len(compiled) == 42
    assert [a.split()[0] for a, b in zip(compiled, plain, strict=True) if a != b] == []


def test_no_result_depends_on_its_place() -> None:
    """A vector loop's body and its tail do the same arithmetic: any slice gives the slice of the result."""
    import hepsym.lorentz as lz

    rng = np.random.default_rng(8)
    p = lz.from_mass(rng.normal(size=(101, 3)), 0.1)
    q = lz.from_mass(rng.normal(size=(101, 3)), 1.0)
    for function in (lz.invariant_mass, lz.delta_r, lz.boost_to_rest, lz.opening_angle):
        whole = function(p, q)
        for start in (1, 5, 33, 98):
            assert np.array_equal(function(p[start:], q[start:]), whole[start:])
