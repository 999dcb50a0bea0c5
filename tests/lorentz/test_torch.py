"""The torch twin has the face of hepsym.lorentz, its values, and gradients that are right and finite."""

import inspect

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import hepsym.lorentz as lz  # noqa: E402
import hepsym.lorentz.torch as lt  # noqa: E402
from hepsym.errors import InputError  # noqa: E402

torch.set_num_threads(1)
N = 200
RNG = np.random.default_rng(3)
P = lz.from_mass(RNG.normal(size=(N, 3)) * 5, RNG.uniform(0.5, 2, N))
Q = lz.from_mass(RNG.normal(size=(N, 3)) * 2, RNG.uniform(0.5, 2, N))
R = lz.from_mass(RNG.normal(size=(N, 3)) * 3, 0.1)
M = np.broadcast_to(lz.mass(Q), (N,)).copy()
VELOCITY = RNG.normal(size=(N, 3)) * 0.3 / np.sqrt(3)
AXIS = RNG.normal(size=(N, 3))
ANGLE = RNG.normal(size=N)

CALLS: dict[str, tuple[np.ndarray, ...]] = {
    "boost": (P, VELOCITY),
    "boost_from_rest": (P, Q, M),
    "boost_to_rest": (P, Q, M),
    "boost_z": (P, ANGLE),
    "breakup_momentum": (10 + M, M, np.abs(ANGLE)),
    "collins_soper": (P, Q),
    "cos_theta": (P,),
    "cos_theta_star": (P, Q, M),
    "delta_eta": (P, Q),
    "delta_phi": (P, Q),
    "delta_r": (P, Q),
    "dot": (P, Q),
    "energy_from_mass": (np.abs(ANGLE), M),
    "from_mass": (AXIS, M),
    "from_pt_eta_phi_mass": (M, ANGLE, AXIS[:, 0], M),
    "invariant_mass": (P, Q, R),
    "kallen": (100 + M, M, np.abs(ANGLE)),
    "mandelstam": (P, Q, R, P + Q - R),
    "mass": (P,),
    "mass_squared": (P,),
    "momentum": (P,),
    "momentum_from_mass": (5 + M, M),
    "opening_angle": (P, Q),
    "phi": (P,),
    "pseudorapidity": (P,),
    "pt": (P,),
    "rapidity": (P,),
    "rotate": (P, AXIS, ANGLE),
    "rotate_z_to": (P, Q),
    "transverse_mass": (P,),
    "transverse_mass_of_pair": (P, Q),
}


def tensors(arguments: tuple[np.ndarray, ...], rows: slice = slice(None), **options) -> list:
    return [torch.tensor(a[rows], **options) for a in arguments]


def as_tuple(result):
    return result if isinstance(result, tuple) else (result,)


def test_names_and_signatures_are_those_of_the_arrays() -> None:
    assert lt.__all__ == lz.__all__
    assert sorted(CALLS) == lz.__all__
    for name in lz.__all__:
        ours = [p for p in inspect.signature(getattr(lz, name)).parameters.values() if p.name != "out"]
        theirs = list(inspect.signature(getattr(lt, name)).parameters.values())
        assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs], (
            name
        )


@pytest.mark.parametrize("name", CALLS)
def test_values(name: str) -> None:
    want = as_tuple(getattr(lz, name)(*CALLS[name]))
    for dtype, tolerance in ((torch.float64, 1e-12), (torch.float32, 3e-3)):
        got = as_tuple(getattr(lt, name)(*tensors(CALLS[name], dtype=dtype)))
        for w, g in zip(want, got, strict=True):
            assert g.dtype == dtype
            # float32 loses eps (E/m)^2 of a mass, and of what is divided by it
            assert np.allclose(g.numpy(), w, rtol=tolerance, atol=tolerance * max(1.0, np.abs(w).max()))


