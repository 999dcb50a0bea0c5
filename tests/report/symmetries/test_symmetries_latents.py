"""Flows of a trained run's latents: certified where they must be, none where there is none."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.cli import main
from hepsym.models.runs.trained import load
from hepsym.report.symmetries.latent_space import latent_space

Floats = NDArray[np.float64]
ROWS = 20_000


def ring(even: bool) -> Floats:
    """Points of a slanted ellipse, evenly in the angle of the circle that it is an image of, or not."""
    t = np.random.default_rng(1).uniform(0, 2 * np.pi, ROWS)
    if not even:
        t = t + 0.6 * np.sin(t)
    return np.column_stack([2 * np.cos(t) + 0.5 * np.sin(t), np.sin(t)])


@pytest.mark.parametrize("even", [True, False])
def test_a_linear_network_shows_the_circle_behind_an_ellipse(even: bool, tmp_path: Path) -> None:
    """Three latents of a linear model span two dimensions. Their rotation leaves an even ring alone, and of a
    ring that is fuller on one side nothing is told."""
    rows, run = ring(even), str(tmp_path / "run")
    np.save(tmp_path / "ring.npy", rows)
    settings = ["--hidden", "", "--latent-dim", "3", "--beta", "1e-4", "--learning-rate", "0.02"]
    with pytest.raises(SystemExit) as caught:
        main(["fit", str(tmp_path / "ring.npy"), "-o", run, "--epochs", "50", "--threads", "1", *settings])
    assert caught.value.code in {0, None}
    trained = load(Path(run))
    told, note = latent_space(trained, rows, alpha=0.005, seed=1)
    assert note == ""
    assert len(told["used"]) >= 2
    assert [flow["certified"] for flow in told["flows"]] == [True] * even
    if even:
        # The flow carries codes of the ring to codes of the ring: its speed is a turn's, alike everywhere.
        (flow,) = told["flows"]
        codes = trained.encode(rows[:500])[0]
        speed = codes[:, told["used"]] @ np.array(flow["matrix"]).T + flow["shift"]
        ahead = codes.copy()
        ahead[:, told["used"]] += 1e-3 * speed
        moved = (trained.decode(ahead) - trained.decode(codes)) / 1e-3
        angle = np.column_stack([rows[:500, 0] / 2 - rows[:500, 1] / 4, rows[:500, 1]])
        turn = np.column_stack([moved[:, 0] / 2 - moved[:, 1] / 4, moved[:, 1]])
        rate = angle[:, 0] * turn[:, 1] - angle[:, 1] * turn[:, 0]
        assert np.abs(rate / rate.mean() - 1).max() < 0.1
        assert np.abs((angle * turn).sum(axis=1) / rate.mean()).max() < 0.1
