"""The Lie algebra closes as so(3,1), exp and log invert one another, and the covering is a homomorphism."""

import lorentz_oracle as oracle
import mpmath as mp
import numpy as np
import pytest

import hepsym.lorentz as lz
from hepsym.errors import InputError
from hepsym.lorentz import group

REPRESENTATIONS = ["vector", "right", "left"]
EPSILON = np.zeros((3, 3, 3))
for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
    EPSILON[i, j, k], EPSILON[j, i, k] = 1, -1
METRIC = np.diag([1.0, -1, -1, -1])


def parameters(seed: int, n: int, rapidity: float = 2.0) -> np.ndarray:
    """Rotation angles below pi, rapidities to a bound; some tiny, some pure boosts or rotations."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6))
    x[:, :3] *= (rng.uniform(0, 3.1, n) / np.linalg.norm(x[:, :3], axis=1))[:, None]
    x[:, 3:] *= (rng.uniform(0, rapidity, n) / np.linalg.norm(x[:, 3:], axis=1))[:, None]
    x[::3] *= 10.0 ** rng.uniform(-12, 0, size=(len(x[::3]), 1))
    x[::5, :3] = 0
    x[1::5, 3:] = 0
    return x


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_the_algebra_is_so_3_1(name: str) -> None:
    g = group.generators(name)
    rotations, boosts = g[:3], g[3:]
    for a in range(3):
        for b in range(3):
            sum_j = np.einsum("k,kxy->xy", EPSILON[a, b], rotations)
            sum_k = np.einsum("k,kxy->xy", EPSILON[a, b], boosts)
            assert np.array_equal(group.commutator(rotations[a], rotations[b]), sum_j)
            assert np.array_equal(group.commutator(rotations[a], boosts[b]), sum_k)
            assert np.array_equal(group.commutator(boosts[a], boosts[b]), -sum_j)
    f = group.structure_constants(g)
    assert np.allclose(f[:3, :3, :3], EPSILON, atol=1e-14)
    assert np.allclose(group.killing_form(g), np.diag([-4, -4, -4, 4, 4, 4]), atol=1e-13)


def test_structure_constants_refuse_what_is_no_algebra() -> None:
    g = group.generators()
    with pytest.raises(InputError, match="they are no Lie algebra"):
        group.structure_constants(g[[0, 4]])
    with pytest.raises(InputError, match="linearly dependent"):
        group.structure_constants(g[[0, 0, 1]])


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_exp_is_the_matrix_exponential(name: str) -> None:
    """Against mpmath's series, with the stated error."""
    g = group.generators(name)
    xs = np.concatenate(
        [parameters(1, 40, 6.0), [[0.0] * 6], [[1.0, 0, 0, 0, 1.0, 0]], [[0, 0, 3.0, 0, 0, 9.0]]]
    )
    for x in xs:
        want = mp.expm(mp.matrix(np.einsum("a,aij->ij", x, g).tolist()))
        rapidity = np.linalg.norm(x[3:])
        size = np.exp(rapidity if name == "vector" else rapidity / 2)
        got = group.exp(x, name)
        n = len(got)
        off = max(abs(mp.mpmathify(complex(got[a, b])) - want[a, b]) for a in range(n) for b in range(n))
        assert off <= 1e-15 * (1 + np.abs(x).sum()) * size, x


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_log_undoes_exp(name: str) -> None:
    x = parameters(2, 300)
    made = group.exp(x, name)
    back = group.log(made, name)
    assert np.abs(back - x).max() < 1e-13
    size = np.abs(made).max((-2, -1)) ** 2 * (1 + np.abs(x).sum(-1))
    assert (np.abs(group.exp(back, name) - made).max((-2, -1)) <= 2e-15 * size).all()


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_log_where_it_is_awkward(name: str) -> None:
    """The unit, half turns (where a trace vanishes), with boosts too, null rotations, high boosts."""
    half = np.pi * np.array([0.6, 0.0, 0.8])
    cases = [
        np.zeros(6),
        [np.pi, 0, 0, 0, 0, 0],
        [*half, 0, 0, 0],
        [*half, *(half / 3)],
        [*half, 0.3, 1.0, -0.2],
        [1.0, 0, 0, 0, 1.0, 0],
        [0, 0, 0, 0, 0, 12.0],
        [1e-9, 0, 0, 0, 1e-9, 1e-9],
    ]
    for x in map(np.array, cases):
        made = group.exp(x, name)
        size = np.abs(made).max() ** 2 * (1 + np.abs(x).sum())
        assert np.abs(group.exp(group.log(made, name), name) - made).max() <= 2e-15 * size, x


