"""HepMC3: the same bits back, a graph that pyhepmc understands, and every damage one clear line."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyhepmc
import pytest

from hepsym import events as ev
from hepsym.errors import InputError
from hepsym.events.hepmc.record import graph_of, mothers_of
from tests.events.conftest import FOREIGN, PROVENANCE, assert_same, muon_pairs, unlike

SAMPLES: dict[str, Callable[[], ev.Events]] = {
    "alike": lambda: muon_pairs(300),
    "weighted": lambda: muon_pairs(300, weighted=True),
    "unlike": unlike,
    "one": lambda: muon_pairs(1),
}


def with_mothers(events: ev.Events) -> ev.Events:
    """What reading adds: the mothers that the vertices say, where the sample had none."""
    if "mothers" in events.columns:
        return events
    mothers = np.zeros((len(events), events.legs, 2), dtype=np.int32)
    mothers[:, 2:] = (1, 2)
    return replace(events, columns={**events.columns, "mothers": mothers})


@pytest.mark.parametrize("suffix", [".hepmc", ".hepmc.gz"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_same_bits_come_back(tmp_path: Path, sample: str, suffix: str) -> None:
    events = SAMPLES[sample]()
    ev.write(tmp_path / f"a{suffix}", events)
    assert_same(ev.read(tmp_path / f"a{suffix}"), events)
    ev.write(tmp_path / f"b{suffix}", ev.read(tmp_path / f"a{suffix}"))
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_what_pyhepmc_sees(tmp_path: Path) -> None:
    """Beams, one vertex, units, weights by name, cross section, tools: by the library itself."""
    events = replace(
        muon_pairs(20, weighted=True),
        columns={"weight:up": np.arange(20) / 3, "scale": np.full(20, 91.2)},
        provenance=replace(PROVENANCE, tools=({"name": "Other", "version": "2", "description": "of sorts"},)),
    )
    ev.write(tmp_path / "a.hepmc", events)
    with pyhepmc.open(tmp_path / "a.hepmc") as file:
        read = list(file)
    assert len(read) == 20
    for n, event in enumerate(read):
        assert [p.pid for p in event.beams] == [11, -11] and [p.status for p in event.beams] == [4, 4]
        assert [p.pid for p in event.vertices[0].particles_out] == [13, -13]
        p = event.particles[2]
        assert (p.momentum.e, p.momentum.x, p.momentum.y, p.momentum.z) == tuple(
            events.momenta[n, 2].tolist()
        )
        assert p.generated_mass == 0.10566 and event.momentum_unit == pyhepmc.Units.GEV
        assert event.weight_names == ["Default", "up"]
        assert event.weights == [events.weights[n], n / 3]
        assert event.cross_section.xsec() == 2005.9387 and event.cross_section.xsec_err() == 0.25
        assert str(event.attributes["event_scale"]) == "91.2" and event.event_number == n
    assert [(t.name, t.version) for t in read[0].run_info.tools] == [("hepsym", "0.1.0"), ("Other", "2")]


@pytest.mark.parametrize("file", FOREIGN, ids=lambda f: f.name)
def test_les_houches_files_of_others(tmp_path: Path, file: Path) -> None:
    """Colours, spins, mothers, weights, scales and the whole provenance, through HepMC3."""
    events = ev.read(file)
    ev.write(tmp_path / "a.hepmc", events)
    assert_same(ev.read(tmp_path / "a.hepmc"), events)


def test_mothers() -> None:
    """Vertices of a decay chain; what has no place in HepMC's order is told apart, and kept beside."""
    chain = [[0, 0], [0, 0], [1, 2], [3, 0], [3, 0]]
    graph = graph_of(chain)
    assert graph.vertices == (((0, 1), (2,)), ((2,), (3, 4))) and graph.exact
    assert mothers_of(graph.vertices, 5) == chain
    for odd in ([[0, 0], [3, 0], [0, 0]], [[1, 1]], [[0, 0], [1, 1]], [[0, 0], [0, 0], [1, 0], [1, 2]]):
        assert not graph_of(odd).exact
    loop = replace(muon_pairs(3), columns={"mothers": np.full((3, 4, 2), 4, dtype=np.int32)})
    assert graph_of([[4, 4]] * 4).vertices == () and loop.legs == 4


