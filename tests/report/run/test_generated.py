"""What the page says of a sample: that it follows its law, that it does not, or that there is none."""

from pathlib import Path

import numpy as np
from made_run import made_run

from hepsym import events, generators
from hepsym.report import write
from hepsym.report.page.html import plain
from hepsym.report.run.control import Filling, compared
from hepsym.report.run.sample import read_sample
from hepsym.report.run.sections import generated


def section(shift: float) -> str:
    filling = Filling(np.linspace(0, 1, 21))
    filling.fill(np.random.default_rng(1).uniform(size=20_000) ** (1.0 + shift))
    control = compared("x", filling, lambda x: np.clip(x, 0, 1))
    return plain(generated.section({}, "", [control], 20_000).body)


def test_verdicts() -> None:
    assert "The sample follows the exact law in 1 distribution tested" in section(0.0)
    assert "The sample does not follow the exact law in 1 distribution tested" in section(0.2)
    assert "No exact law is known" in plain(generated.section({}, "", [], 0).body)


def test_a_sample_of_another_card_is_found_out(tmp_path: Path) -> None:
    """Events at the Z peak that claim to come from 200 GeV, where the asymmetry is large; 1e5 events."""
    made = generators.generate(generators.load_card("ee2mumu"), 100_000, seed=3)
    false = generators.generate(generators.load_card("ee2mumu", ["sqrt_s=200"]), 10, seed=3).provenance
    honest, forged = tmp_path / "honest.npz", tmp_path / "forged.npz"
    events.write(honest, made)
    events.write(
        forged,
        events.Events(made.momenta, made.pdg_ids, made.status, made.masses, provenance=false),
    )
    p_values = {path: [c.p_value for c in read_sample([path]).controls] for path in (honest, forged)}
    assert min(p for p in p_values[honest] if p is not None) > 1e-4
    assert min(p for p in p_values[forged] if p is not None) < 1e-100
    text = write(made_run(tmp_path / "run", files=(str(forged),))).read_text(encoding="utf-8")
    assert "The sample does not follow the exact law" in text


def test_weighted_samples_follow_the_same_law() -> None:
    """Flat phase space times |M|^2 at 200 GeV, 1e5 events."""
    card = generators.load_card("ee2mumu", ["sqrt_s=200"])
    made = generators.generate(card, 100_000, seed=4, weighted=True)
    laws = generators.exact_distributions(made.provenance.card)
    for name, law in laws.items():
        low, high = max(law.low, -4.0), min(law.high, 4.0 if np.isinf(law.high) else law.high)
        filling = Filling(np.linspace(low, high, 41))  # eta has no end: what is beyond is a bin too
        filling.fill(events.observable(made, name).values, made.weights)
        p_value = compared(name, filling, law.cumulative, weighted=True).p_value
        assert p_value is not None
        assert p_value > 1e-4


def test_several_files_and_damaged_ones(tmp_path: Path) -> None:
    made = generators.generate(generators.load_card("ee2mumu"), 1000, seed=1)
    paths = [tmp_path / "a.npz", tmp_path / "b.lhe"]
    for path in paths:
        events.write(path, made)
    both = read_sample(paths)
    assert both.events == 2000
    assert both.complete
    paths[1].write_text(paths[1].read_text()[:-500])
    damaged = read_sample(paths)
    assert damaged.controls == ()
    assert "There are no control plots" in damaged.missing[0]
