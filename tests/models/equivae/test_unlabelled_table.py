"""Does `hepsym fit` learn from a table with gaps in its class column? Counts, words, copies, refusals."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from hepsym.cli import app
from hepsym.errors import InputError
from hepsym.events.table import read_table
from hepsym.generators.images import plane_orbits
from hepsym.models import FitSettings, fit
from hepsym.models.equivae import load_run
from hepsym.models.equivae.family import ENOUGH, copies
from hepsym.models.equivae.preparation import build, prepare
from hepsym.models.equivae.settings import Settings
from hepsym.models.equivae.training.batch_rows import distinct
from hepsym.models.equivae.training.class_sets import Supports
from hepsym.models.equivae.training.objective import unlabelled_loss

ORBIT = plane_orbits(600, classes=3, seed=6, noise=0.1)
WORDS = np.array(["circle", "square", "star"])
NAMES = [f"x{i}" for i in range(6)]
GAPS = np.arange(600) >= 60
"""Rows without a label: nine in ten."""


def written(path: Path, kinds: list[str]) -> Path:
    """A CSV file of the orbits with these cells in the column `kind`, which is not the last one."""
    lines = [",".join([*NAMES[:3], "kind", *NAMES[3:]])]
    for row, kind in zip(ORBIT.x, kinds, strict=True):
        cells = [repr(float(v)) for v in row]
        lines.append(",".join([*cells[:3], kind, *cells[3:]]))
    path.write_text("\n".join(lines) + "\n")
    return path


def asked(table: Path, run: Path, *more: str) -> list[str]:
    return ["fit", str(table), "-o", str(run), "--label", "kind", "--latent-dim", "2", "--batch", "90",
            "--set", "invariant=4", "--set", "width=32", *more]  # fmt: skip


@pytest.mark.parametrize("model", ["equivae", "cvae", "mlvae"])
def test_words_and_gaps_from_the_command_line(model: str, tmp_path: Path) -> None:
    """60 of 600 labels: counts are told, and the run knows the classes by their words."""
    kinds = np.where(GAPS, "", WORDS[ORBIT.y])
    table = written(tmp_path / "t.csv", kinds.tolist())
    done = CliRunner().invoke(
        app, [*asked(table, tmp_path / "run", "--epochs", "12", "--model", model), "--json"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["labels"] == {"labelled": 60, "unlabelled": 540}
    assert {"bound", "unlabelled_bound", "entropy"} <= set(told["train"])
    model_found = load_run(tmp_path / "run", ORBIT.x, kinds)
    assert model_found.classes_.tolist() == WORDS.tolist()
    assert model_found.counts_["unlabelled"] == 540
    assert model_found.score(ORBIT.x[GAPS], WORDS[ORBIT.y[GAPS]], by="classifier") > 0.6  # chance 0.33


def test_words_whole_numbers_and_minus_one_mean_the_same(tmp_path: Path) -> None:
    """To the bit: weights of "circle" ... "", of 0 1 2 and -1 in CSV, and of NaN in a table of numbers."""
    weights = []
    numbers = np.where(GAPS, np.nan, ORBIT.y)
    spoken = {
        "words": np.where(GAPS, "", WORDS[ORBIT.y]),
        "numbers": np.where(GAPS, "-1", ORBIT.y.astype(str)),
        "floats": np.where(GAPS, "nan", ORBIT.y.astype(float).astype(str)),
    }
    for name, kinds in spoken.items():
        written(tmp_path / f"{name}.csv", kinds.tolist())
    columns = {n: ORBIT.x[:, i] for i, n in enumerate(NAMES[:3])}
    columns |= {"kind": numbers} | {n: ORBIT.x[:, i + 3] for i, n in enumerate(NAMES[3:])}
    np.savez(tmp_path / "nan.npz", **columns)
    for file in ("words.csv", "numbers.csv", "floats.csv", "nan.npz"):
        run = tmp_path / f"run of {file}"
        done = CliRunner().invoke(app, asked(tmp_path / file, run, "--epochs", "2", "--model", "equivae"))
        assert done.exit_code == 0, done.output
        assert "60 rows have one, 540 have none" in done.output
        weights.append((run / "checkpoint.safetensors").read_bytes())
    assert weights.count(weights[0]) == 4


def test_words_of_every_table(tmp_path: Path) -> None:
    """Structured npy, npz and Parquet say what CSV says; two files number their words together."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    x, kind = np.array([0.5, 1.5, 2.5]), np.array(["b", "", "a"])
    (tmp_path / "t.csv").write_text("x,kind\n0.5,b\n1.5,\n2.5,a\n")
    np.savez(tmp_path / "t.npz", x=x, kind=kind)
    both = np.empty(3, dtype=[("x", "f8"), ("kind", "U4")])
    both["x"], both["kind"] = x, kind
    np.save(tmp_path / "t.npy", both)
    pq.write_table(pa.table({"x": x, "kind": pa.array(["b", None, "a"])}), tmp_path / "t.parquet")
    for suffix in ("csv", "npz", "npy", "parquet"):
        table = read_table(tmp_path / f"t.{suffix}", words="kind")
        assert table.source["words"] == ["a", "b"]
        assert table.values.tolist() == [[0.5, 1.0], [1.5, -1.0], [2.5, 0.0]]
    (tmp_path / "u.csv").write_text("x,kind\n4,aa\n")
    table = read_table([tmp_path / "t.csv", tmp_path / "u.csv"], words="kind")
    assert table.source["words"] == ["a", "aa", "b"]
    assert table.values[:, 1].tolist() == [2, -1, 0, 1]
    with pytest.raises(InputError, match="column 'kind' is 'b', not a number"):
        read_table(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (np.full(600, ""), "all 600 rows are unlabelled"),
        (np.where(GAPS, "", "star"), "one class only: all 60 labels are"),
        (np.where(GAPS, "-3", "2"), "label -3 .* is out of range"),
        (np.where(GAPS, "1.5", "2"), "label 1.5 .* is no whole number"),
    ],
)
def test_what_cannot_be_a_class(kinds: np.ndarray, words: str, tmp_path: Path) -> None:
    table = written(tmp_path / "t.csv", kinds.tolist())
    done = CliRunner().invoke(app, asked(table, tmp_path / "run", "--model", "equivae"))
    assert done.exit_code == 2
    assert not (tmp_path / "run").exists()
    with pytest.raises(InputError, match=words):
        values = read_table(table, words="kind")
        settings = FitSettings(model="equivae", latent=2, batch=90, label="kind")
        fit(values.values, values.names, settings, tmp_path / "run", source={})