def shower(path: Path) -> None:
    """What a shower writes: positions, other status codes, MeV, no masses on some, more than a vertex."""
    path.write_text(
        "HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\nW nominal\\|up\n"
        "T Pythia\\|8.317\\|\n"
        + "".join(
            f"E {i} 3 6\nU MEV MM\nW 1.5 2.5\nA 0 GenCrossSection {i + 1}.0e+02 1.0e+00 10 10\nA 0 mpi 3\n"
            "P 1 0 2212 0 0 6500000 6500000 938.27 4\nP 2 0 2212 0 0 -6500000 6500000 938.27 4\n"
            "V -1 0 [1,2] @ 0 0 0 0\nP 3 -1 23 0 0 1000 92000 91994 22\n"
            "P 4 3 13 3000 4000 500 46000 105.7 23\n"
            "P 5 -1 22 0 0 -1000 1000 0 51\nP 6 4 13 3000 4000 500 46000 105.7 1\n"
            for i in range(3)
        )
        + "HepMC::Asciiv3-END_EVENT_LISTING\n\n"
    )


def test_a_shower(tmp_path: Path) -> None:
    shower(tmp_path / "a.hepmc")
    events = ev.read(tmp_path / "a.hepmc")
    assert events.momenta[0, 3].tolist() == [46.0, 3.0, 4.0, 0.5] and events.status.tolist() == [
        -1,
        -1,
        2,
        2,
        2,
        1,
    ]
    assert events.columns["mothers"][0].tolist() == [[0, 0], [0, 0], [1, 2], [3, 0], [1, 2], [4, 0]]
    assert events.weights is not None and events.weights.tolist() == [1.5] * 3
    assert events.columns["weight:up"].tolist() == [2.5] * 3
    assert events.provenance.cross_section_pb == 300.0 and events.provenance.tools[0]["name"] == "Pythia"


