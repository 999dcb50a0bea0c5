"""How well do others tell the same classes from the same labels? A support vector machine, q(y|x) alone."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.report.representation.divided import Divided, shown_labels

if TYPE_CHECKING:
    from hepsym.report.representation.card import ClassStudy

__all__ = ["classifier_alone", "support_vectors"]


def _labelled(study: "ClassStudy", rows: Divided, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    shown = shown_labels(rows.y, study.rows.labels, seed)
    known = shown == rows.y
    return rows.x[known], rows.y[known]


def support_vectors(study: "ClassStudy", rows: Divided, seed: int) -> dict[str, Any]:
    """Error of an RBF support vector machine on rows as they are; C, gamma by 3-fold cross-validation."""
    try:
        from sklearn.model_selection import GridSearchCV
        from sklearn.svm import SVC
    except ModuleNotFoundError:
        raise InputError("ask.svc needs scikit-learn: pip install 'hepsym[symmetry]'") from None
    x, y = _labelled(study, rows, seed)
    high = float(np.abs(x).max())
    flat, flat_test = (part.reshape(len(part), -1) / high for part in (x, rows.x_test))
    gamma = 1 / (flat.shape[1] * flat.var())  # scikit-learn's "scale"
    found = GridSearchCV(SVC(), {"C": [3, 10], "gamma": [gamma, 2 * gamma]}, cv=3).fit(flat, y)
    return {"error_classifier": 1 - float(found.score(flat_test, rows.y_test))}


def classifier_alone(study: "ClassStudy", rows: Divided, seed: int) -> dict[str, Any]:
    """Error of the models' own body and q(y|x), trained on the labels alone, rows moved alike."""
    from hepsym.models.equivae import Classifier

    x, y = _labelled(study, rows, seed)
    model = Classifier(study.settings(study.train.models[0], seed)).fit(x, y)
    p = model.predict_proba(rows.x_test)
    told = model.classes_[p.argmax(1)]
    found: dict[str, Any] = {"error_classifier": float((told != rows.y_test).mean())}
    if study.rows.set == "jets":
        from hepsym.report.representation.jets import confusion, rejections

        classes = list(model.classes_)
        found |= {"confusion": confusion(told, rows.y_test, classes)}
        found |= rejections(p, classes, rows.y_test)
    return found