def test_log_of_spinors_beyond_a_half_turn() -> None:
    for x in ([0, 0, 5.0, 0, 0, 0], [4.0, 1.0, 0, 0.5, 0, 0]):
        for name in ("right", "left"):
            assert np.allclose(group.log(group.exp(x, name), name), x, atol=1e-14)
    assert np.allclose(group.log(-np.eye(2), "right"), [0, 0, 2 * np.pi, 0, 0, 0])


def test_covering_is_a_homomorphism_onto_the_group() -> None:
    x, y = parameters(3, 100), parameters(4, 100)
    s, t = group.exp(x, "right"), group.exp(y, "right")
    a, b = group.covering(s), group.covering(t)
    assert np.allclose(group.covering(s @ t), a @ b, rtol=0, atol=1e-12)
    assert np.array_equal(group.covering(-s), a)
    assert group.is_lorentz(a).all()
    back = group.preimage(a)
    size = np.abs(a).max((1, 2))[:, None, None]
    assert (np.abs(group.covering(back) - a) <= 16 * oracle.EPS * size**2).all()
    assert (np.trace(back, axis1=1, axis2=2).real >= 0).all()
    assert np.minimum(np.abs(back - s).max((1, 2)), np.abs(back + s).max((1, 2))).max() < 1e-12


def test_spinors_move_momenta_as_matrices_do() -> None:
    """X -> S X S^dagger on X = E + p.sigma is the vector representation; left-handed on E - p.sigma."""
    x = parameters(5, 50)
    p = lz.from_mass(np.random.default_rng(6).normal(size=(50, 3)), 1.0)
    moved = np.einsum("nij,nj->ni", group.exp(x), p)
    for name, sign in (("right", 1.0), ("left", -1.0)):
        s = group.exp(x, name)
        mirrored = p * [1, sign, sign, sign]
        hermitian = np.einsum("nm,mab->nab", mirrored, group.SIGMA)
        image = s @ hermitian @ np.conj(np.swapaxes(s, 1, 2))
        read = 0.5 * np.einsum("mab,nba->nm", group.SIGMA, image).real * [1, sign, sign, sign]
        assert np.allclose(read, moved, rtol=1e-12, atol=1e-12)


def test_matrices_are_what_the_array_functions_do() -> None:
    rng = np.random.default_rng(7)
    p, q = lz.from_mass(rng.normal(size=(40, 3)), 0.5), lz.from_mass(rng.normal(size=(40, 3)), 2.0)
    boosted = np.einsum("nij,nj->ni", group.boost_matrix(q, 2.0), p)
    assert np.allclose(boosted, lz.boost_from_rest(p, q, 2.0), rtol=1e-13, atol=1e-13)
    zeta = np.arcsinh(lz.momentum(q) / 2)[:, None] * q[:, 1:] / lz.momentum(q)[:, None]
    assert np.allclose(
        group.exp(np.concatenate([0 * zeta, zeta], -1)), group.boost_matrix(q), rtol=1e-13, atol=1e-13
    )
    axis, angle = rng.normal(size=(40, 3)), rng.normal(size=40) * 3
    turned = np.einsum("nij,nj->ni", group.rotation_matrix(axis, angle), p)
    assert np.allclose(turned, lz.rotate(p, axis, angle), rtol=1e-13, atol=1e-13)


def exact_wigner(parameters: np.ndarray, p: np.ndarray) -> mp.matrix:
    """L(Lambda p)^-1 Lambda L(p) in 60 digits, by the formula; Lambda too, whose rounding it magnifies."""

    def boost(u: list[mp.mpf]) -> mp.matrix:
        made = mp.matrix(4, 4)
        for a in range(4):
            for b in range(4):
                if a and b:
                    made[a, b] = (a == b) + u[a] * u[b] / (1 + u[0])
                else:
                    made[a, b] = u[a + b]
        return made

    k = oracle.exact(p)
    m = oracle.mass(k)
    u = [x / m for x in k]
    a = mp.expm(mp.matrix(np.einsum("a,aij->ij", parameters, group.generators()).tolist()))
    moved = list(a * mp.matrix(u))
    inverse = boost([moved[0], *(-x for x in moved[1:])])
    return inverse * a * boost(u)


