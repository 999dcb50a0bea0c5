"""Does the analysis of a real run find what is known of its data, from the fit to analysis.json?"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hepsym import events, generators, models
from hepsym.analysis import linear_vae_optimum
from hepsym.errors import InputError
from hepsym.report.run.analyze import analyze
from hepsym.report.run.subject import leg_components

Fit = Callable[..., Path]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def fitted(run: Path, data: Path, columns: list[str] | None = None, **settings: Any) -> Path:
    table = events.read_table(data, columns)
    chosen = models.FitSettings(**settings)
    models.fit(table.values, table.names, chosen, run, source=table.source, drop_constant=True)
    return run


@pytest.fixture(scope="module")
def ee2mumu(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """9000 events at the Z pole, a VAE of 6 latents."""
    place = tmp_path_factory.mktemp("ee2mumu")
    sample = generators.generate(generators.load_card("ee2mumu"), 9_000, seed=3)
    events.write(place / "events.npz", sample)
    return fitted(
        place / "run", place / "events.npz",
        latent=6, hidden=(32, 32), beta=0.1, epochs=40, batch=256, learning_rate=4e-3, seed=2,
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(ee2mumu: Path) -> dict[str, Any]:
    return analyze(ee2mumu, betas=[0.1, 0.2, 0.4], seeds=5)


def test_sphere_has_three_relevant_latents(found: dict[str, Any]) -> None:
    relevant = found["relevant"]
    assert (relevant["value"], relevant["low"], relevant["high"]) == (3, 3, 3)
    assert relevant["plateau_betas"] == [0.1, 0.2, 0.4]
    assert np.asarray(relevant["counts"]).shape == (3, 5)
    assert "sphere" in relevant["caveat"]
    assert len(relevant["indices"]) == relevant["this_run"]["value"] == 3


def test_angles_are_recovered(found: dict[str, Any]) -> None:
    r2 = {r["observable"]: r["r2"] for r in found["recovered"]}
    assert r2["cos_theta(mu-)"] > 0.99
    assert r2["sin phi(mu-)"] > 0.98
    assert r2["cos phi(mu-)"] > 0.98
    assert all(r["error"] >= 0 for r in found["recovered"])


def test_every_latent_has_every_relevance(found: dict[str, Any]) -> None:
    assert [latent["index"] for latent in found["latents"]] == list(range(6))
    for latent in found["latents"]:
        assert set(latent["relevance"]) == set(found["definitions"])
        assert all(e["error"] >= 0 for e in latent["relevance"].values())
        links = latent["observables"]
        assert bool(links) == (latent["index"] in found["relevant"]["indices"])
        for link in links:
            assert (link["spearman"] is None) == link["name"].startswith("phi")
            assert (link["circular_linear"] is None) != (link["spearman"] is None)


def test_only_test_rows_are_used(ee2mumu: Path, found: dict[str, Any]) -> None:
    """The KL in the file is the mean over rows of split(n)[2], to the last digits."""
    trained = models.load(ee2mumu)
    values = events.read_table(ee2mumu.parent / "events.npz").values
    _, _, test = trained.split(len(values))
    assert found["n_test"] == len(test)
    mu, log_var = trained.encode(values[test])
    kl = 0.5 * (mu**2 + np.exp(log_var) - 1 - log_var).mean(axis=0)
    assert [z["relevance"]["kl"]["value"] for z in found["latents"]] == pytest.approx(kl, rel=1e-9)
    rise = trained.reconstruction_loss(values[test], ablate=0) - trained.reconstruction_loss(values[test])
    assert found["latents"][0]["relevance"]["ablation"]["value"] == pytest.approx(
        rise.mean(), rel=1e-6, abs=1e-12
    )


def test_walks_are_decoded_to_physics(found: dict[str, Any]) -> None:
    """Walks from real events stay near the mass shell: the pair's mass within 20 % of 91.19 in the median."""
    assert [t["latent"] for t in found["traversals"]] == found["relevant"]["indices"]
    walk = found["traversals"][0]
    features = {name: np.asarray(v) for name, v in walk["features"].items()}
    shape = (len(walk["points"]), len(walk["quantiles"]))
    assert set(features) == {f"{leg}.{c}" for leg in ("mu-", "mu+") for c in ("E", "px", "py", "pz")}
    assert all(v.shape == shape for v in features.values())
    size = np.sqrt(sum(features[f"mu-.{c}"] ** 2 for c in ("px", "py", "pz")))
    seen = np.asarray(walk["observables"]["cos_theta(mu-)"])
    assert seen == pytest.approx(features["mu-.pz"] / size, abs=1e-9)
    mass = np.asarray(walk["observables"]["m()"])
    assert np.median(mass[1:]) == pytest.approx(91.19, rel=0.2)


def test_file_is_what_was_returned_and_the_same_twice(ee2mumu: Path, found: dict[str, Any]) -> None:
    """The second call takes the sweep that is there and gives the same numbers."""
    assert json.loads((ee2mumu / "analysis.json").read_text(encoding="utf-8")) == found
    before = (ee2mumu / "sweep" / "checkpoint.safetensors").read_bytes()
    assert analyze(ee2mumu, betas=[0.1, 0.2, 0.4], seeds=5) == found
    assert (ee2mumu / "sweep" / "checkpoint.safetensors").read_bytes() == before
    assert not list(ee2mumu.glob("sweep-*"))
    assert not list(ee2mumu.glob(".analysis*"))


EIGENVALUES = np.array([2.0, 0.8, 0.4, 0.1])


