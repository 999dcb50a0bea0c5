"""What does `prototype` ask of r? The share of the own class among the nearest class sets without the row."""

import numpy as np
import pytest
import torch

from hepsym.errors import InputError
from hepsym.generators.images import plane_orbits
from hepsym.models.equivae import CVAE, ClassSets, EquiVAE
from hepsym.models.equivae.preparation import build, prepare
from hepsym.models.equivae.settings import Settings
from hepsym.models.equivae.training.objective import labelled_loss

ORBIT = plane_orbits(30, classes=3, seed=4, noise=0.1)


def test_it_is_the_cross_entropy_of_distances_worked_out_row_by_row() -> None:
    """Against a loop in NumPy, float32: 1e-5. Classes are of unlike sizes, and count by their shares."""
    kept = np.r_[0:24, 24:30:3]
    x, y = ORBIT.x[kept], ORBIT.y[kept]
    chosen = Settings(
        width=16, invariant=3, equivariant=2, likelihood="gaussian", validation=0.0, prototype=2.0
    )
    ready = prepare(x, y, None, chosen)
    network, features = build(ready.settings, ready.reading, 3), torch.from_numpy(ready.features)
    sets = ClassSets(ready.codes, 3)
    found = [
        labelled_loss(network, features, sets.everything(), sets, settings, torch.Generator().manual_seed(1))
        for settings in (ready.settings, Settings.from_json({**ready.settings.to_json(), "prototype": 0.0}))
    ]
    f = network.code.embed(network.body(features)).detach().numpy()
    told = []
    for i, own in enumerate(ready.codes):
        others = np.arange(len(f)) != i
        # Sets of one size are compared: of other classes the last member is left out.
        r = [
            f[others & (ready.codes == k)].mean(0)
            if k == own
            else f[np.flatnonzero(ready.codes == k)[:-1]].mean(0)
            for k in range(3)
        ]
        near = np.array([-((f[i] - one) ** 2).sum() for one in r])
        told.append(np.log(np.exp(near).sum()) - near[own])
    assert found[0].terms["prototype"].item() == pytest.approx(np.mean(told), rel=1e-5)
    assert "prototype" not in found[1].terms
    more = (found[0].loss - found[1].loss).item()
    assert more == pytest.approx(2 * np.mean(told), rel=1e-4)


def test_it_is_of_equivae_alone() -> None:
    with pytest.raises(InputError, match="prototype = 1 is of EquiVAE's r alone"):
        CVAE(prototype=1.0)
    assert EquiVAE(prototype=1.0).settings.prototype == 1
