"""Jets through Pythia and FastJet: the physics of the five classes, and the same bytes whoever makes them."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepsym.cli import main
from hepsym.errors import InputError, RunError
from hepsym.events.jets.jetnet import Jets, read_jetnet
from hepsym.generators.datasets.clustering import cluster
from hepsym.generators.datasets.collisions import SEEDS, Collisions, Visible, pythia_seed
from hepsym.generators.datasets.jet_card import JetCard, jet_card_from_toml, load_jet_card, to_toml
from hepsym.generators.datasets.jet_jobs import Job, make_jets
from hepsym.generators.datasets.jets import generate_jets
from hepsym.generators.production.crew import on_processes

CLASSES = "gqtwz"
MEAN_MASS = {
    0.4: dict(zip(CLASSES, (88.0, 61.0, 138.0, 80.0, 86.0), strict=True)),
    0.8: dict(zip(CLASSES, (173.0, 121.0, 194.0, 110.0, 115.0), strict=True)),
}
"""GeV, of the jets with all constituents: an earlier, independent set of scripts with Pythia 8.317.2."""


def made(letter: str, jets: int, *changes: str) -> Jets:
    card = load_jet_card("jets", [f"class={letter}", *changes])
    done = make_jets(Job(to_toml(card), 1, 0, jets))
    return Jets(done.particles, done.jets)


@pytest.fixture(scope="module")
def samples() -> dict[str, Jets]:
    """150 jets of each class, all their constituents."""
    return {letter: made(letter, 150, "particles=400") for letter in CLASSES}


# Physics ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", CLASSES)
def test_mean_mass(letter: str, samples: dict[str, Jets]) -> None:
    """Within 4 of its standard errors and 2 GeV for the reference's own: one false alarm in 1e4."""
    mass = samples[letter].jet_features[:, 2]
    error = mass.std() / np.sqrt(len(mass))
    assert abs(mass.mean() - MEAN_MASS[0.4][letter]) < 4.0 * error + 2.0


def test_w_and_z_jets_have_the_mass_of_w_and_z(samples: dict[str, Jets]) -> None:
    """At 1 TeV all decay products fall into R = 0.4: the median is within 3 GeV of the boson's mass."""
    for letter, boson in (("w", 80.4), ("z", 91.2)):
        mass = samples[letter].jet_features[:, 2]
        assert np.mean(np.abs(mass - boson) < 12.0) > 0.6
        near = mass[np.abs(mass - boson) < 12.0]
        assert abs(np.median(near) - boson) < 3.0


def test_top_jets_have_two_peaks(samples: dict[str, Jets]) -> None:
    """m/pT near 0.16 where the b is inside, near 0.08 where only the W is (R = 0.4); QCD has neither."""
    mass = samples["t"].jet_features[:, 2]
    assert np.mean((mass > 150.0) & (mass < 190.0)) > 0.25
    assert np.mean((mass > 65.0) & (mass < 100.0)) > 0.1
    assert np.mean(samples["q"].jet_features[:, 2] > 150.0) < 0.15


@pytest.mark.parametrize("letter", CLASSES)
def test_constituents_are_the_jet(letter: str, samples: dict[str, Jets]) -> None:
    """Their pT vectors add to the jet's; soft ones may lie beyond R, around a hard one at its edge."""
    jets = samples[letter]
    eta, phi, pt, mask = np.moveaxis(jets.particle_features, 2, 0)
    assert np.sum(pt * np.cos(phi), axis=1) == pytest.approx(1.0, abs=1e-12)
    assert np.sum(pt * np.sin(phi), axis=1) == pytest.approx(0.0, abs=1e-12)
    assert np.array_equal(mask.sum(axis=1), jets.jet_features[:, 3])
    assert np.all(np.diff(pt, axis=1) <= 0.0)  # hardest first, empty slots last
    assert np.all(jets.particle_features[mask == 0.0] == 0.0)
    assert np.all((jets.jet_features[:, 0] >= 800.0) & (jets.jet_features[:, 0] <= 1600.0))
    assert np.all(np.abs(jets.jet_features[:, 1]) <= 2.5)
    hard = (mask == 1.0) & (pt > 0.01)
    assert np.quantile(np.hypot(eta, phi)[hard], 0.99) < 0.42