def test_copies_fill_a_batch_with_class_sets() -> None:
    """The fewest that reach ENOUGH; 1 where nothing is unlabelled, or where no number would do."""
    c = copies(100, 4000, 0.1, 256)
    held = [k * 100 / (k * 100 + 3900) * 0.1 * 256 for k in (c - 1, c)]
    assert held[0] < ENOUGH <= held[1]
    assert copies(4000, 4000, 0.1, 256) == 1
    assert copies(100, 4000, 0.01, 256) == 1


def test_a_copy_is_not_in_its_own_class_set() -> None:
    """Rows that come twice in a batch count once, the first of them; order is kept."""
    x = torch.tensor([[3.0, 1.0], [2.0, 5.0], [3.0, 1.0], [2.0, 5.0], [0.0, 0.0]])
    kept, codes = distinct(x, torch.tensor([0, 1, 0, 0, 1]))
    assert kept.tolist() == [[3.0, 1.0], [2.0, 5.0], [2.0, 5.0], [0.0, 0.0]]
    assert codes.tolist() == [0, 1, 0, 1]


def test_a_class_without_a_set_is_no_candidate() -> None:
    """The unlabelled loss over two of three classes is that of a network never told of the third."""
    ready = prepare(
        ORBIT.x, ORBIT.y, None, Settings(width=16, invariant=3, equivariant=2, likelihood="gaussian")
    )
    x = torch.from_numpy(ready.features[:20])
    network = build(ready.settings, ready.reading, 3)
    two = build(ready.settings, ready.reading, 3)
    two.load_state_dict(network.state_dict())
    two.classifier.weight = torch.nn.Parameter(network.classifier.weight[:2].detach())
    two.classifier.bias = torch.nn.Parameter(network.classifier.bias[:2].detach())
    embedded = network.code.embed(network.body(x[:12])).reshape(3, 4, -1)
    rows = torch.arange(12).reshape(3, 4)
    gone = rows.clone()
    gone[2] = -1
    seen = [
        unlabelled_loss(network, x, Supports(gone), embedded, torch.Generator().manual_seed(3))[0],
        unlabelled_loss(two, x, Supports(rows[:2]), embedded[:2], torch.Generator().manual_seed(3))[0],
    ]
    torch.testing.assert_close(seen[0], seen[1])
    seen[0].backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters() if p.grad is not None)
    none, _ = unlabelled_loss(
        network, x, Supports(torch.full((3, 2), -1)), embedded[:, :2], torch.Generator()
    )
    assert float(none) == 0
