"""What cannot be fitted is told in one line, before any work."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hepsym.errors import InputError
from hepsym.models.equivae import CVAE, MLVAE, EquiVAE, Settings, plane_rotations

X = np.random.default_rng(0).normal(size=(8, 4))
Y = [0, 0, 0, 0, 1, 1, 1, 1]
NAN = X.copy()
NAN[3, 1] = np.nan
PICTURES = [np.zeros((4, 4))] * 7 + [np.zeros((4, 5))]
BOXED = np.empty(8, dtype=object)
BOXED[:] = PICTURES


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (X, [1] * 8, "one class only: all 8 labels are 1; give at least two"),
        (X, [0] * 7 + [1], "class 1 has a single member: a class set without the row itself"),
        (X, ["a"] * 7 + ["b"], "class 'b' has a single member"),
        (X, [-1] * 8, "all 8 rows are unlabelled"),
        (X, ["", None, "-1", -1] * 2, "all 8 rows are unlabelled"),
        (X, [0, 0, 0, 0, 1, 1, 1, -2], r"label -2 \(row 7\) is out of range"),
        (X, [0, 0, 0, 0, 1, 1, 1, 0.5], r"label 0.5 \(row 7\) is no whole number"),
        (X, [0, 0, 0, 0, 1, 1, 1, np.nan], r"label nan \(row 7\) is no whole number"),
        (X, [[0]] * 8, "labels have shape"),
        (X, Y[:-1], "X has 8 rows, y has 7 labels"),
        (NAN, Y, "row 3 of X holds a value that is not finite"),
        (PICTURES, Y, r"row 7 has shape \(4, 5\), row 0 has \(4, 4\): bring all to one size"),
        (BOXED, Y, r"row 7 has shape \(4, 5\), row 0 has \(4, 4\): bring all to one size"),
        (np.zeros((8, 2, 2, 2, 2)), Y, r"an image is \(n, h, w\) or \(n, h, w, channels\)"),
        (1e300 * X, Y, r"whose square overflows: give other units, so that all are below 1e\+150"),
        (1j * X, Y, "X holds complex numbers: give real ones"),
        (X[:, 0], Y, r"X has shape \(8,\)"),
        (X[:0], [], "X has shape"),
        ([["a", "b"]] * 8, Y, "X does not hold numbers alone"),
    ],
)
def test_rows_and_labels(x: Any, y: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        EquiVAE(epochs=1).fit(x, y)


def test_labels_outside_the_classes_that_are_allowed() -> None:
    with pytest.raises(InputError, match=r"label 1 \(row 4\) is out of range: the classes are 0, 2"):
        EquiVAE(epochs=1).fit(X, Y, classes=[0, 2])
    with pytest.raises(InputError, match="class 2 has no member"):
        EquiVAE(epochs=1).fit(X, Y, classes=[0, 1, 2])
    with pytest.raises(InputError, match="a class is named twice"):
        EquiVAE(epochs=1).fit(X, Y, classes=[0, 1, "1"])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"code": "product"}, "a EquiVAE is code = 'mean'"),
        ({"likelihood": "bernouli"}, "did you mean 'bernoulli'"),
        ({"equivariantt": 3}, "did you mean 'equivariant'"),
        ({"equivariant": 0}, "equivariant = 0 must be at least 1"),
        ({"epochs": 0}, "epochs = 0 must be at least 1"),
        ({"leak_penalty": -1.0}, "leak_penalty = -1.0 must be finite and not negative"),
        ({"learning_rate": 0.0}, "learning_rate = 0.0 must be above 0"),
        ({"validation": 0.5}, "validation = 0.5 must lie in"),
        ({"warmup": 2.0}, "warmup = 2 must lie in"),
        ({"seed": -1}, "must not be negative"),
        ({"seed": "a"}, "seed = 'a' is not a whole number, as its default 1 is"),
        ({"epochs": 1.5}, "epochs = 1.5 is not a whole number"),
        ({"width": True}, "width = True is not a whole number"),
        ({"learning_rate": None}, "learning_rate = None is not a number"),
        ({"straighten": "yes"}, "straighten = 'yes' is not true or false"),
        ({"kind": 3}, "kind = 3 is not a word"),
    ],
)
def test_settings(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        EquiVAE(**settings)


def test_numpy_s_numbers_are_numbers() -> None:
    given = Settings(epochs=np.int64(3), learning_rate=np.float32(0.5), softness=2, straighten=np.bool_(True))
    assert given == Settings(epochs=3, learning_rate=0.5, softness=2.0, straighten=True)
    assert [type(v) for v in given.to_json().values()] == [type(v) for v in Settings().to_json().values()]


def test_an_ml_vae_has_no_discriminative_term() -> None:
    with pytest.raises(InputError, match="an ML-VAE's holds it: give discriminative = 0"):
        MLVAE(discriminative=1.0)
    assert Settings.from_json(MLVAE().settings.to_json()) == MLVAE().settings


@pytest.mark.parametrize(
    ("settings", "x", "words"),
    [
        ({"likelihood": "bernoulli"}, X, "likelihood = 'bernoulli' takes values from 0 to 1"),
        ({"likelihood": "categorical"}, X, "'categorical' takes pictures of whole numbers"),
        ({"kind": "cloud"}, X, r"a cloud is \(n, points, features\)"),
        ({"kind": "vector"}, X.reshape(8, 2, 2), r"a vector is \(n, D\)"),
        ({"action_penalty": 1.0}, X, "no action is given"),
    ],
)
def test_what_does_not_fit_the_rows(settings: dict[str, Any], x: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        CVAE(epochs=1, **settings).fit(x, Y)


def test_an_action_that_needs_more_dimensions() -> None:
    model = EquiVAE(epochs=1, equivariant=2, action_penalty=1.0, validation=0.0)
    with pytest.raises(InputError, match="v has 2 dimensions, 2 charges need 4: raise `equivariant`"):
        model.fit(X, Y, action=plane_rotations((1, 2)))


def test_questions_to_a_model() -> None:
    model = EquiVAE(epochs=1, equivariant=2, width=8)
    with pytest.raises(InputError, match="has not been fitted yet"):
        model.predict(X)
    model.fit(X, Y)
    with pytest.raises(InputError, match=r"rows of shape \(3,\), but the model was fitted to \(4,\)"):
        model.predict(X[:, :3])
    with pytest.raises(InputError, match="by = 'bounds' is not one of bound, classifier, prototype"):
        model.predict(X, by="bounds")
    with pytest.raises(InputError, match=r"label 7 \(row 0\) is out of range: the classes are 0, 1"):
        model.sample([7])
    with pytest.raises(InputError, match="draws = 0 must be at least 1"):
        model.predictive_bound(X, draws=0)
    with pytest.raises(InputError, match=r"v has shape \(1, 3\): give one row a label, \(1, 2\)"):
        model.decode(np.zeros((1, 3)), [0])
    with pytest.raises(InputError, match="v holds a value that is not finite, in row 0"):
        model.decode([[np.nan, 0.0]], [0])
    with pytest.raises(InputError, match="v does not hold numbers alone"):
        model.decode([["a", "b"]], [0])
    with pytest.raises(
        InputError, match="row 1 of X is 1e\\+18 times farther out than the rows that were fitted"
    ):
        model.predict(X * [[1.0], [1e30], *[[1.0]] * 6])


@pytest.mark.parametrize(
    "ask",
    [
        lambda model: model.transform(X, [0]),
        lambda model: model.posterior(X, [0]),
        lambda model: model.swap(X, Y, source=[0]),
        lambda model: model.predictive_bound(X, [0]),
        lambda model: model.score(X, [0]),
    ],
)
def test_one_label_is_not_that_of_all_rows(ask: Callable[[EquiVAE], object]) -> None:
    model = EquiVAE(epochs=1, equivariant=2, width=8).fit(X, Y)
    with pytest.raises(InputError, match="X has 8 rows, y has 1 labels: give one label a row"):
        ask(model)


@pytest.mark.parametrize(
    ("label", "words"),
    [(-1, "label -1 means unlabelled"), ("", "label '' means unlabelled"), (2.5, "is no whole number"),
     (-3, "is out of range")],
)  # fmt: skip
def test_a_class_that_is_added_has_a_name(label: Any, words: str) -> None:
    model = EquiVAE(epochs=1, equivariant=2, width=8).fit(X, Y)
    with pytest.raises(InputError, match=words):
        model.add_class(X[:3], label)