def test_wigner_rotation() -> None:
    x = parameters(8, 40, 3.0)
    transformations = group.exp(x)
    p = lz.from_mass(
        np.random.default_rng(8).normal(size=(40, 3)) * 10.0 ** np.linspace(-8, 3, 40)[:, None], 1.0
    )
    got = group.wigner_rotation(transformations, p)
    assert np.allclose(got @ np.swapaxes(got, 1, 2), np.eye(3), rtol=0, atol=8 * oracle.EPS)
    assert np.allclose(np.linalg.det(got), 1.0)
    for x_, a, k, w in zip(x, transformations, p, got, strict=True):
        want = exact_wigner(x_, k)
        off = max(abs(mp.mpf(w[i, j]) - want[i + 1, j + 1]) for i in range(3) for j in range(3))
        assert off <= 16 * oracle.EPS * np.abs(a).max()
    # a rotation is its own Wigner rotation, a boost along p has none
    r = group.rotation_matrix([1, 2, 3], 1.0)
    assert np.allclose(group.wigner_rotation(r, p), r[1:, 1:], atol=1e-14)
    along = group.boost_matrix([5.0, 0, 0, 3.0])
    assert np.allclose(group.wigner_rotation(along, [2.0, 0, 0, 1.0]), np.eye(3), atol=1e-15)
    assert np.allclose(group.wigner_rotation(group.preimage(r), p), r[1:, 1:], atol=1e-14)


def test_thomas_precession() -> None:
    """Two perpendicular boosts of rapidities a, b turn by tan(angle/2) = tanh(a/2) tanh(b/2)."""
    a, b = 1.3, 0.7
    boost = group.exp([0, 0, 0, a, 0, 0])
    p = np.array([np.cosh(b), 0.0, np.sinh(b), 0.0])
    w = group.wigner_rotation(boost, p, 1.0)
    angle = 2 * np.arctan(np.tanh(a / 2) * np.tanh(b / 2))
    assert abs(w[0, 0] - np.cos(angle)) < 1e-15
    assert abs(abs(w[0, 1]) - np.sin(angle)) < 1e-15
    assert abs(w[2, 2] - 1) < 1e-15


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: group.generators("tensor"),
            "representation 'tensor' is unknown: give one of vector, right, left",
        ),
        (lambda: group.exp([1.0, 2.0]), r"parameters must have shape \(\.\.\., 6\)"),
        (lambda: group.log(np.eye(3)), r"transformation must have shape \(\.\.\., 4, 4\)"),
        (lambda: group.log(2 * np.eye(4)), "no proper orthochronous"),
        (lambda: group.log(METRIC), "no proper orthochronous"),
        (lambda: group.log(-np.eye(4)), "no proper orthochronous"),
        (lambda: group.log(2 * np.eye(2), "right"), "determinant 1"),
        (lambda: group.covering(2 * np.eye(2)), "determinant 1; it is off by"),
        (lambda: group.covering(np.eye(4)), r"spinor must have shape \(\.\.\., 2, 2\)"),
        (lambda: group.boost_matrix([1.0, 0, 0, 1.0]), "p has mass 0 GeV"),
        (lambda: group.boost_matrix([1.0, 0, 0]), r"p must have shape"),
        (lambda: group.rotation_matrix([0, 0, 0], 1.0), "axis has length 0"),
        (lambda: group.rotation_matrix([0, 1], 1.0), r"axis must have shape"),
        (lambda: group.random_boosts(1, 5, max_rapidity=99), "max_rapidity = 99 is out of range"),
        (lambda: group.random_rotations(-1, 5), "seed = -1 is out of range"),
        (lambda: group.random_rotations(1, -5), "n = -5"),
        (lambda: group.random_rotations(1, 5, stream=-1), "stream = -1 is out of range"),
    ],
)
def test_bad_input_is_one_clear_line(call, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()
