"""Names as physicists write them, numbers as they should be quoted."""

import pytest

from hepsym.report.page.labels import (
    axis_label,
    compact,
    named,
    pretty,
    process,
    r_squared,
    scientific,
    value_error,
)
from hepsym.report.page.style import look


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cos_theta(mu-)", "cos θ(μ⁻)"),
        ("sin phi(mu-)", "sin φ(μ⁻)"),
        ("m(mu- mu+)", "m(μ⁻ μ⁺)"),
        ("pt(g#3)", "p_T(g#3)"),
        ("mu-.px", "p_x(μ⁻)"),
        ("delta_r(u u~)", "ΔR(u ū)"),
        ("cos_theta_star", "cos θ*"),
        ("any_column", "any_column"),
        ("<b>", "<b>"),
        ("x" * 100, "x" * 47 + "…"),
    ],
)
def test_pretty(name: str, shown: str) -> None:
    assert pretty(name) == shown


def test_named_is_safe_html_with_subscripts() -> None:
    assert named("pt(mu-)") == "p<sub>T</sub>(μ⁻)"
    assert named("<i>_T") == "&lt;i&gt;_T"


def test_process_string() -> None:
    assert process("e- e+ > mu- mu+") == "e⁻ e⁺ → μ⁻ μ⁺"


def test_axis_label_takes_latex_only_where_it_parses() -> None:
    with look():
        assert axis_label("pt(mu-)", r"p_T(\mu^{-})", "GeV") == r"$p_T(\mu^{-})$ [GeV]"
        assert axis_label("pt(mu-)", r"\nonsense{", "GeV") == r"$p_{\mathrm{T}}$(μ⁻) [GeV]"
        assert axis_label("a$b") == r"a\$b"
        assert axis_label("a", "x$y$") == "a"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1_000_000, "1\u202f000\u202f000"),
        (0.5, "0.5"),
        (45.6, "45.6"),
        (123456.7, "123457"),
        (1e-5, "1.000 × 10⁻⁵"),
        (float("nan"), "not finite"),
        (float("inf"), "not finite"),
        (-3, "-3"),
    ],
)
def test_compact(value: float, shown: str) -> None:
    assert compact(value) == shown


@pytest.mark.parametrize(
    ("r2", "shown"), [(0.99996, "0.9999"), (1.0, "1.0000"), (-0.01234, "-0.0123"), (0.5, "0.5000")]
)
def test_r_squared_is_never_rounded_up_to_one(r2: float, shown: str) -> None:
    assert r_squared(r2) == shown


def test_scientific() -> None:
    assert scientific(1.234e-12) == "1.23 × 10⁻¹²"


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (2099.2457, 0.1234, "2099.25 ± 0.12 pb"),
        (0.99812, 0.00041, "0.99812 ± 0.00041 pb"),
        (2099.2457, None, "2099.2 pb"),
        (2005.93877, 1.7e-12, "2005.9388 ± 2 × 10⁻¹² pb"),
        (2099.2457, 0.0, "2099.2 pb"),
        (5.0, 120.0, "5 ± 1.2e+02 pb"),
        (1.0, float("nan"), "1 pb"),
    ],
)
def test_value_with_error(value: float, error: float | None, shown: str) -> None:
    assert value_error(value, error, "pb") == shown
