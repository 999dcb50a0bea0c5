"""`hepsym generate`: what it prints, what it writes, what it refuses, and what survives a kill."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepsym import events
from hepsym.cli import main
from hepsym.cli.generate import _doubt
from hepsym.errors import InputError
from hepsym.generators import generate, generate_to, load_card
from hepsym.generators.production.generate import Filler

KEYS = {
    "process", "events", "file", "sqrt_s", "cross_section_pb", "cross_section_error_pb",
    "unweighting_efficiency", "seconds", "events_per_second", "seed",
}  # fmt: skip


def status(*arguments: str) -> Any:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return caught.value.code


def sha(path: Path) -> str:
    return hashlib.sha256(np.ascontiguousarray(events.read(path).momenta)).hexdigest()


def test_json_and_a_native_dataset(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "events"
    assert status("generate", "ee2mumu", "-n", "5000", "-o", str(out), "--seed", "9", "--json") == 0
    captured = capfd.readouterr()
    values = json.loads(captured.out)
    assert set(values) >= KEYS
    assert (values["process"], values["events"], values["seed"], values["sqrt_s"]) == (
        "ee2mumu",
        5000,
        9,
        91.1876,
    )
    assert captured.err == ""  # no progress bar where stderr is no terminal
    expected = generate(load_card("ee2mumu"), 5000, seed=9)
    assert np.array_equal(events.read(out).momenta, expected.momenta)


@pytest.mark.parametrize("suffix", ["", ".lhe", ".lhe.gz", ".npz", ".parquet"])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_format_holds_the_same_events(suffix: str, weighted: bool, tmp_path: Path) -> None:
    out = tmp_path / f"events{suffix}"
    extra = ["--weighted"] if weighted else []
    assert status("generate", "ee2mumu", "-n", "300", "-o", str(out), *extra) == 0
    held = events.read(out)
    expected = generate(load_card("ee2mumu"), 300, weighted=weighted)
    assert np.array_equal(held.momenta, expected.momenta)
    if weighted:
        assert np.array_equal(held.weights, expected.weights)
    assert held.provenance.cross_section_pb == pytest.approx(expected.provenance.cross_section_pb, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ee2mumu", "--set", "sqrt_s=0.2"], ["sqrt_s = 0.2 GeV", "threshold", "raise sqrt_s"]),
        (["ee2mumu", "--set", "sqrt_s=0.211316751"], ["threshold"]),
        (["ee2mumu", "--set", "sqrtt_s=91"], ["unknown key 'sqrtt_s'", "did you mean 'sqrt_s'"]),
        (["ee2mumu", "--set", "sqrt_s='91 TeV'"], ["must be a number", "GeV"]),
        (["ee2mumu", "-n", "0"], ["n = 0", "positive"]),
        (["ee2mumu", "-n", "-3"], ["n = -3", "positive"]),
        (["ee2mumu", "-n", "many"], ["many"]),
        (["ee2muumu"], ["unknown process 'ee2muumu'", "did you mean 'ee2mumu'"]),
        (["nowhere.toml"], ["no card at 'nowhere.toml'"]),
        (["ee2mumu", "--seed", "-1"], ["seed = -1 is out of range"]),
        (["ee2mumu", "--threads", "0"], ["threads = 0"]),
        (["ee2mumu", "--shards", "3:2/4"], ["shards = '3:2/4'", "0 <= a < b <= n"]),
        (["ee2mumu", "--set", "cuts.pt.min=60"], ["cuts.pt (min = 60) leaves no events"]),
        (["ee2mumu", "-o", "{tmp}/events.docx"], [".docx", ".lhe"]),
        (["ee2mumu", "-o", "{tmp}/taken"], ["taken", "exists"]),
        (["ee2mumu", "-o", "{tmp}/no/such/place/x.lhe"], ["no/such/place"]),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], words: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, one line on stderr, nothing on stdout, nothing written."""
    (tmp_path / "taken").mkdir()
    arguments = [a.replace("{tmp}", str(tmp_path)) for a in arguments]
    if "-o" not in arguments:
        arguments += ["-o", str(tmp_path / "fresh")]
    before = sorted(tmp_path.rglob("*"))
    assert status("generate", *arguments) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    for word in words:
        assert word in captured.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["events", "events.lhe", "events.parquet"])
