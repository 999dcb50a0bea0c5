"""Are sets found and read whole, and is a damaged or foreign file one clear line?"""

from pathlib import Path

import numpy as np
import pytest

from hepsym.cli import doctor
from hepsym.errors import InputError
from hepsym.generators.partons import DEFAULT_PDF, load_pdf, pdf_sets
from hepsym.generators.partons.info import numbers, read_info
from hepsym.generators.partons.lhagrid import COLUMNS, read_member
from hepsym.random import uniforms
from tests.generators.partons.lhapdf_set import ALPHA, ALPHA_Q, CODES, INFO, X, grid_text, smooth, write_set


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only sets are those in the returned folder."""
    monkeypatch.setenv("LHAPDF_DATA_PATH", str(tmp_path))
    monkeypatch.setattr("hepsym.generators.partons.sets.pythia_folder", lambda: None)
    return tmp_path


def test_a_set_is_found_by_name_by_folder_and_by_file(alone: Path) -> None:
    place = write_set(alone)
    assert pdf_sets() == {"known": place / "known_0000.dat"}
    for name in ("known", "known/0", place, place / "known_0000.dat"):
        assert load_pdf(name) is load_pdf("known")
    assert load_pdf("known/2").member == 2
    assert load_pdf(f"{place}/2") is load_pdf("known/2")


def test_a_set_says_what_it_covers(alone: Path) -> None:
    write_set(alone)
    pdf = load_pdf("known")
    assert (pdf.name, pdf.member, pdf.error_type) == ("known", 0, "hessian")
    assert pdf.flavours == tuple(sorted(CODES))
    assert (pdf.x_min, pdf.x_max, pdf.q2_min, pdf.q2_max) == (X[0], 1.0, 1.0, 1e6)
    subgrids = read_member(pdf.path).subgrids
    assert [s.xf.shape for s in subgrids] == [(3, 30, 14), (6, 30, 14), (15, 30, 14)]
    assert subgrids[1].xf[2, 5, COLUMNS[21]] == smooth(21, np.log(X[5]), 2 * np.log(subgrids[1].q[2]))


def test_members_are_read_when_asked_for(alone: Path) -> None:
    place = write_set(alone)
    members = load_pdf("known").members
    (place / "known_0001.dat").write_text("never read")
    assert len(members) == 3
    central, last = (members[k].xf(0.1, 50.0) for k in (0, -1))
    np.testing.assert_allclose(last, 1.2 * central, rtol=1e-13)
    with pytest.raises(InputError, match="known_0001"):
        members[1]
    with pytest.raises(IndexError, match="members 0 to 2, not 3"):
        members[3]


def test_alpha_s_is_the_sets_table(alone: Path) -> None:
    write_set(alone)
    q, a = np.array(ALPHA_Q), np.array(ALPHA)
    np.testing.assert_allclose(load_pdf("known").alpha_s(q**2), a, rtol=1e-13)


def test_no_negative_density_where_the_set_says_so(alone: Path) -> None:
    head = "PdfType: central\nFormat: lhagrid1\nForcePositive: {}\n"
    lowest = []
    for flag in (0, 1, 2):
        path = alone / f"set{flag}_0000.dat"
        path.write_text(grid_text(lambda c, a, b: smooth(c, a, b) - 0.5, head=head.format(flag)))
        lowest.append(load_pdf(path).xf(0.9, 50.0)[0, 6])
    assert lowest[0] < 0.0
    assert lowest[1:] == [0.0, 1e-10]


def test_without_a_set_one_line_says_how_to_get_one(alone: Path) -> None:
    with pytest.raises(InputError, match=r"no PDF set is installed.*pip install pythia8mc.*LHAPDF_DATA_PATH"):
        load_pdf(None)
    write_set(alone, "CT18NLO", members=1)
    with pytest.raises(InputError, match="did you mean CT18NLO"):
        load_pdf("CT18NL")
    with pytest.raises(InputError, match="no member 7"):
        load_pdf("CT18NLO/7")


def test_a_process_wholly_outside_is_refused_and_one_partly_inside_is_not(alone: Path) -> None:
    write_set(alone)
    pdf = load_pdf("known")
    pdf.require_range(1e-9, 1e-2, 2.0)
    with pytest.raises(InputError, match=r"Q = 2000 .. 3000 GeV lie outside the grid"):
        pdf.require_range(0.01, 2000.0**2, 3000.0**2)
    with pytest.raises(InputError, match="x >= 1"):
        pdf.require_range(1.0, 10.0, 100.0)


@pytest.mark.parametrize(
    ("x", "q2"), [(0.0, 1.0), (-0.1, 1.0), (np.nan, 1.0), (0.1, 0.0), (0.1, np.inf), (0.1, np.nan)]
)
def test_a_point_that_is_none_is_refused(alone: Path, x: float, q2: float) -> None:
    write_set(alone)
    with pytest.raises(InputError, match="must be above 0 and finite"):
        load_pdf("known").xf(x, q2)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Format: lhagrid1", "Format: lhagrid9", "not an LHAPDF 6 grid"),
        ("---\n", "", "cut short"),
        ("1.2 1.5\n", "1.5 1.2\n", "knots of Q do not rise"),
        ("1 1.2 1.5\n", "0 1.2 1.5\n", "knots of Q do not rise from above zero"),
        ("1 1.2 1.5\n", "1.5\n", "1 knots of Q, where at least 2"),
        ("1 1.2 1.5\n", "1 1.2 1.4\n", "ends at Q = 1.4 GeV and the next starts at 1.5"),
        ("-5 -4 -3", "-5 -4 -4", "occur twice"),
        ("-5 -4 -3", "-5 b -3", "PDG codes expected"),
        ("-5 -4 -3", "-5 -4", "need 990 values, not 1080"),
        (" 1\n1 1.2", " 2\n1 1.2", "x = 2 is above 1"),
        ("0 0 0 0 0 0 0 0 0 0 0 0\n", "0 0 0 0 0 nan 0 0 0 0 0 0\n", "not finite"),
        ("0 0 0 0 0 0 0 0 0 0 0 0\n", "0 0 0 0 0 O 0 0 0 0 0 0\n", "could not convert"),
    ],
)
def test_a_damaged_file_is_one_clear_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = grid_text(smooth)
    assert old in text
    path = tmp_path / "bad_0000.dat"
    path.write_text(text.replace(old, new, 1) if old != "---\n" else text[: text.rindex("---")])
    with pytest.raises(InputError, match=says) as caught:
        load_pdf(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_thousand_damaged_copies_read_or_say_one_line(tmp_path: Path) -> None:
    """Cut, bytes changed, a piece twice, a line gone: an InputError or a PDF that is finite everywhere."""
    text = grid_text(smooth, x=np.geomspace(1e-3, 1.0, 6), scales=[np.geomspace(1.5, 9.0, 4)]).encode()
    refused = 0
    draws = uniforms(7, 5000).reshape(1000, 5)
    for n, (kind, a, b, c, d) in enumerate(draws):
        start, end = sorted((int(a * len(text)), int(b * len(text))))
        byte = bytes([int(c * 256)])
        damaged = [
            text[:start],
            text[:start] + byte + text[start + 1 :],
            text[:end] + text[start:],
            text[:start] + text[start + 1 + int(d * 40) :],
        ][int(kind * 4)]
        path = tmp_path / f"damaged{n}_0000.dat"
        path.write_bytes(damaged)
        try:
            values = load_pdf(path).xf([1e-4, 1e-2, 0.5, 0.99], [0.1, 3.0, 10.0, 1e5])
        except InputError as error:
            refused += 1
            assert "\n" not in str(error)
        else:
            assert np.isfinite(values).all()
        path.unlink()
    assert 700 < refused < 1000  # a changed digit is not to be seen


@pytest.mark.parametrize("content", [b"", b"\x00" * 5000, b"\xff\xfe junk", b"---\n---\n---\n", b"<LHA/>"])
def test_what_is_no_grid_at_all_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "junk_0000.dat"
    path.write_bytes(content)
    with pytest.raises(InputError, match="junk_0000"):
        load_pdf(path)


def test_info_files_are_read_with_lists_over_lines(alone: Path) -> None:
    info = read_info(write_set(alone) / "known.info")
    assert info["SetDesc"].startswith("Known functions: no physics")
    assert numbers(info, "AlphaS_Qs") == list(ALPHA_Q)
    (alone / "known" / "known.info").write_text(INFO + "\nnot a key at all\n")
    with pytest.raises(InputError, match="'Key: value' expected"):
        read_info(alone / "known" / "known.info")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("AlphaS_Vals: [0.48", "AlphaS_Vals: [much", "must be a list of numbers"),
        ("AlphaS_Vals: [0.48, ", "AlphaS_Vals: [", "as many Q as values"),
        ("NumMembers: 3", "NumMembers: some", "NumMembers.*must be a number"),
    ],
)
def test_a_damaged_info_is_one_clear_line(alone: Path, old: str, new: str, says: str) -> None:
    write_set(alone, f"set{len(says)}", info=INFO.replace(old, new))
    with pytest.raises(InputError, match=says):
        load_pdf(f"set{len(says)}")


def test_the_default_set_is_pythias(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pythia8mc")
    monkeypatch.delenv("LHAPDF_DATA_PATH", raising=False)
    assert DEFAULT_PDF in pdf_sets()
    assert load_pdf().name == DEFAULT_PDF
    for name in pdf_sets():  # each of Pythia's LHAPDF 6 grids is read, touching numbers and all
        pdf = load_pdf(name)
        assert np.isfinite(pdf.xf(0.1, 100.0)).all()


def test_doctor_lists_the_sets_or_says_how_to_get_one(alone: Path) -> None:
    assert "pip install pythia8mc" in doctor.parton_sets().remedy
    write_set(alone, members=1)
    assert doctor.parton_sets().value == f"1 in {alone}: known"
