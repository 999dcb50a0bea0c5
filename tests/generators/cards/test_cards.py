"""Cards: every fault is one line that names the key, the value, the bound and the remedy."""

from pathlib import Path

import pytest

from hepsym.errors import InputError
from hepsym.generators import card_names, card_text, generator_for, load_card
from hepsym.generators.cards.card import card_from_toml, to_toml


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("sqrt_x=3", ["unknown key 'sqrt_x'", "did you mean 'sqrt_s'"]),
        ("electroweak.shceme=gmu", ["unknown key 'electroweak.shceme'", "did you mean 'scheme'"]),
        ("cuts.pt.mn=3", ["unknown key 'cuts.pt.mn'", "did you mean 'min'"]),
        ("sqrt_s='91 GeV'", ["sqrt_s = '91 GeV'", "must be a number", "GeV"]),
        ("sqrt_s=-3", ["sqrt_s = -3", "greater than 0"]),
        ("sqrt_s=nan", ["sqrt_s", "finite"]),
        ("sqrt_s=true", ["sqrt_s = True", "must be a number"]),
        ("electroweak.scheme=foo", ["electroweak.scheme = 'foo'", "'gmu'"]),
        ("electroweak.alpha_inverse=128", ["alpha_inverse is no input of scheme 'gmu'", "explicit"]),
        ("electroweak={scheme='explicit'}", ["scheme 'explicit' needs alpha_inverse"]),
        ("electroweak.m_w=100", ["m_w = 100 GeV must be below m_z"]),
        ("electroweak.sin2_theta_eff=1.5", ["sin2_theta_eff = 1.5", "less than 1"]),
        ("masses.mu--=1", ["unknown particle 'mu--'", "did you mean 'mu-'"]),
        ("masses.mu-=-1", ["masses.mu- = -1 GeV must not be negative"]),
        ("beams.polarization=[0.1]", ["polarization needs two numbers"]),
        ("beams.polarization=[0.1, 1.2]", ["polarization = 1.2 is out of range", "-1 to 1"]),
        ("cuts.pt={min=5, max=4}", ["min = 5 must be below max = 4"]),
        ("sqrt_s", ["not of the form key=value"]),
        ("sqrt_s.x=3", ["'sqrt_s' is a value, not a table"]),
        ("process=3", ["process = 3 must be a string"]),
    ],
)
def test_faults(override: str, words: list[str]) -> None:
    with pytest.raises(InputError) as fault:
        load_card("ee2mumu", [override])
    message = str(fault.value)
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("ee2mumuu", "unknown process 'ee2mumuu'; did you mean 'ee2mumu'"),
        ("nowhere.toml", "no card at 'nowhere.toml'"),
        ("e- e+ > mu- mu-", "sqrt_s is missing, the energy of the collision"),
        ("e- e+ >", "not of the form"),
        ("e- e+ > mu- muu+", "unknown particle 'muu+'"),
    ],
)
def test_sources_that_are_none(source: str, words: str) -> None:
    with pytest.raises(InputError, match=words.replace("+", r"\+")):
        load_card(source)


def test_files_that_are_no_cards(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("process = ")
    with pytest.raises(InputError, match="is not TOML"):
        load_card(bad)
    bad.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="cannot be read"):
        load_card(bad)
    bad.write_text("sqrt_s = 91.2")
    with pytest.raises(InputError, match="'process' is missing"):
        load_card(bad)
    bad.write_text('process = "e- e+ > mu- e+"\nsqrt_s = 125.0')
    with pytest.raises(InputError, match="violates electron number"):
        generator_for(load_card(bad))


def test_legs_come_in_the_order_asked_for() -> None:
    for text in ("e- e+ > mu- mu+", "e+ e- > mu+ mu-", "e+ e- > mu- mu+"):
        card = load_card(text)
        assert card.name == "ee2mumu"
        assert card.process == text
    assert generator_for(load_card("e+ e- > mu+ mu-")).pdg_ids == (-11, 11, -13, 13)


def test_toml_round_trip_of_a_generator() -> None:
    """The card in the provenance makes the same process again."""
    changes = ["cuts.pt={min=10}", "beams.polarization=[0.8, -0.3]", "cuts.cos_theta={max=0.5}"]
    card = load_card("ee2mumu", changes)
    generator = generator_for(card)
    again = generator_for(card_from_toml(to_toml(generator.resolved())))
    assert again.cross_section() == generator.cross_section()
    assert again.masses == generator.masses
    assert again.card.beams == card.beams
    assert again.card.cuts == card.cuts


@pytest.mark.parametrize("name", card_names())
def test_toml_round_trip(name: str) -> None:
    """Every card says the same when it is written out with its defaults and read again."""
    card = load_card(name)
    assert card_from_toml(to_toml(card), name) == card.model_copy(update={"reference": []})


def test_both_particle_namings_are_masses_keys() -> None:
    for name in ("mu-", "mu+"):
        assert load_card("ee2mumu", [f"masses.{name}=0.2"]).mass(13) == 0.2
    assert load_card("ee2mumu", ["masses.tau-=0.2"]).mass(15) == 0.2
    assert load_card("ee2mumu", ["masses.ta-=0.2"]).mass(-15) == 0.2


def test_card_text_is_commented() -> None:
    for name in card_names():
        assert card_text(name).startswith("#")