def test_a_directory_that_is_not_writable(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Root may write anywhere, so as root the command runs as nobody for a moment."""
    assert status("generate", "ee2mumu", "-n", "10", "-o", str(tmp_path / name)) == 0
    capfd.readouterr()  # everything is imported: nobody may not read root's Python
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o555)
        me = os.geteuid()
        if me == 0:
            os.seteuid(65534)
        try:
            assert status("generate", "ee2mumu", "-n", "10", "-o", f"{folder}/{name}") == 2
        finally:
            if me == 0:
                os.seteuid(0)
            Path(folder).chmod(0o755)
        assert list(Path(folder).iterdir()) == []
    err = capfd.readouterr().err
    assert len(err.splitlines()) == 1
    assert folder in err
    assert "writ" in err or "ermission" in err


def test_a_weighted_dataset_knows_the_mean_of_all_its_shards(tmp_path: Path) -> None:
    """Several shards, written by threads of their own: the cross section is that of every one of them."""
    card = load_card("ee2mumu")
    made = generate_to(card, 50_000, tmp_path / "d", weighted=True, shard_events=3_000)
    whole = generate(card, 50_000, weighted=True)
    assert whole.weights is not None
    assert made.cross_section_pb == pytest.approx(whole.weights.mean(), rel=1e-12)
    held = events.provenance_of(tmp_path / "d")
    assert held.weighted
    assert held.cross_section_pb == made.cross_section_pb
    error = whole.weights.std(ddof=1) / np.sqrt(50_000)
    assert made.cross_section_error_pb == pytest.approx(error, rel=1e-9)
    efficiency = whole.weights.sum() ** 2 / (50_000 * np.sum(whole.weights**2))
    assert made.unweighting_efficiency == pytest.approx(efficiency, rel=1e-12)


@pytest.mark.parametrize("name", ["one", "one.lhe"])
def test_the_error_of_a_single_weight_is_as_large_as_the_weight(name: str, tmp_path: Path) -> None:
    made = generate_to(load_card("ee2mumu"), 1, tmp_path / name, weighted=True)
    assert made.cross_section_error_pb == made.cross_section_pb > 0


def test_a_taken_output_is_refused_before_weights_are_summed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "taken.lhe"
    taken.write_text("mine")
    monkeypatch.setattr(Filler, "running", lambda _: pytest.fail("work was begun"))
    with pytest.raises(InputError, match="exists already"):
        generate_to(load_card("ee2mumu"), 10, taken, weighted=True)
    assert taken.read_text() == "mine"


def test_dry_run_writes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "events"
    assert status("generate", "ee2mumu", "-o", str(out), "--dry-run", "--json") == 0
    values = json.loads(capfd.readouterr().out)
    assert values["dry_run"] is True
    assert 1900 < values["cross_section_pb"] < 2100
    assert not out.exists()


def test_shards_of_batch_jobs_are_the_run(tmp_path: Path) -> None:
    """Three jobs' shards, merged, are the bits of one run."""
    whole = tmp_path / "whole"
    assert status("generate", "ee2mumu", "-n", "3001", "-o", str(whole)) == 0
    parts = []
    for i in range(3):
        parts.append(tmp_path / f"part{i}")
        assert (
            status("generate", "ee2mumu", "-n", "3001", "-o", str(parts[-1]), "--shards", f"{i}:{i + 1}/3")
            == 0
        )
    joined = np.concatenate([events.read(p).momenta for p in parts])
    assert np.array_equal(joined, events.read(whole).momenta)


def hepsym(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hepsym", *arguments]


def wait_for(condition: Any, seconds: float = 500.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.002)


def complete_shards(out: Path) -> int:
    try:
        return len(json.loads((out / "manifest.json").read_text())["shards"])
    except FileNotFoundError:
        return 0


N = 6_000_000


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("whole") / "events"
    assert status("generate", "ee2mumu", "-n", str(N), "-o", str(out), "--seed", "3", "--threads", "1") == 0
    return dataset_sha(out)


def dataset_sha(path: Path) -> str:
    """Of all momenta in order, shard by shard, so that memory stays small."""
    digest = hashlib.sha256()
    for shard in events.iterate(path):
        digest.update(np.ascontiguousarray(shard.momenta))
    return digest.hexdigest()


def test_killed_and_resumed_gives_the_same_bits(whole: str, tmp_path: Path) -> None:
    """kill -9 after the first complete shards, another number of threads to go on with: one SHA-256."""
    out = tmp_path / "events"
    arguments = ["generate", "ee2mumu", "-n", str(N), "-o", str(out), "--seed", "3"]
    with subprocess.Popen(hepsym(*arguments, "--threads", "2"), stderr=subprocess.PIPE) as running:
        wait_for(lambda: complete_shards(out) >= 1 or running.poll() is not None)
        running.send_signal(signal.SIGKILL)
    kept = complete_shards(out)
    assert kept >= 1
    assert status(*arguments) == 2  # without --resume it is refused
    assert status(*arguments, "--resume", "--threads", "3") == 0
    assert dataset_sha(out) == whole
    assert status(*arguments[:-1], "4", "--resume") == 2  # another seed


def test_ctrl_c_keeps_whole_shards_and_exits_130(whole: str, tmp_path: Path) -> None:
    out = tmp_path / "events"
    arguments = ["generate", "ee2mumu", "-n", str(N), "-o", str(out), "--seed", "3"]
    with subprocess.Popen(
        hepsym(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        wait_for(lambda: complete_shards(out) >= 1 or running.poll() is not None)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=500)
    if running.returncode != 0:  # else it was done before the signal came
        assert running.returncode == 130
        assert len(err.splitlines()) == 1
        assert "interrupted" in err
        assert list(out.glob(".*")) == []  # no unfinished file is left
    assert status(*arguments, "--resume") == 0
    assert dataset_sha(out) == whole


def test_generating_loads_neither_torch_nor_matplotlib(tmp_path: Path) -> None:
    code = (
        "import sys; from hepsym.cli import main\n"
        f"try: main(['generate', 'ee2mumu', '-n', '10', '-o', {str(tmp_path / 'x')!r}])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "print([m for m in ('torch', 'matplotlib', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_amplitude(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """|M|^2 at MadGraph's points, in MadGraph's order of legs, from the command line."""
    reference = json.loads((Path(__file__).parents[1] / "reference" / "matrix_elements.json").read_text())
    entry = reference["processes"]["full_ee_mumu"]
    points = tmp_path / "points.json"
    points.write_text(json.dumps([p["momenta"] for p in entry["points"]]))
    madgraph = (
        "electroweak={scheme='explicit', alpha_inverse=132.507, sin2_theta_w=0.22224648578577766, "
        "m_z=91.188, gamma_z=2.441404}"
    )
    arguments = ["amplitude", "e+ e- > mu+ mu-", str(points), "--json"]
    settings = ["--set", madgraph, "--set", "masses={e-=0.000511, mu-=0.10566}"]
    assert status(*arguments, *settings) == 0
    got = np.array(json.loads(capfd.readouterr().out)["me2"])
    assert np.abs(got / [p["me2"] for p in entry["points"]] - 1).max() < 1e-10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[[1, 0, 0, 1]]]", "shape (1, 1, 4)"),
        ("nonsense", "not a JSON array"),
        ("[[[1,0,0,1],[1,0,0,-1],[1,0,0,NaN],[1,0,0,1]]]", "point 0"),
        ('{"a": 3}', "not a JSON array"),
    ],
)
def test_amplitude_of_what_is_no_point(
    text: str, words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    points = tmp_path / "points.json"
    points.write_text(text)
    assert status("amplitude", "ee2mumu", str(points)) == 2
    err = capfd.readouterr().err
    assert words in err
    assert len(err.splitlines()) == 1


def test_card_and_processes(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert status("card", "ee2mumu") == 0
    mine = tmp_path / "mine.toml"
    mine.write_text(capfd.readouterr().out.replace("sqrt_s = 91.1876", "sqrt_s = 200.0"))
    assert status("generate", str(mine), "-n", "10", "-o", str(tmp_path / "x"), "--json") == 0
    assert json.loads(capfd.readouterr().out)["sqrt_s"] == 200.0
    assert status("processes", "--json") == 0
    listed = json.loads(capfd.readouterr().out)["processes"]
    assert {"name": "ee2mumu", "process": "e- e+ > mu- mu+"}.items() <= next(
        p for p in listed if p["name"] == "ee2mumu"
    ).items()
    assert status("card", "nothing") == 2


@pytest.mark.parametrize(("p_value", "doubted"), [(0.5, False), (1e-9, True)])
def test_iterations_that_disagree_are_told_of(
    p_value: float, doubted: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    """As those of `e- e+ > w- w+` at 3 TeV did, with chi2 86, while its pole had no map of its own."""
    _doubt({"chi2_per_dof": 86.0, "chi2_p_value": p_value})
    assert ("the iterations of the integral disagree" in capfd.readouterr().err) is doubted
