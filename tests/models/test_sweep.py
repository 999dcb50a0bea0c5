"""The ensemble is the single fits, trained side by side; it is stored, resumed and asked per member."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.models import FitSettings, Sweep, fit, load, load_sweep, sweep
from tests.models.conftest import NAMES

Floats = NDArray[np.float64]
QUICK = FitSettings(latent=3, hidden=(12,), epochs=3, batch=64, seed=4, dtype="float64")
BETAS, SEEDS = (0.01, 0.5), (4, 9, 2)


def swept(values: Floats, run: Path, settings: FitSettings = QUICK, **changed: object) -> Sweep:
    options: dict[str, object] = {"betas": BETAS, "seeds": SEEDS} | changed
    return sweep(values, NAMES, settings, run, drop_constant=True, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("variance", ["fixed", "learned"])
def test_a_member_is_the_fit_with_its_beta_and_seed(sphere: Floats, tmp_path: Path, variance: str) -> None:
    """Codes, losses, spectra and variances to 1e-9 in float64, for seeds that share the ensemble's split."""
    settings = FitSettings(**(QUICK.to_json() | {"variance": variance}))
    many = swept(sphere, tmp_path / "many", settings)
    mu, log_var = many.encode(sphere)
    assert mu.shape == log_var.shape == (2, 3, 1500, 3)
    for b, beta in enumerate(BETAS):
        alone = FitSettings(**(settings.to_json() | {"beta": beta}))  # seed 4, the first of SEEDS
        run = tmp_path / f"{beta}"
        fit(sphere, NAMES, alone, run, source={}, drop_constant=True)
        one = load(run)
        right_mu, right_log_var = one.encode(sphere)
        assert np.abs(mu[b, 0] - right_mu).max() < 1e-9
        assert np.abs(log_var[b, 0] - right_log_var).max() < 1e-9
        assert many.decoder_variance[b, 0] == pytest.approx(one.decoder_variance, rel=1e-9)
        for ablate in (None, 1):
            assert many.reconstruction_loss(sphere, ablate)[b, 0] == pytest.approx(
                one.reconstruction_loss(sphere, ablate), rel=1e-7, abs=1e-9
            )
        spectrum = np.linalg.svd(one.jacobian(right_mu[:40]), compute_uv=False)
        assert many.jacobian_spectrum(sphere[:40])[b, 0] == pytest.approx(spectrum, rel=1e-8)


def test_seeds_differ_and_betas_differ(sphere: Floats, tmp_path: Path) -> None:
    mu, _ = swept(sphere, tmp_path / "run").encode(sphere[:50])
    flat = mu.reshape(6, -1)
    for i in range(6):
        for j in range(i):
            assert np.abs(flat[i] - flat[j]).max() > 1e-3


def test_a_sweep_is_loaded_again_and_not_trained_twice(sphere: Floats, tmp_path: Path) -> None:
    first = swept(sphere, tmp_path)
    files = {p: p.read_bytes() for p in (tmp_path / "sweep").glob("*.*")}
    again, loaded = swept(sphere, tmp_path), load_sweep(tmp_path)
    assert {p: p.read_bytes() for p in (tmp_path / "sweep").glob("*.*")} == files
    for other in (again, loaded):
        assert np.array_equal(other.encode(sphere)[0], first.encode(sphere)[0])
        assert (other.betas, other.seeds) == (BETAS, SEEDS)
    assert loaded.digest == first.digest
    with pytest.raises(
        InputError, match=r"other betas: it was started with betas \[0\.01, 0\.5\], not \[0\.01\]"
    ):
        swept(sphere, tmp_path, betas=(0.01,))
    with pytest.raises(InputError, match="other data"):
        swept(sphere[:-1], tmp_path)


def test_metrics_of_a_sweep_have_a_value_a_member(sphere: Floats, tmp_path: Path) -> None:
    swept(sphere, tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "sweep" / "metrics.jsonl").read_text().splitlines()]
    assert len(lines) == 3
    assert len(lines[0]["train"]["loss"]) == 6
    assert np.shape(lines[0]["validation"]["kl_per_latent"]) == (6, 3)


def test_bad_sweeps_are_told(sphere: Floats, tmp_path: Path) -> None:
    for changed, told in (
        ({"betas": ()}, "betas = none"),
        ({"betas": (0.1, 0.1)}, "each once"),
        ({"betas": (-1.0,)}, "betas = -1"),
        ({"seeds": 0}, "seeds = 0: give at least one"),
        ({"seeds": (1, 1)}, "each once"),
    ):
        with pytest.raises(InputError, match=told):
            swept(sphere, tmp_path / "run", **changed)
        assert not (tmp_path / "run").exists()
    with pytest.raises(InputError, match="has no sweep over beta and seeds yet"):
        load_sweep(tmp_path)


def test_a_number_of_seeds_counts_from_the_settings(sphere: Floats, tmp_path: Path) -> None:
    assert swept(sphere, tmp_path, seeds=2).seeds == (4, 5)
