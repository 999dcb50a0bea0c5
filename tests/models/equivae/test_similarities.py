"""Turned, scaled and shifted pictures, and the pose in v: one group, on both sides."""

import numpy as np
import pytest
import torch

from hepsym.errors import InputError
from hepsym.generators.images import draw_glyph
from hepsym.models.equivae import picture_similarities

ACTION = picture_similarities((28, 28, 1))
UNITS = (0.35, 0.15, 1.7)


def drawing(v: np.ndarray) -> np.ndarray:
    """The letter F at the pose that v stands for."""
    return draw_glyph(
        "DejaVuSans", "F", angle=v[0] * UNITS[0], scale=np.exp(v[1] * UNITS[1]),
        shift=(v[2] * UNITS[2], v[3] * UNITS[2]),
    )  # fmt: skip


def test_a_moved_picture_is_the_picture_of_the_moved_pose() -> None:
    """Of drawings at poses about rho(g) v, that of rho(g) v itself is nearest to the picture moved by g."""
    v = torch.tensor([[0.5, -0.6, 0.6, -0.3, 9.0]])
    g = torch.tensor([[0.3, 0.15, 1.2, -0.8]])
    moved = ACTION.apply(torch.tensor(drawing(v[0].numpy()), dtype=torch.float32).reshape(1, -1), g)
    pose = ACTION.represent(v, g)[0].numpy()
    assert pose[4] == 9.0

    def distance(w: np.ndarray) -> float:
        return float(((drawing(w) - moved.reshape(28, 28).numpy()) ** 2).sum())

    best = distance(pose)
    for i in range(4):
        for step in (-0.2, 0.2):  # 4 degrees, 3 %, a third of a pixel
            off = pose + step * np.eye(5)[i]
            assert distance(off) > best, (i, step)
    assert best < 0.1 * distance(v[0].numpy())


def test_rho_is_an_action() -> None:
    """rho(g) rho(h) = rho(gh) with (angle, s, t)_gh = (a_g + a_h, s_g + s_h, e^s_g R_g t_h + t_g)."""
    drawn = torch.Generator().manual_seed(3)
    v = torch.randn((9, 6), generator=drawn, dtype=torch.float64)
    g, h = (ACTION.draw(9, drawn).double() for _ in range(2))
    size = g[:, 1].exp()
    cos, sin = size * torch.cos(g[:, 0]), size * torch.sin(g[:, 0])
    both = torch.stack(
        [
            g[:, 0] + h[:, 0], g[:, 1] + h[:, 1],
            cos * h[:, 2] + sin * h[:, 3] + g[:, 2], cos * h[:, 3] - sin * h[:, 2] + g[:, 3],
        ], -1,
    )  # fmt: skip
    one_by_one = ACTION.represent(ACTION.represent(v, h), g)
    torch.testing.assert_close(one_by_one, ACTION.represent(v, both))
    torch.testing.assert_close(ACTION.represent(v, torch.zeros(9, 4).double()), v)


def test_what_is_not_square_moves_alike() -> None:
    """A blob at (right, down) of the middle of a wide picture goes where g says."""
    action = picture_similarities((20, 40, 1))
    rows, columns = np.mgrid[:20, :40] + 0.5

    def blob(right: float, down: float) -> np.ndarray:
        return np.exp(-((columns - 20 - right) ** 2 + (rows - 10 - down) ** 2) / 4)

    angle, log_scale = 0.4, 0.1
    moved = action.apply(
        torch.tensor(blob(6.0, 2.0), dtype=torch.float32).reshape(1, -1),
        torch.tensor([[angle, log_scale, 1.0, -0.5]]),
    )
    cos, sin = np.exp(log_scale) * np.cos(angle), np.exp(log_scale) * np.sin(angle)
    picture = moved.reshape(20, 40).numpy()
    at = (picture * (columns - 20)).sum() / picture.sum(), (picture * (rows - 10)).sum() / picture.sum()
    np.testing.assert_allclose(at, (cos * 6 + sin * 2 + 1.0, cos * 2 - sin * 6 - 0.5), atol=0.05)


def test_a_pose_needs_four_dimensions() -> None:
    with pytest.raises(InputError, match="v has 3 dimensions, a pose needs 4"):
        ACTION.represent(torch.zeros(1, 3), torch.zeros(1, 4))