def test_gluon_jets_have_more_particles_than_quark_jets(samples: dict[str, Jets]) -> None:
    """By QCD's larger colour charge, C_A / C_F; here means of 150 jets differ by more than ten errors."""
    number = {k: samples[k].jet_features[:, 3] for k in "gq"}
    assert number["g"].mean() - number["q"].mean() > 8.0


def anti_kt(momenta: np.ndarray[Any, Any], radius: float) -> list[np.ndarray[Any, Any]]:
    """The algorithm as Cacciari, Salam and Soyez (0802.1189) state it: for few particles, by brute force."""
    left, jets = [p.copy() for p in momenta], []
    while left:
        p = np.array(left)
        pt2 = p[:, 1] ** 2 + p[:, 2] ** 2
        rapidity, phi = 0.5 * np.log((p[:, 0] + p[:, 3]) / (p[:, 0] - p[:, 3])), np.arctan2(p[:, 2], p[:, 1])
        dphi = (phi[:, None] - phi + np.pi) % (2 * np.pi) - np.pi
        distance = np.minimum(1 / pt2[:, None], 1 / pt2) / radius**2
        distance = distance * ((rapidity[:, None] - rapidity) ** 2 + dphi**2)
        np.fill_diagonal(distance, 1 / pt2)
        i, j = sorted(np.unravel_index(np.argmin(distance), distance.shape))
        if i == j:
            jets.append(left.pop(i))
        else:
            left.append(left.pop(j) + left.pop(i))
    return jets


def test_clustering_is_anti_kt_of_any_radius() -> None:
    collisions = Collisions(load_jet_card("jets", ["class=t"]), 5)
    visible = collisions.draw(4)
    first = 0
    for radius in (0.4, 0.8):
        card = load_jet_card("jets", [f"R={radius}", "jet_pt.min=20", "jet_pt.max=7000"])
        for count in visible.counts.tolist():
            p = visible.momenta[first : first + count]
            hard = p[np.hypot(p[:, 1], p[:, 2]) > 3.0]
            _, features = cluster(Visible(hard, np.array([len(hard)])), card)
            expected = sorted(anti_kt(hard, radius), key=lambda q: -np.hypot(q[1], q[2]))[:2]
            pt = [np.hypot(q[1], q[2]) for q in expected]
            mass = [np.sqrt(max(q[0] ** 2 - np.sum(q[1:] ** 2), 0.0)) for q in expected]
            keep = np.abs([np.arcsinh(q[3] / np.hypot(q[1], q[2])) for q in expected]) <= 2.5
            assert features[:, 0] == pytest.approx(np.array(pt)[keep], rel=1e-10)
            assert features[:, 2] == pytest.approx(np.array(mass)[keep], rel=1e-6)


def test_neutrinos_and_forward_particles_are_not_seen() -> None:
    collisions = Collisions(load_jet_card("jets", ["particle_eta_max=2.0"]), 3)
    visible = collisions.draw(5)
    p = visible.momenta
    assert visible.counts.sum() == len(p) > 500
    assert np.all(np.abs(np.arcsinh(p[:, 3] / np.hypot(p[:, 1], p[:, 2]))) < 2.0)
    ids = np.array([11, 12, 13, 14, 16, 22, 211, 130], dtype=np.int32)
    seen = collisions._is_visible(ids).tolist()
    assert seen == [True, False, True, False, False, True, True, True]


# Same bytes -------------------------------------------------------------------------------------

