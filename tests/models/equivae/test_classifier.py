"""q(y|x) alone: what labels give without a model of x."""

import numpy as np
import pytest

from hepsym.errors import InputError
from hepsym.generators.images import plane_orbits
from hepsym.models.equivae import Classifier, Settings, classifier

SMALL = {"width": 16, "epochs": 2, "batch": 64}


def test_it_learns_and_is_calibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turned triangles of two classes, words as labels."""
    monkeypatch.setattr(classifier, "FEWEST_STEPS", 120)
    orbit = plane_orbits(500, classes=2, seed=2, noise=0.1)
    y = np.where(orbit.y == 0, "one", "two")
    model = Classifier(Settings(**SMALL)).fit(orbit.x[:300], y[:300])
    assert model.classes_.tolist() == ["one", "two"]
    assert model.temperature > 0
    p = model.predict_proba(orbit.x[300:])
    np.testing.assert_allclose(p.sum(1), 1)
    assert (model.predict(orbit.x[300:]) == y[300:]).mean() > 0.95


def test_nothing_is_said_before_it_is_fitted() -> None:
    with pytest.raises(InputError, match="has not been fitted yet"):
        Classifier().predict(np.zeros((2, 3)))
