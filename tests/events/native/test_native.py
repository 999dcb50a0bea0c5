"""The native dataset survives interruption, tells of damage, and does not depend on who wrote which shard."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepsym import events as ev
from hepsym.errors import InputError
from hepsym.events.native import MANIFEST, Dataset, DatasetWriter, StreamWriter, merge, parse_part
from hepsym.events.summary import momenta_digest
from tests.events.conftest import PROVENANCE, assert_same, muon_momenta, muon_pairs, template, unlike

Make = Callable[..., Path]


def content(path: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(path.iterdir())}


def test_what_is_written_is_read(native: Make) -> None:
    path = native()
    assert_same(ev.read(path), muon_pairs(950))
    dataset = Dataset(path)
    assert len(dataset) == 950 and dataset.provenance == PROVENANCE
    assert [len(e) for e in dataset] == [95] * 10
    assert dataset.verify() == []
    assert dataset.manifest.sum_weights == 950


def test_fixed_legs_are_stored_once(native: Make) -> None:
    shard = np.load(native() / "events-000000.npy")
    assert shard.shape == (95, 2, 4)


def test_order_and_threads_do_not_matter(tmp_path: Path, native: Make) -> None:
    """The same files, byte for byte, from threads that put shards in a scrambled order."""
    momenta = muon_momenta(950)
    path = tmp_path / "threads"
    with DatasetWriter(
        path, template=template(), provenance=PROVENANCE, total=950, shard_events=100
    ) as dataset:

        def work(indices: list[int]) -> None:
            for index in indices:
                first, last = dataset.span(index)
                buffer = dataset.buffer(index)
                buffer[:] = momenta[first:last]
                dataset.put(index, buffer)

        threads = [threading.Thread(target=work, args=([*range(9 - k, -1, -3)],)) for k in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert content(path) == content(native())


def test_resume_makes_the_missing_shards(native: Make, tmp_path: Path) -> None:
    whole = content(native())
    path = tmp_path / "stopped"
    options = {"template": template(), "provenance": PROVENANCE, "total": 950, "shard_events": 100}
    momenta = muon_momenta(950)
    with pytest.raises(KeyboardInterrupt), DatasetWriter(path, **options) as dataset:
        for index in (7, 2):
            dataset.put(index, momenta[95 * index : 95 * (index + 1)])
        raise KeyboardInterrupt
    with pytest.raises(InputError, match="incomplete: 2 of 10 shards"):
        Dataset(path)
    (path / ".left.part").write_bytes(b"what a killed writer left")
    (path / "events-000002.npy").unlink()
    with DatasetWriter(path, resume=True, **options) as dataset:
        assert dataset.missing == (0, 1, 2, 3, 4, 5, 6, 8, 9)
        for index in dataset.missing:
            dataset.put(index, momenta[95 * index : 95 * (index + 1)])
    assert content(path) == whole


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"provenance": replace(PROVENANCE, seed=8)}, "seed 7, not 8"),
        ({"provenance": replace(PROVENANCE, card="x")}, "another card"),
        ({"provenance": replace(PROVENANCE, versions={"hepsym": "9"})}, "begun by hepsym 0.1.0, this is 9"),
        ({"total": 951}, "events in all = 950, not 951"),
        ({"shard_events": 50}, "shards in all = 10, not 19"),
        ({"part": (0, 1, 2)}, "shards"),
        ({"template": replace(template(), masses=(0.0, 0.0, 1.0, 1.0))}, "template"),
    ],
)
def test_resume_refuses_another_run(native: Make, change: dict[str, object], said: str) -> None:
    path = native()
    before = content(path)
    options = {"template": template(), "provenance": PROVENANCE, "total": 950, "shard_events": 100} | change
    with pytest.raises(InputError, match=said):
        DatasetWriter(path, resume=True, **options)
    assert content(path) == before


def test_weights_are_kept_and_summed(tmp_path: Path) -> None:
    weights = muon_pairs(300, weighted=True).weights
    assert weights is not None
    path = tmp_path / "weighted"
    with DatasetWriter(
        path, template=template(), provenance=PROVENANCE, total=300, shard_events=100
    ) as dataset:
        for i in range(3):
            part = np.full(100, 2.5) if i == 1 else weights[100 * i : 100 * (i + 1)]
            dataset.put(i, muon_momenta(300)[100 * i : 100 * (i + 1)], part)
    found = Dataset(path)
    expected = np.concatenate([weights[:100], np.full(100, 2.5), weights[200:]])
    assert np.array_equal(found.read().weights, expected)
    assert found.manifest.sum_weights == pytest.approx(expected.sum(), rel=1e-14)
    assert found.manifest.sum_weights_squared == pytest.approx((expected**2).sum(), rel=1e-14)
    assert not (path / "events-000001.weights.npy").exists(), "equal weights are stored once"


@pytest.mark.parametrize("make", [lambda: muon_pairs(777), lambda: muon_pairs(777, weighted=True), unlike])
def test_any_events_survive(tmp_path: Path, make: Callable[[], ev.Events]) -> None:
    events = make()
    with StreamWriter(tmp_path / "stream", shard_events=100) as writer:
        for start in range(0, len(events), 33):
            writer.write(events.select(slice(start, start + 33)))
    assert_same(ev.read(tmp_path / "stream"), events)


def test_parts_merge_to_the_whole(native: Make, tmp_path: Path) -> None:
    whole = native("whole", part=(0, 3, 3))
    parts = [native(f"part{k}", part=(k, k + 1, 3)) for k in (2, 0, 1)]
    merged = merge(parts, tmp_path / "merged")
    assert merged.complete and content(tmp_path / "merged").keys() == content(whole).keys()
    assert momenta_digest(Dataset(tmp_path / "merged")) == momenta_digest(Dataset(native("other", n=950)))
    partly = merge([parts[0], parts[1]], tmp_path / "hole")
    assert not partly.complete and len(partly.missing) == 4
    with pytest.raises(InputError, match="not of one run"):
        merge([parts[0], native("foreign", n=90)], tmp_path / "no")
    assert not (tmp_path / "no").exists()


def test_part_text() -> None:
    assert parse_part("2:5/8") == (2, 5, 8)
    for bad in ("5:2/8", "0:9/8", "1/8", "a:b/c", "1:1/2", "-1:1/2", "0/2:1"):
        with pytest.raises(InputError, match="a:b/n"):
            parse_part(bad)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 16
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda p: (p / "events-000003.npy").unlink(), "events-000003.npy is missing"),
        (lambda p: flip(p / "events-000003.npy"), "SHA-256 is not the one"),
        (lambda p: (p / "events-000003.npy").write_bytes(b"x" * 50), "50 bytes instead of"),
        (lambda p: (p / MANIFEST).write_text("{"), "not JSON"),
        (lambda p: (p / MANIFEST).write_text("[]"), "not the manifest"),
        (lambda p: (p / MANIFEST).unlink(), "no manifest.json"),
    ],
)
def test_damage_is_told(native: Make, harm: Callable[[Path], object], said: str) -> None:
    path = native()
    harm(path)
    with pytest.raises(InputError, match=said):
        for _ in Dataset(path):
            pass


def edited(path: Path, change: Callable[[dict], object]) -> None:
    document = json.loads((path / MANIFEST).read_text())
    del document["document_sha256"]
    change(document)
    (path / MANIFEST).write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m.update(format_version=2), "format version 2, this hepsym reads up to 1"),
        (lambda m: m.update(format="other"), "not the manifest"),
        (lambda m: m.pop("shards"), "is damaged"),
        (lambda m: m["shards"][0].update(events=94), "does not fit|damaged"),
        (lambda m: m["shards"][0]["parts"]["momenta"].update(file="../../etc/x.npy"), "is damaged"),
        (lambda m: m["template"]["pdg_ids"].pop(), "is damaged"),
        (lambda m: m["shards"][0].update(index="x"), "is damaged"),
    ],
)
def test_a_manifest_is_not_trusted(native: Make, change: Callable[[dict], object], said: str) -> None:
    path = native()
    edited(path, change)
    with pytest.raises(InputError, match=said):
        Dataset(path).read()


def test_a_changed_number_in_the_manifest_is_found(native: Make) -> None:
    """A mass, a weight, a cross section; a manifest of before it had a checksum is still read."""
    path = native()
    text = (path / MANIFEST).read_text()
    assert "0.10566" in text and "2005.9387" in text
    for old, new in (("0.10566", "0.10567"), ("2005.9387", "2005.9386")):
        (path / MANIFEST).write_text(text.replace(old, new))
        with pytest.raises(InputError, match="its own checksum does not fit"):
            Dataset(path)
    edited(path, lambda _: None)
    assert len(Dataset(path)) == 950


def test_random_damage_is_an_input_error(native: Make) -> None:
    """200 seeded damages of any file of a dataset: read correctly, or refused in one line."""
    path = native(n=400)
    good = content(path)
    rng = np.random.default_rng(5)
    refused = 0
    for _ in range(200):
        name = str(rng.choice(list(good)))
        data = bytearray(good[name])
        if rng.random() < 0.2:
            data = data[: rng.integers(len(data))]
        else:
            data[rng.integers(len(data))] = rng.integers(256)
        (path / name).write_bytes(data)
        try:
            Dataset(path).read()
        except InputError as error:
            assert "\n" not in str(error)
            refused += 1
        (path / name).write_bytes(good[name])
    assert refused > 100


def test_refused_at_the_door(tmp_path: Path, native: Make) -> None:
    options = {"template": template(), "provenance": PROVENANCE}
    for total in (0, -1):
        with pytest.raises(InputError, match="at least 1"):
            DatasetWriter(tmp_path / "none", total=total, **options)
    with pytest.raises(InputError, match="exists already"):
        DatasetWriter(native(), total=1, **options)
    with pytest.raises(InputError, match="does not exist"):
        DatasetWriter(tmp_path / "no" / "where", total=1, **options)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dataset"]


def test_wrong_shards_are_refused(tmp_path: Path) -> None:
    with DatasetWriter(tmp_path / "d", template=template(), provenance=PROVENANCE, total=10) as dataset:
        with pytest.raises(InputError, match="shape"):
            dataset.put(0, np.zeros((9, 2, 4)))
        with pytest.raises(InputError, match="weights of shard 0"):
            dataset.put(0, muon_momenta(10), np.ones(9))
        with pytest.raises(InputError, match="not one that is missing"):
            dataset.put(1, muon_momenta(10))
        dataset.put(0, muon_momenta(10))
        with pytest.raises(InputError, match="not one that is missing"):
            dataset.put(0, muon_momenta(10))
    assert len(Dataset(tmp_path / "d")) == 10
