"""An infinite rate is refused before a point is drawn; one made finite by a cut, mass or width is not."""

import pytest

from hepsym.errors import InputError
from hepsym.generators import load_card
from hepsym.generators.cards.card import Card
from hepsym.generators.scattering.definition import Definition

FIXED = ("qcd.alpha_s=0.118", "qcd.scale=91.0")

INFINITE = [
    ("g g > g g", 500.0, FIXED, "follows a beam"),
    ("u u~ > u u~", 500.0, FIXED, "follows a beam"),
    ("e- e+ > e- e+", 91.0, ("cuts.E.min=1",), "e- follows a beam"),
    ("e- e+ > e- e+", 91.0, ("masses.e-=0", "cuts.E.min=1"), "e- follows a beam"),
    ("e- e+ > mu- mu+ a", 91.0, (), "a becomes soft"),
    ("e- e+ > b b~ g", 500.0, FIXED, "g becomes soft"),
    ("e- e+ > u u~ g", 91.0, (*FIXED, "masses.u=0", "cuts.E(g).min=5"), "collinear"),
    ("e- e+ > ve ve~ a", 240.0, ("masses.e-=0", "cuts.E(a).min=5"), "a follows a beam"),
    ("p p > w+ j", 13000.0, (), "follows a beam"),
    ("p p > t t~ j", 13000.0, ("cuts.pt(t).min=20",), "becomes soft"),
    ("mu- > e- ve~ vm a", None, (), "a becomes soft"),
]

FINITE = [
    ("e- e+ > e- e+", 91.0, ("cuts.abs_cos_theta.max=0.9",)),
    ("e- e+ > a a", 91.0, ()),  # the electron has a mass
    ("e- e+ > ve ve~ a", 240.0, ("cuts.E(a).min=5",)),
    ("e- e+ > mu- mu+ a", 91.0, ("cuts.E(a).min=1",)),
    ("e- e+ > mu- mu+ mu- mu+", 91.0, ()),
    ("e- e+ > u u~ g", 91.0, (*FIXED, "masses.u=0", "cuts.m.min=5", "cuts.m(u u~).min=5", "cuts.m(u g).min=5",
                              "cuts.m(u~ g).min=5")),
    ("e- e+ > w+ w- z", 500.0, ()),
    ("e- e+ > t t~ g", 500.0, FIXED),  # the top's width is where a softer gluon makes no difference
    ("g g > t t~", 500.0, FIXED),
    ("p p > w+ j", 13000.0, ("cuts.pt(j).min=20",)),
    ("p p > mu+ mu- j", 13000.0, ("cuts.pt(j).min=20", "cuts.m(mu- mu+).min=50")),
]  # fmt: skip


def without_the_cards_cuts(process: str, overrides: tuple[str, ...], sqrt_s: float | None) -> Card:
    """A string may name a shipped card, which has cuts of its own."""
    card = load_card(process, overrides, sqrt_s=sqrt_s)
    own = load_card(process, sqrt_s=sqrt_s).cuts
    given = " ".join(overrides)
    return card.model_copy(
        update={"cuts": {k: v for k, v in card.cuts.items() if k not in own or f"cuts.{k}." in given}}
    )


@pytest.mark.parametrize(("process", "sqrt_s", "overrides", "why"), INFINITE)
def test_an_infinite_rate_is_refused_and_the_cut_proposed_ends_that(
    process: str, sqrt_s: float | None, overrides: tuple[str, ...], why: str
) -> None:
    with pytest.raises(InputError, match="has no finite rate") as told:
        Definition.of(without_the_cards_cuts(process, overrides, sqrt_s))
    assert why in str(told.value)
    assert "\n" not in str(told.value)
    cut = str(told.value).split("--set '")[1].rstrip("'")
    try:
        Definition.of(without_the_cards_cuts(process, (*overrides, cut), sqrt_s))
    except InputError as another:  # other particles may be left, not the same again
        assert "has no finite rate" in str(another)
        assert str(another) != str(told.value)


@pytest.mark.parametrize(("process", "sqrt_s", "overrides"), FINITE)
def test_a_finite_rate_is_not_refused(process: str, sqrt_s: float, overrides: tuple[str, ...]) -> None:
    Definition.of(load_card(process, overrides, sqrt_s=sqrt_s))
