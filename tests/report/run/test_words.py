"""The sentence at the top claims no more than the numbers say."""

from typing import Any

import pytest
from made_run import analysis

from hepsym.report.page.html import plain
from hepsym.report.run.words import followed, found, relevant_indices


def said(changes: dict[str, Any] | None = None, recovered: list[dict[str, Any]] | None = None) -> str:
    made = analysis()
    made["relevant"] |= changes or {}
    if recovered is not None:
        made["recovered"] = recovered
    return plain(found(made, process="e⁻ e⁺ → μ⁻ μ⁺", sqrt_s=91.1876, features=8))


def test_a_clear_finding() -> None:
    assert said() == (
        "Three latent numbers (the same in every training of the plateau) describe the 8 recorded features "
        "of e⁻ e⁺ → μ⁻ μ⁺ at √s = 91.1876 GeV, and from them cos θ(μ⁻), sin φ(μ⁻) and cos φ(μ⁻) can be "
        "read off with R² ≥ 0.996."
    )


def test_an_interval_is_told() -> None:
    assert "(between 2 and 4 over seeds and β)" in said({"low": 2, "high": 4})


def test_one_latent_is_singular() -> None:
    assert said({"value": 1, "low": 1, "high": 1}).startswith("One latent number (the same")


def test_no_plateau_is_no_number() -> None:
    assert said({"value": None}).startswith(
        "How many latent numbers describe the 8 features of e⁻ e⁺ → μ⁻ μ⁺"
    )


def test_nothing_recovered_is_not_claimed() -> None:
    text = said(recovered=[{"observable": "E(mu-)", "r2": 0.5, "error": 0.1}])
    assert text.endswith("; best read off them is E(μ⁻), with R² = 0.50.")
    assert "R²" not in said(recovered=[])


@pytest.mark.parametrize("r2", [0.9999, 0.99050001, 0.99])
def test_the_bound_is_rounded_down(r2: float) -> None:
    text = said(recovered=[{"observable": "a", "r2": r2, "error": 0.0}])
    assert float(text.split("≥ ")[1].rstrip(".")) <= r2


def test_an_unanalysed_run() -> None:
    text = plain(found(None, process="", sqrt_s=None, features=3))
    assert (
        text
        == "A model of 3 features of this table was trained; what its latents mean has not been asked yet."
    )


def test_names_from_a_file_are_escaped() -> None:
    text = found(analysis("<script>"), process="<script>", sqrt_s=1.0, features=8)
    assert "<script>" not in text


def test_relevant_and_followed() -> None:
    assert relevant_indices(analysis()) == [1, 4, 6]
    assert relevant_indices(None) == []
    assert followed(analysis())[1] == ["cos_theta(mu-)", "phi(mu-)", "pt(mu-)"]
    assert followed(None) == {}