def test_options_and_broadcasting() -> None:
    p, q = tensors((P, Q))
    for name in ("boost_from_rest", "boost_to_rest", "cos_theta_star", "rapidity"):
        arguments = (P,) if name == "rapidity" else (P, Q)
        got = getattr(lt, name)(*tensors(arguments), 0.7 if name == "rapidity" else None)
        want = getattr(lz, name)(*arguments, 0.7 if name == "rapidity" else None)
        assert np.allclose(got.numpy(), want, rtol=1e-9, atol=1e-9)
    for got, want in zip(
        lt.collins_soper(p, q, follow_pair=True), lz.collins_soper(P, Q, follow_pair=True), strict=True
    ):
        assert np.allclose(got.numpy(), want, rtol=1e-9, atol=1e-9)
    got = lt.invariant_mass(p, q, masses=[torch.tensor(lz.mass(P)), 2.0])
    assert np.allclose(got.numpy(), lz.invariant_mass(P, Q, masses=[lz.mass(P), 2.0]), rtol=1e-12)
    with pytest.raises(InputError, match="a mass for each leg"):
        lt.invariant_mass(p, q, masses=[0.1])
    assert lt.delta_r(p[:5, None], q[None, :7]).shape == (5, 7)
    assert lt.boost_from_rest(p[:5, None], q[None, :7]).shape == (5, 7, 4)
    assert np.allclose(lt.rotate(p, q[0, 1:], 0.3).numpy(), lz.rotate(P, Q[0, 1:], 0.3))
    assert np.allclose(lt.boost_z(p, 0.3).numpy(), lz.boost_z(P, 0.3))
    assert np.allclose(lt.from_mass(p[:, 1:], 0.0)[:, 0].numpy(), lz.momentum(P))


@pytest.mark.parametrize("name", CALLS)
def test_gradients(name: str) -> None:
    """Against finite differences, at five points of each function."""
    inputs = tensors(CALLS[name], slice(5), requires_grad=True)
    assert torch.autograd.gradcheck(getattr(lt, name), inputs, atol=1e-6, rtol=1e-5)


ALONG = np.array(
    [[5.0, 0, 0, 3.0], [5.0, 0, 0, -3.0], [5.0, 3, 0, 0], [5.0, 0, -3, 0], [2.0, 0, 0, 0], [3.0, 0, 0, 3.0]]
)
PARENTS = np.where(np.arange(6)[:, None] == 5, [4.0, 0, 0, 0], ALONG)  # the lightlike one has no rest frame


def awkward(name: str) -> list:
    """Arguments of a function at rest, along each axis, lightlike, with itself, at threshold, not boosted."""
    made = []
    for i, a in enumerate(CALLS[name]):
        if a.shape[-1:] == (4,):
            of_parent = i == 1 and name in ("boost_from_rest", "boost_to_rest", "cos_theta_star")
            # back to back: a pair at rest, of which Q_T = 0
            value = (
                PARENTS if of_parent else ALONG * ([1, -1, -1, -1] if i and name == "collins_soper" else 1)
            )
        elif a.ndim == 2:
            value = np.eye(3)[[0, 1, 2] * 2] if name == "rotate" else np.zeros((6, 3))
        elif name in ("boost_from_rest", "boost_to_rest", "cos_theta_star"):
            value = lz.mass(PARENTS)
        elif name == "breakup_momentum":
            value = np.full(6, 1.0 if i else 2.0)
        else:
            value = np.zeros(6)
        made.append(torch.tensor(value, dtype=torch.float64, requires_grad=True))
    return made


@pytest.mark.parametrize("name", CALLS)
def test_gradients_are_finite_at_awkward_points(name: str) -> None:
    """No nan reaches the gradient of any argument, also where the value itself is infinite."""
    arguments = awkward(name)
    results = as_tuple(getattr(lt, name)(*arguments))
    assert not any(torch.isnan(r).any() for r in results)
    sum(torch.where(torch.isfinite(r), r, 0.0).sum() for r in results).backward()
    for a in arguments:
        assert a.grad is None or torch.isfinite(a.grad).all(), (a, a.grad)


