"""How is an x read? Encoder bodies for vectors, pictures, point clouds and jets: x (n, D) -> (n, width)."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from hepsym.models.equivae.networks.momenta import MomentaBody

__all__ = ["Cloud", "Front", "Picture", "body", "perceptron"]


def perceptron(sizes: list[int]) -> nn.Sequential:
    """Linear layers with ReLU between them; two sizes are one linear map."""
    layers: list[nn.Module] = []
    for wide, narrow in pairwise(sizes):
        layers += [nn.Linear(wide, narrow), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Front(nn.Linear):
    """A linear map of the first features: of a jet the others are vectors, which change with the frame."""

    def forward(self, features: Tensor) -> Tensor:
        """(..., >= in_features) to (..., out_features)."""
        mapped: Tensor = super().forward(features[..., : self.in_features])
        return mapped


class Picture(nn.Module):
    """Two convolutions and one dense layer; x (n, h * w * channels), channels last.

    Strides are 2 and 2, or 1 and 2 where a side is below 16: small pictures have no detail to spare.
    """

    def __init__(self, shape: tuple[int, int, int], width: int, filters: int = 16) -> None:
        super().__init__()
        self.shape = shape
        h, w, channels = shape
        first = 1 if min(h, w) < 16 else 2
        self.first = nn.Conv2d(channels, filters, 5, stride=first, padding=2)
        self.second = nn.Conv2d(filters, 2 * filters, 3, stride=2, padding=1)
        step = 2 * first
        cells = ((h + step - 1) // step) * ((w + step - 1) // step)
        self.dense = nn.Linear(2 * filters * cells, width)

    def forward(self, x: Tensor) -> Tensor:
        """(n, D) to (n, width)."""
        picture = x.reshape(-1, *self.shape).movedim(-1, -3)
        hidden = torch.relu(self.second(torch.relu(self.first(picture))))
        return torch.relu(self.dense(hidden.flatten(1)))


class Cloud(nn.Module):
    """A set of points, whatever their order: mean and maximum over points of one map, then another.

    x (n, points * features); a point whose features are all 0 is padding and changes nothing.
    """

    def __init__(self, shape: tuple[int, int], width: int) -> None:
        super().__init__()
        self.shape = shape
        self.point = perceptron([shape[1], width // 2, width // 2])
        self.whole = perceptron([width + 1, width, width])

    def forward(self, x: Tensor) -> Tensor:
        """(n, D) to (n, width)."""
        points = x.reshape(-1, *self.shape)
        there = (points != 0).any(-1, keepdim=True)
        count = there.sum(-2).clamp(min=1)
        mapped = torch.relu(self.point(points))  # >= 0, so 0 is neutral for the maximum too
        mapped = mapped * there
        pooled = torch.cat([mapped.sum(-2) / count, mapped.amax(-2), count / self.shape[0]], -1)
        return torch.relu(self.whole(pooled))


def body(kind: str, shape: tuple[int, ...], width: int, depth: int) -> tuple[nn.Module, int]:
    """The body for x of that kind and shape, and how many invariant features it gives (a jet's come first).

    shape: (D,) of a vector, (h, w, channels) of a picture, (points, features) of a cloud or of momenta.
    depth 0 reads vectors as they are.
    """
    if kind == "image":
        return Picture((shape[0], shape[1], shape[2]), width), width
    if kind == "momenta":
        return MomentaBody((shape[0], shape[1]), width), width
    if kind == "cloud":
        return Cloud((shape[0], shape[1]), width), width
    if depth == 0:
        return nn.Identity(), shape[0]
    return nn.Sequential(perceptron([shape[0]] + [width] * depth), nn.ReLU()), width