@pytest.fixture(scope="module")
def linear(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A linear VAE on 8000 Gaussian rows: the case whose optimum is known in closed form."""
    place = tmp_path_factory.mktemp("linear")
    rng = np.random.default_rng(7)
    rotation = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    rows = rng.normal(size=(8000, 4)) * np.sqrt(EIGENVALUES) @ rotation.T
    np.savetxt(place / "rows.csv", rows, delimiter=",", header="a,b,c,d", comments="", fmt="%.17g")
    return fitted(
        place / "run", place / "rows.csv", latent=4, hidden=(), beta=0.4, epochs=150, batch=512,
        learning_rate=3e-2, patience=0, scaling="none", dtype="float64", seed=5,
    )  # fmt: skip


def test_the_whole_chain_reproduces_the_phase_transition(linear: Path) -> None:
    """Alive iff eigenvalue > beta/2, at every beta of the sweep and seed; Var mu, KL and ablation as derived.

    KL = log(eigenvalue / (beta/2)) / 2 must exceed 0.1 nat to be counted: the betas keep away from there.
    The tolerance covers the training's noise and the difference of test from training covariance.
    """
    betas = [0.1, 0.4, 1.0, 2.0, 6.0]
    found = analyze(linear, betas=betas, seeds=5)
    trained = models.load(linear)
    values = events.read_table(linear.parent / "rows.csv").values
    train, _, _ = trained.split(len(values))
    covariance = np.cov(values[train].T)
    for beta, row in zip(betas, found["relevant"]["counts"], strict=True):
        assert row == [linear_vae_optimum(covariance, beta, 4).alive] * 5
    optimum = linear_vae_optimum(covariance, 0.4, 4)
    order = found["relevant"]["indices"]
    assert len(order) == optimum.alive == 3
    for key, expected in (
        ("kl", optimum.kl), ("variance", optimum.mean_variance),
        ("one_minus_noise", 1 - optimum.posterior_variance),
        ("ablation", optimum.ablation),
    ):  # fmt: skip
        seen = [found["latents"][i]["relevance"][key]["value"] for i in order]
        assert seen == pytest.approx(expected, rel=0.1), key
    dead = [z["relevance"]["kl"]["value"] for z in found["latents"] if z["index"] not in order]
    assert max(dead) < 0.01


def test_another_sweep_sets_the_first_aside(linear: Path) -> None:
    """Other betas give another ensemble; the former stays. No plateau: value null, and words say why."""
    found = analyze(linear, betas=[6.0], seeds=2)
    assert found["relevant"]["value"] is None
    assert "switched off" in found["relevant"]["words"]
    assert "only 2 seeds" in found["relevant"]["words"]
    assert (linear / "sweep-1" / "checkpoint.safetensors").is_file()
    assert found["observables"] == [
        {"name": n, "latex": "", "unit": "", "period": None} for n in ("a", "b", "c", "d")
    ]


def test_a_run_without_relevant_latents_is_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    np.save(tmp_path / "rows.npy", rng.normal(size=(3000, 2)))
    run = fitted(
        tmp_path / "run", tmp_path / "rows.npy",
        latent=2, hidden=(), beta=50.0, epochs=30, batch=256, learning_rate=3e-2,
    )  # fmt: skip
    found = analyze(run, betas=[40.0, 50.0], seeds=2)
    assert found["relevant"]["indices"] == []
    assert found["recovered"] == []
    assert found["traversals"] == []


def test_faults_are_one_line_and_write_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    data = tmp_path / "rows.npy"
    np.save(data, rng.normal(size=(400, 2)))
    run = fitted(tmp_path / "run", data, latent=2, hidden=(), epochs=1, batch=64)

    def refused(words: str, **options: Any) -> None:
        with pytest.raises(InputError, match=words) as caught:
            analyze(options.pop("at", run), **options)
        assert "\n" not in str(caught.value)
        assert not (run / "analysis.json").exists()
        assert not (run / "sweep").exists()

    refused(r"has \d\d test rows, fewer than the 100 needed")
    refused("betas = 0.1, 0.01: give positive numbers in increasing order", betas=[0.1, 0.01])
    refused("betas = 0: give positive", betas=[0.0])
    refused("betas = nan", betas=[float("nan")])
    refused("seeds = 0 must be at least 1", seeds=0)
    refused("alpha = 2 must lie between 0 and 1", alpha=2)
    refused("not a run", at=tmp_path / "nowhere")
    np.save(data, rng.normal(size=(400, 2)))
    refused("SHA-256")
    data.unlink()
    refused("not at .*rows.npy any more")


def test_columns_know_their_place_in_the_event() -> None:
    sample = generators.generate(generators.load_card("ee2mumu"), 4, seed=1)
    names = ["mu+.pz", "px(mu-)", "m(mu- mu+)", "mu-.E"]
    assert leg_components(names, sample) == ((3, 3), (2, 1), None, (2, 0))


def test_without_all_components_there_are_no_decoded_observables(tmp_path: Path) -> None:
    """A run on two columns of four cannot be turned back into events: features only."""
    sample = generators.generate(generators.load_card("ee2mumu"), 4000, seed=1)
    events.write(tmp_path / "events.npz", sample)
    run = fitted(
        tmp_path / "run", tmp_path / "events.npz", ["mu-.px", "mu-.py"],
        latent=2, hidden=(), beta=0.1, epochs=10, batch=256, learning_rate=2e-2,
    )  # fmt: skip
    found = analyze(run, betas=[0.1, 0.2], seeds=1)
    assert found["traversals"]
    assert all(t["observables"] == {} for t in found["traversals"])
    assert set(found["traversals"][0]["features"]) == {"mu-.px", "mu-.py"}