def test_gradients_that_exist_where_it_is_awkward() -> None:
    """The derivative of y at z = 0 is 1/E, of Delta phi at 0 is 1/pt, of a boost at rest the generator."""
    p = torch.tensor([2.0, 1.0, 0.0, 0.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.grad(lt.rapidity(p), p)[0][3] == 0.5
    assert torch.autograd.grad(lt.pseudorapidity(p), p)[0][3] == 1.0
    assert torch.autograd.grad(lt.delta_phi(p, p.detach()), p)[0][2] == 1.0
    v = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    jacobian = torch.autograd.functional.jacobian(lambda u: lt.boost(p.detach(), u), v)
    assert torch.equal(jacobian[1:], 2.0 * torch.eye(3, dtype=torch.float64))
    # turning +z to a direction next to +z: the generator of that rotation
    up = torch.tensor([1.0, 0, 0, 1.0], dtype=torch.float64)
    q = torch.tensor([1.0, 0, 0, 1.0], dtype=torch.float64, requires_grad=True)
    assert torch.equal(
        torch.autograd.functional.jacobian(lambda k: lt.rotate_z_to(up, k), q)[1:3, 1:3],
        torch.eye(2, dtype=torch.float64),
    )


def test_awkward_values_are_those_of_the_arrays() -> None:
    points = np.concatenate([ALONG, [[0.0, 0, 0, 0], [3.0, 0, 0, 5.0]]])
    t = torch.tensor(points)
    for name in (
        "mass",
        "pt",
        "phi",
        "cos_theta",
        "pseudorapidity",
        "rapidity",
        "transverse_mass",
        "momentum",
    ):
        got, want = getattr(lt, name)(t).numpy(), getattr(lz, name)(points)
        assert np.allclose(got, want, rtol=1e-15, equal_nan=True), name
    for name in ("delta_eta", "delta_phi", "delta_r", "opening_angle", "rotate_z_to"):
        got = getattr(lt, name)(t[:, None], t[None, :]).numpy()
        want = getattr(lz, name)(points[:, None], points[None, :])
        if name == "delta_phi":
            got, want = np.abs(got), np.abs(want)  # pi or -pi
        assert np.allclose(got, want, rtol=1e-15, atol=1e-15), name


def test_bad_shapes() -> None:
    with pytest.raises(InputError, match="E, x, y, z; it has shape"):
        lt.mass(torch.ones(3))
    with pytest.raises(InputError, match=r"\(\.\.\., 3\)"):
        lt.boost(torch.ones(4), torch.ones(4))
    with pytest.raises(InputError, match="at least one leg"):
        lt.invariant_mass()


@pytest.mark.gpu
@pytest.mark.parametrize("name", CALLS)
def test_values_on_cuda(name: str) -> None:
    want = as_tuple(getattr(lt, name)(*tensors(CALLS[name])))
    got = as_tuple(getattr(lt, name)(*tensors(CALLS[name], device="cuda")))
    for w, g in zip(want, got, strict=True):
        assert torch.allclose(g.cpu(), w, rtol=1e-11, atol=1e-11)


def test_given_masses_keep_what_components_lose() -> None:
    """4 eps (m + sum of E), where without them eps E^2 / m is lost: two muons of 10 TeV, close."""
    xyz = np.array([1e4, 2e3, 3e3]) * (1 + 1e-7 * RNG.normal(size=(2, N, 3)))
    p, q = lz.from_mass(xyz, 0.10566)
    want = lz.invariant_mass(p, q, masses=(0.10566, 0.10566))
    got = lt.invariant_mass(*tensors((p, q)), masses=(0.10566, 0.10566)).numpy()
    assert (np.abs(got - want) <= (4 * (want + p[:, 0] + q[:, 0]) + 8 * want) * 2.0**-52).all()
