"""What Les Houches files say besides numbers: several processes, conventions and groups of weights."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepsym import events as ev
from hepsym.errors import InputError
from hepsym.events.lhe import LheReader
from hepsym.events.lhe.reading import blocks
from tests.events.conftest import FOREIGN, assert_same, muon_pairs
from tests.events.lhe.test_lhe import EVENT, text

TWO = " 2212 11 920. 27.5 0 4 21100 10042 {scheme} 2\n 10.0 0.3 20.0 7\n 5.0 0.4 6.0 8"


def test_several_processes(tmp_path: Path) -> None:
    """Read and written: each cross section, unequal beams, PDFs; the sum in the provenance."""
    (tmp_path / "a.lhe").write_text(text(EVENT.replace(" 1 1 1.0", " 1 8 1.0"), init=TWO.format(scheme=-3)))
    for path in (tmp_path / "a.lhe", tmp_path / "b.lhe"):
        events = ev.read(path)
        p = events.provenance
        assert p.cross_section_pb == 15.0 and p.cross_section_error_pb == pytest.approx(0.5, rel=1e-15)
        assert p.subprocesses[1] == {"id": 8, "cross_section_pb": 5.0, "error_pb": 0.4, "maximum": 6.0}
        assert p.init["beam_energies"] == [920.0, 27.5] and p.init["pdf_sets"] == [21100, 10042]
        assert p.init["weighting"] == -3 and events.columns["process_id"].tolist() == [8]
        if path.name == "a.lhe":
            ev.write(tmp_path / "b.lhe", events)
    assert " 2.7500000000000000e+01 0 4 21100 10042 -3 2\n" in (tmp_path / "b.lhe").read_text()


@pytest.mark.parametrize("scheme", [-4, -3, -2, -1, 1, 2, 3, 4])
def test_weights_are_what_the_convention_says(tmp_path: Path, scheme: int) -> None:
    """Schemes 1, 2 and 4 are pb that average to the cross section; 3 counts events, by sign."""
    for xwgtup in ("1.0", "-2.5"):
        path = tmp_path / f"{xwgtup}.lhe"
        path.write_text(text(EVENT.replace(" 1 1 1.0", f" 1 7 {xwgtup}"), init=TWO.format(scheme=scheme)))
        events = ev.read(path)
        assert events.provenance.weighted == (abs(scheme) != 3)
        kept = None if xwgtup == "1.0" and abs(scheme) == 3 else [float(xwgtup)]
        assert (None if events.weights is None else events.weights.tolist()) == kept
        ev.write(tmp_path / f"{xwgtup}-again.lhe", events)
        assert_same(ev.read(tmp_path / f"{xwgtup}-again.lhe"), events)
        assert LheReader(tmp_path / f"{xwgtup}-again.lhe").preamble().scheme == scheme


def test_groups_of_weights(tmp_path: Path) -> None:
    """Names, attributes and meanings, single and double quotes, several lines; in header or <init>."""
    groups = (
        "<initrwgt>\n<weightgroup name='scale' combine=\"envelope\">\n"
        '<weight id=\'1\' MUR="0.5"> a &lt; b </weight>\n<weight id="2">set x 1\nset y 2</weight>\n'
        "</weightgroup>\n<weight id='3'> alone </weight>\n</initrwgt>"
    )
    weights = (
        "<rwgt>\n<wgt id='1'> 1.5 </wgt><wgt id=\"2\"> 2.D0 </wgt>\n<wgt id='3'>3</wgt></rwgt>\n</event>"
    )
    body = text(EVENT.replace("</event>", weights))
    for place in ("<init>", "</init>"):
        at = (
            f"<header>\n{groups}\n<MGRunCard>\n x = 1\n</MGRunCard>\n</header>\n<init>"
            if place == "<init>"
            else (groups + "\n</init>")
        )
        (tmp_path / "a.lhe").write_text(body.replace(place, at))
        events = ev.read(tmp_path / "a.lhe")
        first, alone = events.provenance.weight_groups
        assert first["attributes"] == {"name": "scale", "combine": "envelope"}
        assert first["weights"][0] == {"id": "1", "attributes": {"MUR": "0.5"}, "text": "a < b"}
        assert first["weights"][1]["text"] == "set x 1\nset y 2" and alone["weights"][0]["id"] == "3"
        assert [events.columns[f"weight:{i}"].tolist() for i in (1, 2, 3)] == [[1.5], [2.0], [3.0]]
        assert ("<MGRunCard>\n x = 1" in events.provenance.header) == (place == "<init>")
        ev.write(tmp_path / "b.lhe", events)
        assert_same(ev.read(tmp_path / "b.lhe"), events)
        (tmp_path / "b.lhe").unlink()


@pytest.mark.parametrize("file", FOREIGN, ids=lambda f: f.name)
def test_line_ends_and_the_two_ways_of_reading(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop over blocks, the look at every line, Windows' line ends, gzip in members: the same events."""
    events = ev.read(file)
    data = file.read_bytes()
    (tmp_path / "dos.lhe").write_bytes(data.replace(b"\n", b"\r\n"))
    assert_same(ev.read(tmp_path / "dos.lhe"), events)
    half = len(data) // 2
    (tmp_path / "two.lhe.gz").write_bytes(gzip.compress(data[:half]) + gzip.compress(data[half:]))
    assert_same(ev.read(tmp_path / "two.lhe.gz"), events)
    monkeypatch.setattr(blocks, "JIT_DISABLED", True)
    assert_same(ev.read(file), events)


