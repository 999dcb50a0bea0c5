"""The latent space: in colours that both looks can show, left out where it cannot be drawn."""

import numpy as np
import pytest

from hepsym.report.page.labels import Written
from hepsym.report.run.cloud import Cloud, read_cloud
from hepsym.report.run.sections import latent_space


def sphere(n: int = 200) -> Cloud:
    z = np.random.default_rng(1).normal(size=(n, 3))
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    phi = np.arctan2(z[:, 1], z[:, 0])
    return Cloud(z, {"cos_theta(mu-)": z[:, 2], "phi(mu-)": phi})


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("colours", [latent_space._along(), latent_space._around()])
def test_colours_are_seen_on_white_and_on_dark(colours: list[str]) -> None:
    """Contrast of at least 2 with either page, for marks of some hundred that stand together."""
    for light in map(luminance, colours):
        assert 1.05 / (light + 0.05) > 2
        assert (light + 0.05) / (luminance("#141b24") + 0.05) > 2


def test_the_circle_of_colours_is_closed_and_even() -> None:
    colours = np.array(
        [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in latent_space._around()], dtype=float
    )
    steps = np.linalg.norm(np.roll(colours, -1, axis=0) - colours, axis=1)
    assert steps.max() < 4 * np.median(steps)


def test_grey_of_lab_is_grey() -> None:
    grey = latent_space._srgb(np.array([100.0, 53.585]), np.zeros(2), np.zeros(2))
    assert grey[0] == pytest.approx([1, 1, 1], abs=2e-3)
    assert grey[1] == pytest.approx([128 / 255] * 3, abs=2e-3)


def test_section_has_a_figure_a_pair_and_observable() -> None:
    found = latent_space.section(sphere(), [2, 0, 1], {"phi(mu-)": Written(r"\phi", "rad", 2 * np.pi)})
    assert found is not None
    assert found.body.count("<figure") == 6


def test_it_is_left_out_where_there_is_no_plane(tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert latent_space.section(None, [0, 1], {}) is None
    assert latent_space.section(sphere(), [0], {}) is None
    assert read_cloud(tmp_path, ["a"]) is None