N, JOB_JETS = 46, 12
CODE = f"""
import signal, sys
from hepsym.generators.production.crew import on_processes
from hepsym.generators.datasets.jet_card import load_jet_card
from hepsym.generators.datasets.jets import generate_jets
def killed_soon(done, total):  # by the kernel's timer, as at once as by SIGKILL
    signal.setitimer(signal.ITIMER_REAL, 0.01)
resume = len(sys.argv) > 2
generate_jets(load_jet_card("jets", ["class=w"]), {N}, sys.argv[1], crew=on_processes(1), seed=4,
              job_jets={JOB_JETS}, resume=resume, progress=None if resume else killed_soon)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("jets") / "whole.h5"
    card = load_jet_card("jets", ["class=w"])
    done = generate_jets(card, N, out, crew=on_processes(2), seed=4, job_jets=JOB_JETS)
    assert (done.events, done.seed, done.sqrt_s) == (N, 4, 13000.0)
    assert 3e-5 < done.cross_section_pb < 4.2e-5
    assert 0.0 < done.cross_section_error_pb < 5e-6
    assert not out.with_name("whole.h5.jobs").exists()
    return out


def test_the_file_says_where_it_came_from(whole: Path) -> None:
    jets = read_jetnet(whole)
    assert len(jets) == N
    assert jets.source.process == "jets"
    assert jets.source.seed == 4
    assert jets.source.versions["pythia8mc"].startswith("8.")
    assert jet_card_from_toml(jets.source.card) == load_jet_card("jets", ["class=w"])


def test_any_number_of_processes_makes_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "one.h5"
    generate_jets(load_jet_card("jets", ["class=w"]), N, out, crew=on_processes(1), seed=4, job_jets=JOB_JETS)
    assert out.read_bytes() == whole.read_bytes()


def here(work: Any, jobs: Any) -> Any:
    """A crew of this process, which spares the start of another one."""
    return ((job, work(job)) for job in jobs)


def test_killed_and_resumed_makes_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    """Killed after the first jobs; what they made is kept, and once all is made there is no more to do."""
    out, folder = tmp_path / "killed.h5", tmp_path / "killed.h5.jobs"
    ended = subprocess.run([sys.executable, "-c", CODE, str(out)], capture_output=True, check=False)
    assert ended.returncode == -signal.SIGALRM, ended.stderr
    kept = {p: p.stat().st_mtime_ns for p in folder.glob("job-*.npz")}
    assert 1 <= len(kept) < 4
    assert not out.exists()
    card = load_jet_card("jets", ["class=w"])
    with pytest.raises(InputError, match="not finished: go on with --resume"):
        generate_jets(card, N, out, seed=4, job_jets=JOB_JETS)
    with pytest.raises(InputError, match="begun with seed 4, not 5"):
        generate_jets(card, N, out, seed=5, job_jets=JOB_JETS, resume=True)
    (folder / ".job-000003.npz.x.part").write_bytes(b"left by the killed one")
    next(iter(kept)).write_bytes(b"a damaged job is made again")
    done = subprocess.run([sys.executable, "-c", CODE, str(out), "resume"], check=False)
    assert done.returncode == 0
    assert out.read_bytes() == whole.read_bytes()
    assert not folder.exists()
    again = generate_jets(card, N, out, seed=4, job_jets=JOB_JETS, resume=True)
    assert (again.events, again.events_per_second) == (N, 0.0)
    with pytest.raises(InputError, match="holds other jets"):
        generate_jets(card, N, out, seed=5, job_jets=JOB_JETS, resume=True)


def test_parts_of_batch_jobs_are_the_run(whole: Path, tmp_path: Path) -> None:
    card, parts = load_jet_card("jets", ["class=w"]), []
    for a, b in ((0, 1), (1, 3)):
        out = tmp_path / f"part{a}.h5"
        generate_jets(card, N, out, crew=here, seed=4, job_jets=JOB_JETS, part=(a, b, 3))
        parts.append(read_jetnet(out))
    joined = np.concatenate([p.particle_features for p in parts])
    assert np.array_equal(joined, read_jetnet(whole).particle_features)


def test_seeds_of_a_run_s_jobs_all_differ() -> None:
    seeds = {pythia_seed(1, "jets g", k) for k in range(10_000)}
    assert len(seeds) == 10_000
    assert all(1 <= s <= SEEDS for s in seeds)
    assert pythia_seed(1, "jets g", 0) != pythia_seed(1, "jets t", 0) != pythia_seed(2, "jets t", 0)


# Bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("class=higgs", "unknown class 'higgs'"),
        ("clas=t", "unknown key 'clas'; did you mean 'class'"),
        ("R=0", "R = 0"),
        ("R=wide", "R = 'wide' must be a number"),
        ("pt_hat={min=7000}", "pt_hat.min = 7000 GeV is closed"),
        ("pt_hat.min=1", "too soft"),
        ("pt_hat.max=100", "min = 990 must be below max = 100"),
        ("jet_pt.low=1", "unknown key 'jet_pt.low'; known: min, max"),
        ("sqrt_s=100", "sqrt_s"),
        ("particles=0", "particles = 0"),
        ("dataset=events", "dataset = 'events' must be one of 'jets'"),
    ],
)
def test_a_bad_card_is_one_line(change: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load_jet_card("jets", [change])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_shipped_card_is_the_defaults(capfd: pytest.CaptureFixture[str]) -> None:
    """`hepsym card jets` prints it; edited, `hepsym generate my-jets.toml` takes it."""
    with pytest.raises(SystemExit) as caught:
        main(["card", "jets"])
    assert caught.value.code == 0
    printed = jet_card_from_toml(capfd.readouterr().out)
    assert printed.model_copy(update={"title": ""}) == JetCard()


def test_a_card_file_is_known_by_its_dataset_key(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('dataset = "jets"\nclass = "w"\nmpi = false\n')
    with pytest.raises(SystemExit) as caught:
        main(["generate", str(mine), "-n", "5", "-o", str(tmp_path / "mine.h5"), "--json"])
    assert caught.value.code == 0
    captured = capfd.readouterr()
    values = json.loads(captured.out)
    assert captured.err == ""
    assert [values[k] for k in ("process", "class", "events", "sqrt_s")] == ["jets", "w", 5, 13000.0]
    assert {"file", "cross_section_pb", "cross_section_error_pb", "unweighting_efficiency", "seconds",
            "events_per_second", "seed"} <= set(values)  # fmt: skip
    assert len(read_jetnet(tmp_path / "mine.h5")) == 5


@pytest.mark.parametrize("option", ["--weighted", "--threads=2", "--dry-run"])
def test_options_that_jets_have_no_use_for(
    option: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["generate", "jets", "-n", "5", "-o", str(tmp_path / "a.h5"), option])
    assert caught.value.code == 2
    assert f"takes no {option.split('=', maxsplit=1)[0]}" in capfd.readouterr().err


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "fastjet" else there(name))
    with pytest.raises(InputError, match=r"needs fastjet, .*pip install 'hepsym\[jets,io\]'"):
        generate_jets(load_jet_card(), 5, tmp_path / "a.h5")


def test_names_of_classes() -> None:
    names = {"top": "t", "gluon": "g", "quark": "q", "W": "w", "z": "z"}
    assert {name: load_jet_card("jets", [f"class={name}"]).started_by for name in names} == names
    card = JetCard.model_validate({"class": "top", "R": 0.8, "pt_hat": {"min": 500.0}})
    assert jet_card_from_toml(to_toml(card)) == card


@pytest.mark.parametrize(
    ("n", "name", "words"),
    [(0, "a.h5", "n = 0 jets"), (5, "a.lhe", "JetNet's layout"), (5, "no/a.h5", "does not exist")],
)
def test_a_bad_output_is_refused_before_any_work(n: int, name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        generate_jets(load_jet_card(), n, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_window_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    card = load_jet_card("jets", ["jet_pt.min=3000", "jet_pt.max=4000", "mpi=false"])
    with pytest.raises(InputError, match=r"none of 5\d\d collisions in a row has a jet with pT from 3000"):
        generate_jets(card, 300, tmp_path / "a.h5", crew=here)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_keeps_done_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second job's file cannot be written: RunError, the first is kept, resumed to the same bytes."""
    out, card = tmp_path / "a.h5", load_jet_card("jets", ["class=z"])
    whole, fsync, calls = tmp_path / "b.h5", os.fsync, []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 5:  # run.json and each job take two: the file and its directory
            raise OSError(28, "No space left on device")
        fsync(handle)

    with monkeypatch.context() as patch, pytest.raises(RunError, match="disk is full; done jobs are kept"):
        patch.setattr(os, "fsync", full)
        generate_jets(card, 24, out, crew=here, job_jets=8)
    assert len(list((tmp_path / "a.h5.jobs").glob("job-*.npz"))) == 1
    generate_jets(card, 24, out, crew=here, job_jets=8, resume=True)
    generate_jets(card, 24, whole, crew=here, job_jets=8)
    assert out.read_bytes() == whole.read_bytes()


# Slow -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("radius", MEAN_MASS)
@pytest.mark.parametrize("letter", CLASSES)
def test_mean_mass_of_both_radii(letter: str, radius: float) -> None:
    """HEPSYM_SLOW=1 pytest tests/generators/datasets -k both_radii: 2000 jets each, to 2 % and 3 errors."""
    mass = made(letter, 2000, f"R={radius}").jet_features[:, 2]
    error = mass.std() / np.sqrt(len(mass))
    print(f"{letter} R = {radius}: {mass.mean():.2f} +- {error:.2f}, reference {MEAN_MASS[radius][letter]}")
    assert abs(mass.mean() - MEAN_MASS[radius][letter]) < 3.0 * error + 0.02 * MEAN_MASS[radius][letter]
