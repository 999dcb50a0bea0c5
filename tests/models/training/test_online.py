"""Training on events that are made meanwhile: the bits of a file of the same events, none seen twice."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.cli import main
from hepsym.errors import InputError
from hepsym.events import read_table
from hepsym.generators import generate_to, load_card
from hepsym.generators.production.stream import KEPT, EventStream
from hepsym.models import FitSettings, fit
from hepsym.models.training import loop as training
from hepsym.models.training import online

SEED, BATCH, EPOCHS, EPOCH_ROWS = 5, 64, 3, 1000
STEPS = EPOCH_ROWS // BATCH
SETTINGS = FitSettings(latent=3, hidden=(16,), epochs=EPOCHS, batch=BATCH, seed=SEED)
CARD = load_card("ee2mumu")


class OfFile:
    """The rows of a file, in its order."""

    def __init__(self, values: NDArray[np.float64]) -> None:
        self.values = values

    def rows(self, first: int, n: int) -> NDArray[np.float64]:
        assert first + n <= len(self.values)
        return self.values[first : first + n]


class Watched(EventStream):
    """Remembers which events were asked for, and stops where it is told to."""

    def __init__(self, stop_before: int = KEPT) -> None:
        super().__init__(CARD, SEED)
        self.asked: list[tuple[int, int]] = []
        self.stop_before = stop_before

    def rows(self, first: int, n: int) -> NDArray[np.float64]:
        if first + n > self.stop_before:
            raise ConnectionError("stopped by the test")
        self.asked.append((first, first + n))
        return super().rows(first, n)


def trained(run: Path, stream: online.RowStream, *, resume: bool = False) -> Path:
    kept = EventStream(CARD, SEED).kept(2000)
    from hepsym.events import events_table

    table = events_table(kept)
    fit(
        table.values, table.names, SETTINGS, run, source={}, drop_constant=True, resume=resume,
        stream=stream, epoch_rows=EPOCH_ROWS,
    )  # fmt: skip
    return run


def same(a: Path, b: Path) -> None:
    assert (a / "checkpoint.safetensors").read_bytes() == (b / "checkpoint.safetensors").read_bytes()
    assert (a / "metrics.jsonl").read_text() == (b / "metrics.jsonl").read_text()


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three batches are made ahead, so that an epoch has several chunks and the last one is short."""
    monkeypatch.setattr(online, "CHUNK_ROWS", 3 * BATCH)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.float64]:
    path = tmp_path_factory.mktemp("file") / "events"
    generate_to(CARD, EPOCHS * STEPS * BATCH, path, seed=SEED, threads=2, shard_events=777)
    return read_table(path).values


def test_the_weights_are_those_of_a_file_of_the_same_events(
    file: NDArray[np.float64], tmp_path: Path
) -> None:
    """Bit for bit, metrics included; and every event of the stream is that of the file."""
    watched = Watched()
    same(trained(tmp_path / "online", watched), trained(tmp_path / "file", OfFile(file)))
    assert np.array_equal(EventStream(CARD, SEED, threads=2).rows(0, len(file)), file)
    ends = [(0, 0), *watched.asked]
    assert all(a[1] == b[0] < b[1] for a, b in itertools.pairwise(ends))  # in order, none twice
    assert ends[-1][1] == len(file) < KEPT


def test_stopped_in_the_middle_of_an_epoch_it_goes_on_to_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SAVE_SECONDS", 0.0)  # after every step
    whole = trained(tmp_path / "whole", Watched())
    for stop in (4, 23, 31):
        with pytest.raises(ConnectionError):
            trained(tmp_path / "parts", Watched(stop_before=stop * BATCH), resume=True)
    last = Watched()
    same(whole, trained(tmp_path / "parts", last, resume=True))
    assert last.asked[0][0] >= 27 * BATCH  # nothing of before is made again
    with pytest.raises(InputError, match="with other events an epoch"):
        fit(
            *_table(), SETTINGS, tmp_path / "parts", source={}, drop_constant=True, resume=True,
            stream=Watched(), epoch_rows=EPOCH_ROWS + 1,
        )  # fmt: skip


def _table() -> tuple[NDArray[np.float64], tuple[str, ...]]:
    from hepsym.events import events_table

    table = events_table(EventStream(CARD, SEED).kept(2000))
    return table.values, table.names


def test_what_is_kept_aside_comes_back_for_the_analysis(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from hepsym.models import load
    from hepsym.report.run.subject import read_subject

    run = tmp_path / "run"
    words = ["fit", "--online", "ee2mumu", "-o", str(run), "--rows", "1500", "--epoch-events", "512"]
    words += [
        "--epochs",
        "1",
        "--batch",
        "128",
        "--hidden",
        "8",
        "--latent-dim",
        "2",
        "--threads",
        "1",
        "--json",
    ]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--card-set", "sqrt_s=200"])
    assert ended.value.code in {0, None}
    told = json.loads(capsys.readouterr().out)
    assert sum(told["split"].values()) == told["rows"] == 1500
    subject = read_subject(run, load(run), 100)
    assert subject.test.shape == (100, 8) and subject.events is not None
    assert np.array_equal(subject.test, subject.events.momenta[:, 2:].reshape(100, 8))
    assert (subject.events.momenta[:, 0, 0] == 100.0).all()
    assert {"cos_theta(mu-)", "phi(mu-)"} <= {o.name for o in subject.observables}


BAD: dict[str, tuple[list[str], str]] = {
    "a file too": (["x.lhe", "--online", "ee2mumu"], "makes its own events: leave x.lhe out"),
    "nothing": ([], "give FILES, or --online PROCESS"),
    "a model of jets": (["--online", "ee2mumu", "--model", "lgae"], "does not learn from the columns"),
    "a model of classes": (
        ["--online", "ee2mumu", "--model", "cvae", "--label", "x"], "does not learn from the columns",
    ),
    "an option of online": (["x.lhe", "--epoch-events", "10"], "--epoch-events belongs to --online"),
    "no events": (["--online", "ee2mumu", "--epoch-events", "0"], "must be at least 1"),
    "too few": (["--online", "ee2mumu", "--epoch-events", "10", "--rows", "2000"], "fewer than a batch"),
    "too many": (["--online", "ee2mumu", "--epoch-events", str(KEPT)], "give fewer"),
    "an unknown process": (["--online", "ee2mumuu"], "did you mean 'ee2mumu'"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_go_together_is_one_line(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, said = BAD[case]
    with pytest.raises(SystemExit) as ended:
        main(["fit", *words, "-o", str(tmp_path / "run")])
    err = capsys.readouterr().err
    assert ended.value.code == 2 and said in err and err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_stream_ends_before_what_is_kept() -> None:
    with pytest.raises(InputError, match="at most"):
        EventStream(CARD, SEED).rows(KEPT - 5, 10)
    assert not np.array_equal(
        EventStream(CARD, SEED).rows(KEPT - 5, 5), EventStream(CARD, SEED).rows(KEPT, 5)
    )
