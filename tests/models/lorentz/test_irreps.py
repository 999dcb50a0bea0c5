"""Irreps of the Lorentz group by their defining identities; Clebsch-Gordan products that commute with it."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from hepsym.errors import InputError
from hepsym.lorentz.group import covering, random_transformations
from hepsym.lorentz.group.spinors import preimage
from hepsym.models.lorentz.irreps import (
    clebsch_gordan,
    from_four_vector,
    irrep_products,
    representation,
    squared_coefficient,
    to_four_vector,
)
from hepsym.models.lorentz.products import product

SPINS = range(6)


def elements(n: int, seed: int = 1) -> np.ndarray:
    """(n, 2, 2) of SL(2, C)."""
    return np.asarray(preimage(random_transformations(seed, n, max_rapidity=1.0)))


def moved(g: np.ndarray, u: torch.Tensor, irrep: tuple[int, int]) -> torch.Tensor:
    dual = np.linalg.inv(g.conj().swapaxes(-1, -2))
    left, right = (
        torch.from_numpy(representation(g, irrep[0])),
        torch.from_numpy(representation(dual, irrep[1])),
    )
    return torch.einsum("nab,nkbc,ndc->nkad", left, u, right)


def random_irrep(n: int, channels: int, irrep: tuple[int, int], seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, channels, irrep[0] + 1, irrep[1] + 1, generator=generator, dtype=torch.complex128)


@pytest.mark.parametrize("j", SPINS)
def test_representations_multiply_as_the_group_does(j: int) -> None:
    g, h = elements(8, 1), elements(8, 2)
    np.testing.assert_allclose(
        representation(g @ h, j), representation(g, j) @ representation(h, j), rtol=1e-11, atol=1e-11
    )
    np.testing.assert_allclose(representation(np.eye(2), j), np.eye(j + 1))


@pytest.mark.parametrize("j", SPINS)
@pytest.mark.parametrize("k", SPINS)
def test_coefficients_are_orthogonal_exactly(j: int, k: int) -> None:
    """Unit norms in fractions, and orthogonality of all to 4 eps."""
    totals = range(abs(j - k), j + k + 1, 2)
    for total in totals:
        for at in range(-total, total + 1, 2):
            squares = [abs(squared_coefficient(j, k, total, m, at - m)) for m in range(-j, j + 1, 2)]
            assert sum(squares) == Fraction(1)
    whole = np.concatenate(
        [clebsch_gordan(j, k, total).reshape((j + 1) * (k + 1), -1) for total in totals], axis=1
    )
    np.testing.assert_allclose(whole @ whole.T, np.eye(len(whole)), atol=4 * 2.0**-52)


def test_coefficients_against_sympy() -> None:
    cg = pytest.importorskip("sympy.physics.quantum.cg")
    sympy = pytest.importorskip("sympy")
    for j, m, k, n, total in (
        (1, 1, 1, -1, 0),
        (2, 0, 2, 2, 2),
        (3, -1, 2, 2, 3),
        (4, 2, 3, -1, 5),
        (2, 2, 2, -2, 4),
    ):
        half = [sympy.Rational(x, 2) for x in (j, m, k, n, total, m + n)]
        wanted = cg.CG(*half).doit()
        assert sympy.simplify(wanted**2 * sympy.sign(wanted)) == sympy.Rational(
            str(squared_coefficient(j, k, total, m, n))
        )


def test_the_vector_is_one_half_one_half() -> None:
    """Moved by D^1(g) u D^1(g^-dagger)^T it is the vector that Lambda(g) moves; there and back is exact."""
    g = elements(20)
    v = torch.randn(20, 3, 4, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    there = moved(g, from_four_vector(v), (1, 1))
    wanted = torch.einsum("nab,nkb->nka", torch.from_numpy(np.asarray(covering(g))), v)
    torch.testing.assert_close(to_four_vector(there), wanted.to(torch.complex128), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(to_four_vector(from_four_vector(v)).real, v, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("first", [(1, 1), (2, 0), (0, 2), (2, 2), (1, 0), (3, 1)])
def test_products_commute_with_the_group(first: tuple[int, int]) -> None:
    g = elements(6, 5)
    u, v = random_irrep(6, 2, first, 1), random_irrep(6, 2, (1, 1), 2)
    plain = irrep_products({first: u}, {(1, 1): v}, highest=4)
    there = irrep_products({first: moved(g, u, first)}, {(1, 1): moved(g, v, (1, 1))}, highest=4)
    size = sum(p.shape[1] * p.shape[2] * p.shape[3] for p in plain.values())
    assert size == 2 * (first[0] + 1) * (first[1] + 1) * 4  # nothing is lost in the decomposition
    for irrep, wanted in plain.items():
        torch.testing.assert_close(there[irrep], moved(g, wanted, irrep), rtol=1e-11, atol=1e-11)


def test_two_vectors_make_their_product_a_field_strength_and_a_symmetric_tensor() -> None:
    v, w = (
        torch.randn(5, 1, 4, generator=torch.Generator().manual_seed(s), dtype=torch.float64) for s in (7, 8)
    )
    made = irrep_products({(1, 1): from_four_vector(v)}, {(1, 1): from_four_vector(w)})
    assert sorted(made) == [(0, 0), (0, 2), (2, 0), (2, 2)]
    ratio = made[0, 0][:, 0, 0, 0] / product(v, w)[:, 0]
    torch.testing.assert_close(ratio, ratio[:1].expand(5))
    assert abs(abs(complex(ratio[0])) - 0.5) < 1e-14
    own = irrep_products({(1, 1): from_four_vector(v)}, {(1, 1): from_four_vector(v)})
    assert (
        max(float(own[2, 0].abs().max()), float(own[0, 2].abs().max())) < 1e-15
    )  # antisymmetric: none of v with itself
    only = irrep_products({(1, 1): from_four_vector(v)}, {(1, 1): from_four_vector(w)}, highest=1)
    assert sorted(only) == [(0, 0)]


def test_other_channels_are_refused() -> None:
    with pytest.raises(InputError, match="channel by channel"):
        irrep_products({(1, 1): random_irrep(2, 1, (1, 1), 1)}, {(1, 1): random_irrep(2, 3, (1, 1), 1)})