def test_attributes_scales_and_lists(tmp_path: Path) -> None:
    odd = EVENT.replace("<event>", "<event npLO=' 2 ' kind='x'>").replace(
        "</event>",
        "<scales muf='91.5' mur=\"1.D1\"></scales>\n<mgrwt>\n<rscale> 1 2 </rscale>\n</mgrwt>\n</event>",
    )
    (tmp_path / "a.lhe").write_text(text(odd + EVENT))
    events = ev.read(tmp_path / "a.lhe")
    assert events.columns["attribute:npLO"].tolist()[0] == 2.0 and np.isnan(events.columns["scales:muf"][1])
    assert events.columns["scales:mur"].tolist()[0] == 10.0 and "attribute:kind" not in events.columns
    more = replace(events, columns={**events.columns, "weights": np.array([[1.0, np.nan], [2.0, 1 / 3]])})
    ev.write(tmp_path / "b.lhe", more)
    assert_same(ev.read(tmp_path / "b.lhe"), more)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (text(EVENT) + text(EVENT), "several files put together"),
        (
            text(EVENT, init=" 11 -11 45.6 45.6 0 0 0 0 3 1\n 1.0 0.1 1.0 1\n 2.0 0.1 1.0 2"),
            "more process lines",
        ),
        (text(EVENT, init=" 11 -11 45.6 45.6 0 0 0 0 5 1\n 1.0 0.1 1.0 1"), "IDWTUP = 5"),
        (text(EVENT.replace("</event>", "</event> 7")), "text after </event>"),
        (text(EVENT.replace("</event>", "<wgt id='a'> 1 </wgt\n</event>")), "a tag that does not close"),
        (text(EVENT.replace("<event>", "<event a='1'\n>")), "its tag does not close"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "x.lhe").write_text(content)
    with pytest.raises(InputError, match=said):
        list(LheReader(tmp_path / "x.lhe"))


def test_no_process_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.lhe").write_text(text(EVENT, init=" 11 -11 45.6 45.6 0 0 0 0 3 0"))
    assert ev.read(tmp_path / "a.lhe").provenance.cross_section_pb is None


def test_every_byte_of_our_own_files_counts(tmp_path: Path) -> None:
    """A digit changed, an event taken out, the checksum taken out: refused. Windows' line ends: not."""
    path = tmp_path / "a.lhe"
    ev.write(path, muon_pairs(30))
    good = path.read_bytes()
    event = good[good.index(b"<event>") : good.index(b"</event>") + 9]
    lines = good.splitlines(keepends=True)
    for bad in (
        good.replace(b"4.56", b"4.57", 1),
        good.replace(event, b"", 1),
        b"".join(line for line in lines if b"CRC-32" not in line),
    ):
        path.write_bytes(bad)
        with pytest.raises(InputError, match="checksum"):
            ev.read(path)
    path.write_bytes(good.replace(b"\n", b"\r\n"))
    assert_same(ev.read(path), muon_pairs(30))
