"""Les Houches files: the same bits back by our reader and by pylhe's, other programs' files as they are."""

import gzip
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pylhe
import pytest

from hepsym import events as ev
from hepsym.errors import InputError
from hepsym.events.lhe import LheReader, LheWriter
from hepsym.events.lhe.reading.numbers import number
from tests.events.conftest import FOREIGN, PROVENANCE, assert_same, muon_pairs, unlike

SAMPLES: dict[str, Callable[[], ev.Events]] = {
    "alike": lambda: muon_pairs(5000),
    "weighted": lambda: muon_pairs(3000, weighted=True),
    "unlike": unlike,
    "one": lambda: muon_pairs(1),
}


@pytest.mark.parametrize("suffix", [".lhe", ".lhe.gz"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_same_bits_come_back(tmp_path: Path, sample: str, suffix: str) -> None:
    events = SAMPLES[sample]()
    path = tmp_path / f"events{suffix}"
    ev.write(path, events)
    assert_same(ev.read(path), events)


@pytest.mark.parametrize("sample", SAMPLES)
def test_pylhe_reads_the_same_bits(tmp_path: Path, sample: str) -> None:
    """Momenta, masses, ids, mothers, weights and the init block, by an independent reader."""
    events = SAMPLES[sample]()
    path = tmp_path / "events.lhe"
    ev.write(path, events)
    file = pylhe.LHEFile.fromfile(str(path))
    info = file.init.initInfo
    assert (info.beamA, info.beamB, info.energyA) == (11, -11, 45.6)
    assert (file.init.procInfo[0].xSection, file.init.procInfo[0].error) == (2005.9387, 0.25)
    status = np.broadcast_to(events.status, events.momenta.shape[:2])
    ids = np.broadcast_to(events.pdg_ids, status.shape)
    masses = np.broadcast_to(events.masses, status.shape)
    count = 0
    for n, event in enumerate(file.events):
        legs = np.flatnonzero(status[n])
        found = np.array([[p.e, p.px, p.py, p.pz] for p in event.particles])
        assert found.tobytes() == events.momenta[n, legs].tobytes()
        assert [p.m for p in event.particles] == masses[n, legs].tolist()
        assert [p.id for p in event.particles] == ids[n, legs].tolist()
        assert [(p.mother1, p.mother2) for p in event.particles][2] == (1, 2)
        assert event.eventinfo.weight == (1.0 if events.weights is None else events.weights[n])
        reweight = events.columns.get("weight:a<b", np.full(len(events), np.nan))[n]
        assert list(event.weights.values()) == ([] if np.isnan(reweight) else [reweight])
        count += 1
    assert count == len(events)


@pytest.mark.parametrize("file", FOREIGN, ids=lambda f: f.name)
def test_other_programs_files(tmp_path: Path, file: Path) -> None:
    """As they are, as pylhe reads them; and through our writer unchanged."""
    events = ev.read(file)
    for n, event in enumerate(pylhe.LHEFile.fromfile(str(file)).events):
        found = [[p.e, p.px, p.py, p.pz] for p in event.particles]
        legs = len(found)
        assert events.momenta[n, :legs].tolist() == found
        assert events.pdg_ids[n, :legs].tolist() == [p.id for p in event.particles]
        assert events.columns["colours"][n, :legs, 0].tolist() == [p.color1 for p in event.particles]
        assert events.columns["spins"][n, :legs, 0].tolist() == [p.spin for p in event.particles]
        assert events.columns["scale"][n] == event.eventinfo.scale
        for name, weight in event.weights.items():
            assert events.columns[f"weight:{name}"][n] == weight
    assert events.provenance.sqrt_s == (5020.0 if "hvq" in file.name else 8000.0)
    assert events.provenance.weighted == ("pythia" not in file.name)
    ev.write(tmp_path / "again.lhe.gz", events)
    kept = {
        k: v for k, v in events.columns.items() if not ev.dropped("x.lhe", replace(events, columns={k: v}))
    }
    assert_same(ev.read(tmp_path / "again.lhe.gz"), replace(events, columns=kept))


def damaged(good: bytes, rng: np.random.Generator) -> bytes:
    """Cut, overwrite, insert, delete, or swap lines: at a random place."""
    data = bytearray(good)
    at = int(rng.integers(len(data)))
    kind = int(rng.integers(6))
    if kind == 0:
        return bytes(data[:at])
    if kind == 1:
        data[at] = int(rng.integers(256))
    elif kind == 2:
        data[at : at + int(rng.integers(1, 40))] = b""
    elif kind == 3:
        data[at:at] = rng.integers(0, 256, int(rng.integers(1, 40)), dtype=np.uint8).tobytes()
    elif kind == 4:
        words = (
            b"nan",
            b"inf",
            b"1e999",
            b"-",
            b"</event>",
            b"<event>",
            b"0x1p3",
            b"1_0",
            b"\x00",
            b"99999999999",
        )
        data[at:at] = b" " + words[int(rng.integers(len(words)))] + b" "
    else:
        lines = good.split(b"\n")
        i, j = rng.integers(len(lines), size=2)
        lines[i], lines[j] = lines[j], lines[i]
        return b"\n".join(lines)
    return bytes(data)


@pytest.mark.parametrize("packed", [False, True])
def test_random_damage(tmp_path: Path, packed: bool) -> None:
    """400 seeded damages of three files: an InputError of one line, or events that are finite."""
    ev.write(tmp_path / "own.lhe", muon_pairs(20, weighted=True))
    sources = [(tmp_path / "own.lhe").read_bytes(), *(f.read_bytes() for f in FOREIGN)]
    rng = np.random.default_rng(11)
    path = tmp_path / ("bad.lhe.gz" if packed else "bad.lhe")
    refused = 0
    for i in range(200):
        good = sources[i % 3]
        path.write_bytes(damaged(gzip.compress(good), rng) if packed else damaged(good, rng))
        try:
            for events in LheReader(path):
                assert np.isfinite(events.momenta).all() and np.isfinite(events.masses).all()
                assert (events.pdg_ids[events.status != 0] != 0).all()
        except InputError as error:
            assert "\n" not in str(error) and str(path) in str(error)
            refused += 1
    assert refused > (150 if packed else 60)


def text(
    events: str,
    *,
    init: str = " 11 -11 45.6 45.6 0 0 0 0 3 1\n 1.0 0.1 1.0 1",
    end: str = "</LesHouchesEvents>",
) -> str:
    return f'<LesHouchesEvents version="3.0">\n<init>\n{init}\n</init>\n{events}{end}\n'


LINE = " 13 1 0 0 0 0 0.0 0.0 1.0 1.0 0.0 0.0 9.0\n"
EVENT = "<event>\n 1 1 1.0 -1 -1 -1\n" + LINE + "</event>\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no <LesHouchesEvents> tag"),
        ("<LesHouchesEvents>\n", "no <init> block"),
        (text(EVENT, end=""), "cut short"),
        (text(EVENT[:-9]), "before </event>"),
        (text(EVENT.replace(" 1 1 1.0", " 2 1 1.0")), "event 0: 13 numbers belong here, found </event>"),
        (text(EVENT + EVENT.replace(LINE, LINE + LINE)), "event 1: more lines of numbers"),
        (text(EVENT.replace(" 1.0 1.0 ", " nan 1.0 ")), "event 0 .*'nan' is not a finite number"),
        (text(EVENT.replace(" 1.0 1.0 ", " 1e999 1.0 ")), "event 0 .*'1e999' is not a finite"),
        (text(EVENT + EVENT.replace(" 13 ", " 1.5 ")), "event 1 .*PDG id is not an integer"),
        (text(EVENT.replace(" 13 ", " 0 ")), "PDG id is 0"),
        (text(EVENT.replace(" 13 1 0 0", " 13 1 5 0")), "mother is not one of"),
        (text(EVENT.replace(" 13 1 ", " 13 0 ")), "status is out of range"),
        (text("garbage\n" + EVENT), "where <event> belongs"),
        (text(EVENT, init=" 11 -11 45.6 45.6 0 0 0 0 3 2\n 1.0 0.1 1.0 1"), "process line"),
        (text(EVENT, init=" 11 -11 45.6 45.6 0 0 0 0 3 99999999"), "99999999 processes"),
        (text(EVENT, init=" 11 -11 x 45.6 0 0 0 0 3 1\n"), "not a finite number"),
        (text(EVENT.replace(" 1 1 1.0", " 99999999 1 1.0")), "'99999999' particles; 1 to 10000"),
        (
            text(EVENT.replace("</event>", "<rwgt>\n<wgt id='a'> x </wgt>\n</rwgt>\n</event>")),
            "not a finite number",
        ),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "bad.lhe"
    path.write_text(content)
    with pytest.raises(InputError, match=said):
        list(LheReader(path))


def test_oddities_are_taken(tmp_path: Path) -> None:
    """Comments, Fortran's D, exponents without a letter, tags of others, text after the end."""
    odd = (
        "<event attribute='x'>\n# a comment\n 1 1 0.1D+01 -1. -1 -1\n"
        + LINE.replace(" 1.0 1.0 ", " .5D+1 0.5+001 ").rstrip()
        + " # tail\n#aMC 1 2\n<mine> 3 </mine>\n\n<weights> 1.0 2.5D0\n </weights>\n"
        "</event>\n<!-- x\n</event> -->\n"
    )
    path = tmp_path / "odd.lhe"
    path.write_text("<?xml version='1.0'?>\n" + text(odd + "<eventgroup>\n" + EVENT) + "seed 1 2 3\n")
    events = ev.read(path)
    assert events.momenta[:, 0].tolist() == [[5.0, 0.0, 0.0, 5.0], [1.0, 0.0, 0.0, 1.0]]
    assert events.columns["weights"][0].tolist() == [1.0, 2.5]


def test_numbers() -> None:
    for token, value in {
        b"-.5D-2": -0.005,
        b"1.5-101": 1.5e-101,
        b"3q1": 30.0,
        b"-0": -0.0,
        b"7.": 7.0,
    }.items():
        assert number(token) == value
    for token in (b"", b"nan", b"inf", b"1_0", b"1d", b"--1", b"0x10", b"1e400", b"1.0-", "١".encode()):
        with pytest.raises(ValueError):
            number(token)


def test_a_bomb_stays_small(tmp_path: Path) -> None:
    """256 MiB of blanks, and of events, in files of less than 1 MiB: memory stays bounded."""
    path = tmp_path / "bomb.lhe.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(text("")[:20].encode())
        for _ in range(256):
            file.write(b" " * 2**20)
    assert path.stat().st_size < 2**20
    tracemalloc.start()
    with pytest.raises(InputError, match="a line of more than 1048576 bytes"):
        list(LheReader(path))
    path.unlink()
    start, end = text("\n").encode().split(b"\n\n")
    with gzip.open(path, "wb", compresslevel=6) as file:
        file.write(start + b"\n")
        block = ("<event>\n 9000 1 1.0 -1 -1 -1\n" + LINE * 9000 + "</event>\n").encode()
        small = EVENT.encode() * 50
        for _ in range(3):
            file.write(block + small)
        file.write(end)
    assert sum(len(e) for e in LheReader(path)) == 153
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * 2**20


@pytest.mark.parametrize("what", ["momenta", "masses", "weights"])
def test_not_finite_is_refused(tmp_path: Path, what: str) -> None:
    events = muon_pairs(10, weighted=True)
    values = getattr(events, what).copy()
    values[3] = np.inf
    with (
        pytest.raises(InputError, match=f"{what} of (event 13|all events) are not finite"),
        LheWriter(tmp_path / "x.lhe") as writer,
    ):
        writer.write(muon_pairs(10, weighted=True))
        writer.write(replace(events, **{what: values}))
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), LheWriter(tmp_path / "x.lhe.gz") as writer:
        writer.write(muon_pairs(10))
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_an_empty_file_is_whole(tmp_path: Path) -> None:
    with LheWriter(tmp_path / "x.lhe", provenance=PROVENANCE):
        pass
    assert list(LheReader(tmp_path / "x.lhe")) == []
    assert ev.provenance_of(tmp_path / "x.lhe") == PROVENANCE
    with pytest.raises(InputError, match="holds no events"):
        ev.read(tmp_path / "x.lhe")


def test_a_hostile_header_does_not_pass_for_ours(tmp_path: Path) -> None:
    """Our own block, damaged: the init block speaks instead."""
    path = tmp_path / "x.lhe"
    ev.write(path, muon_pairs(2))
    path.write_text(path.read_text().replace('"seed": 7', '"seed": "<script>"'))
    with pytest.raises(InputError, match="its checksum does not agree"):
        ev.read(path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "CRC-32" not in line))
    assert ev.read(path).provenance.seed is None
    assert ev.read(path).provenance.cross_section_pb == 2005.9387