GOOD = (
    "HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\nW Default\n"
    "E 0 1 3\nU GEV MM\nW 1.0\nP 1 0 11 0 0 1 1 0 4\nP 2 0 -11 0 0 -1 1 0 4\nV -1 0 [1,2]\n"
    "P 3 -1 23 0 0 0 2 2 1\nHepMC::Asciiv3-END_EVENT_LISTING\n\n"
)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("HepMC::Asciiv3-END_EVENT_LISTING\n\n", "", "cut short"),
        ("HepMC::Version 3.02.05\n", "", "not a HepMC3 file"),
        ("Asciiv3-START", "IO_GenEvent-START", "HepMC2"),
        ("E 0 1 3", "E 0 1 4", "3 particles of 4"),
        ("E 0 1 3", "E 0 1 999999999", "cannot be"),
        ("[1,2]", "[1,9]", "vertex -1 is not as it should be"),
        ("P 3 -1", "P 3 -7", "particle 3 comes from what is not there"),
        ("P 2 0", "P 7 0", "particle 2 is not as it should be"),
        ("0 0 0 2 2 1", "0 0 nan 2 2 1", "particle 3 is not as it should be"),
        ("W 1.0", "W nan", "finite ones belong here"),
        ("W 1.0", "W 1.0 2.0", "2 weights; 1"),
        ("U GEV", "U PEV", "units that are none"),
        ("V -1", "X -1", "belongs into no event"),
        (" 23 ", " 0 ", "PDG id is 0"),
        ("LISTING\n\n", "LISTING\nHepMC::Version 3\n", "text after the end"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "x.hepmc"
    path.write_text(GOOD)
    assert len(ev.read(path)) == 1
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(InputError, match=said):
        ev.read(path)


@pytest.mark.parametrize("packed", [False, True])
def test_damage(tmp_path: Path, packed: bool) -> None:
    """400 seeded damages: an InputError of one line, or events that are finite; the process lives."""
    shower(tmp_path / "s.hepmc")
    ev.write(tmp_path / "own.hepmc", unlike(12))
    sources = [(tmp_path / "s.hepmc").read_bytes(), (tmp_path / "own.hepmc").read_bytes()]
    path = tmp_path / ("x.hepmc.gz" if packed else "x.hepmc")
    rng = np.random.default_rng(4)
    refused = 0
    for i in range(200):
        good = gzip.compress(sources[i % 2]) if packed else sources[i % 2]
        data = bytearray(good)
        at = int(rng.integers(len(data)))
        kind = i % 5
        if kind == 0:
            del data[at:]
        elif kind == 1:
            data[at] = int(rng.integers(256))
        elif kind == 2:
            del data[at : at + int(rng.integers(1, 60))]
        elif kind == 3:
            data[at:at] = b" nan -1 99999999999 "
        else:
            lines = good.split(b"\n")
            a, b = rng.integers(len(lines), size=2)
            lines[a], lines[b] = lines[b], lines[a]
            data = bytearray(b"\n".join(lines))
        path.write_bytes(bytes(data))
        try:
            for events in ev.iterate(path):
                assert np.isfinite(events.momenta).all() and np.isfinite(events.masses).all()
        except InputError as error:
            assert "\n" not in str(error) and str(path) in str(error)
            refused += 1
    assert refused > 100


def test_lines_longer_than_the_reader_takes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """HepMC3 reads lines of 2^18 bytes: another program's header is left out and told, the rest refused."""
    events = muon_pairs(5)
    long = replace(events, provenance=replace(PROVENANCE, header="slha " * 80_000, history=("made",)))
    ev.write(tmp_path / "a.hepmc", long)
    read = ev.read(tmp_path / "a.hepmc")
    assert read.momenta.tobytes() == events.momenta.tobytes()
    assert read.provenance == replace(
        PROVENANCE,
        history=("made", "another program's header of 400000 characters left out: too long for HepMC"),
    )
    with pytest.raises(InputError, match=r"more than a line of HepMC holds \(262000\): write \.lhe"):
        ev.write(tmp_path / "b.hepmc", replace(events, provenance=replace(PROVENANCE, card="x" * 300_000)))
    many = {f"weight:{i}": np.ones(5) for i in range(9400)}
    with pytest.raises(InputError, match="9400 weights an event do not fit"):
        ev.write(tmp_path / "c.hepmc", replace(events, columns=many))
    assert [p.name for p in tmp_path.iterdir()] == ["a.hepmc"]
    text = (tmp_path / "a.hepmc").read_bytes()
    for old, new in ((b"GenCrossSection ", b"GenCrossSection " + b" " * 300_000), (b"Default", b"Def\0ult")):
        (tmp_path / "d.hepmc").write_bytes(text.replace(old, new, 1))
        with pytest.raises(InputError, match="line"):
            ev.read(tmp_path / "d.hepmc")
    assert capfd.readouterr().out == ""


def test_what_fuzzing_found(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """pyhepmc read past the end of these, or printed on stdout."""
    ev.write(tmp_path / "a.hepmc", muon_pairs(3))
    good = (tmp_path / "a.hepmc").read_bytes()
    weights = good[good.index(b"\nW 1.0") + 1 :].split(b"\n")[0]
    for old, new, said in (
        (b"T hepsym\\|0.1.0\\|", b"T hepsym\\|0.1.0\\", "a backslash with nothing after it"),
        (b"T hepsym\\|0.1.0\\|", b"T hepsym\\|0.1.0", "is not whole"),
        (weights, weights + b"\n" + weights, "finite ones belong here"),
        (b"\nV -1 0 [1,2]", b"", "where particles come from, is not there"),
        (b"E 0 1 4", b"E 0 2 4", "1 vertices of 2 are there"),
        (b"A 0 GenCrossSection ", b"A 0 GenCross\nA 0 x ", "not there"),
    ):
        assert old in good, old
        (tmp_path / "b.hepmc").write_bytes(good.replace(old, new, 1))
        with pytest.raises(InputError, match=said):
            ev.read(tmp_path / "b.hepmc")
    assert capfd.readouterr().out == ""


def test_names_that_are_not_text(tmp_path: Path) -> None:
    ev.write(tmp_path / "a.hepmc", muon_pairs(2))
    (tmp_path / "b.hepmc").write_bytes((tmp_path / "a.hepmc").read_bytes().replace(b"Default", b"D\x98fault"))
    with pytest.raises(InputError, match=r"b\.hepmc is damaged: its names are not UTF-8"):
        ev.read(tmp_path / "b.hepmc")


def test_nothing_half_written(tmp_path: Path) -> None:
    events = muon_pairs(5)
    bad = replace(events, momenta=np.full_like(events.momenta, np.nan))
    with pytest.raises(InputError, match="momenta of event 0 are not finite"):
        ev.write(tmp_path / "x.hepmc", bad)
    assert not list(tmp_path.iterdir())
    ev.write(tmp_path / "none.hepmc", [], provenance=PROVENANCE)
    assert list(ev.iterate(tmp_path / "none.hepmc")) == []
    assert ev.provenance_of(tmp_path / "none.hepmc") == PROVENANCE
