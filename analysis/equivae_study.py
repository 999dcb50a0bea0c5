"""How well do EquiVAE and its family split what a picture is from how it stands? One JSON line a training.

    python analysis/equivae_study.py mnist --models EquiVAE CVAE --seeds 11 12 13 14 15
    python analysis/equivae_study.py few --seeds 11 12 13 14 15       # 100 labels of 4000
    python analysis/equivae_study.py digits --seeds 11 12 13 14 15
    python analysis/equivae_study.py glyphs --seeds 11 12 13 14 15
    python analysis/equivae_study.py table FILE...                    # means and bootstrap over seeds

The split into training and test rows is fixed, by counter-based numbers, class by class; seeds move the
weights, the order and the noise (and in `few` the choice of the labelled rows). --set name=value changes
a setting. --develop splits the training rows once more and never reads the test rows.
"""

import argparse
import json
import statistics
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from hepsym.analysis.estimate import bootstrap_weights
from hepsym.analysis.representation import calibration, leak, probe, steadiness, swap_accuracy, usage
from hepsym.generators.images import LabelledSet, glyphs, mnist_5000, small_digits
from hepsym.models import equivae
from hepsym.models.equivae.bodies import Picture
from hepsym.models.equivae.wobble import Wobble
from hepsym.random import uniforms

Rows = NDArray[np.int64]
STREAM = 0xE0_5711
MOVED = {"shift": 1.5, "turn": 0.15, "stretch": 0.1}
"""Small motions in training, in pixels, radians and shares: what is known of digits beside their pictures."""
SETTINGS: dict[str, dict[str, Any]] = {
    "mnist": {"softness": 10.0, "discriminative": 10.0, "epochs": 40, "straighten": True, **MOVED},
    "few": {"discriminative": 0.0, "validation": 0.0, "epochs": 30, **MOVED},
    "digits": {
        "softness": 5.0,
        "discriminative": 5.0,
        "epochs": 100,
        "likelihood": "gaussian",
        "straighten": True,
        "shift": 0.5,
        "turn": 0.1,
        "stretch": 0.1,
    },
    "glyphs": {
        "softness": 10.0,
        "discriminative": 10.0,
        "epochs": 40,
        "equivariant": 12,
        "likelihood": "gaussian",
    },
}
LABELS = 100
UPRIGHT = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSerif-Bold", "STIXGeneral", "STIXGeneralBol",
    "cmr10", "cmb10",
)  # fmt: skip
"""Of the glyphs: in an oblique font the angle would be a matter of definition."""


def load(study: str) -> LabelledSet:
    """The rows of a study."""
    if study == "glyphs":
        return glyphs(5000, seed=1, fonts=UPRIGHT)
    return small_digits() if study == "digits" else mnist_5000()


def split(y: NDArray[Any], share: float, *, develop: bool) -> tuple[Rows, Rows]:
    """Training and test rows: of each class the `share` with the smallest numbers are for the test."""
    u = uniforms(1, len(y), stream=STREAM)
    test = np.concatenate([rows[np.argsort(u[rows])][: round(share * len(rows))]
                           for rows in (np.flatnonzero(y == k) for k in np.unique(y))])  # fmt: skip
    training = np.setdiff1d(np.arange(len(y)), test)
    if not develop:
        return training, np.sort(test)
    fresh = uniforms(2, len(y), stream=STREAM)[training]
    return training[fresh >= 0.15], training[fresh < 0.15]


def svc(x: NDArray[Any], y: NDArray[Any], x_test: NDArray[Any], y_test: NDArray[Any]) -> float:
    """Error of an RBF support vector classifier on pixels, C and gamma by 3-fold cross-validation."""
    from sklearn.model_selection import GridSearchCV

    flat = x.reshape(len(x), -1) / x.max()
    gamma = 1 / (flat.shape[1] * flat.var())  # scikit-learn's "scale"
    grid = {"C": [3, 10], "gamma": [gamma, 2 * gamma]}
    found = GridSearchCV(SVC(), grid, cv=3).fit(flat, y)
    return 1 - float(found.score(x_test.reshape(len(x_test), -1) / x.max(), y_test))


def classifier_alone(
    x: NDArray[Any], y: NDArray[Any], x_test: NDArray[Any], y_test: NDArray[Any], seed: int
) -> float:
    """Error of the body and the last layer of the models' q(y|x), trained on labels, moved alike."""
    torch.manual_seed(seed)
    net = torch.nn.Sequential(Picture((*x.shape[1:], 1), 256), torch.nn.Linear(256, 10))
    features = [
        torch.tensor(part.reshape(len(part), -1) / x.max(), dtype=torch.float32) for part in (x, x_test)
    ]
    move = Wobble((*x.shape[1:], 1), **MOVED, drawn=torch.Generator().manual_seed(seed))
    optimiser = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=1e-4)
    for _ in range(600):
        rows = torch.randperm(len(x))[:100]
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(net(move(features[0][rows])), torch.tensor(y)[rows]).backward()
        optimiser.step()
    with torch.no_grad():
        return float((net(features[1]).argmax(1).numpy() != y_test).mean())


def ask(model: equivae.ClassModel, x: Any, y: Any, x_test: Any, y_test: Any, judge: Any) -> dict[str, Any]:
    """Everything that is asked of a supervised model."""
    mu, log_var = model.posterior(x_test, y_test)
    raw = leak(model.posterior(x, y)[0], y, v_test=mu, y_test=y_test)
    v = model.transform(x_test, y_test)[1]
    told = leak(model.transform(x, y)[1], y, v_test=v, y_test=y_test)
    crossed = leak(v, y_test)
    rng = np.random.default_rng(1)
    target = model.classes_[rng.integers(len(model.classes_), size=len(y_test))]
    swapped = model.swap(x_test, target, source=y_test)
    use = usage(mu, log_var)
    found = {
        "bound": float(model.predictive_bound(x_test, y_test).mean()),
        "importance_bound_50": float(
            model.predictive_bound(x_test, y_test, importance=True, draws=50).mean()
        ),
        "train_bound": model.history_[-1].terms["bound"],
        **errors(model, x_test, y_test),
        "leak_linear": told.linear.value, "leak_mlp": told.mlp.value, "chance": told.chance,
        "leak_mlp_crossed": crossed.mlp.value, "leak_mlp_of_mean": raw.mlp.value,
        "swap_accuracy": swap_accuracy(
            lambda rows: judge.predict(rows.reshape(len(rows), -1)), swapped, target
        ).value,
        "kl": use.total.value, "active": use.active,
        "kl_by_dimension": np.sort(use.kl)[::-1].round(3).tolist(),
        "ece_bound": calibration(
            model.predict_proba(x_test), model.predict(x_test) == y_test
        ).error.value,
        "ece_classifier": calibration(
            model.predict_proba(x_test, by="classifier"), model.predict(x_test, by="classifier") == y_test
        ).error.value,
    }  # fmt: skip
    back = model.posterior(np.clip(swapped, 0, x.max()), target)[0]
    found["v_kept_by_swap"] = 1 - float(((back - mu) ** 2).sum() / ((mu - mu.mean(0)) ** 2).sum())
    if model.fitted.network.code.from_members:
        codes = [[model.embed_set(x[rng.choice(np.flatnonzero(y == k), 8, replace=False)]) for _ in range(20)]
                 for k in model.classes_]  # fmt: skip
        found["r_within_over_between"] = steadiness(codes)
    return found


def errors(model: equivae.ClassModel, x: Any, y: Any) -> dict[str, float]:
    """Three ways of telling the class."""
    return {f"error_{by}": 1 - model.score(x, y, by=by) for by in ("bound", "classifier", "prototype")}


def supervised(study: str, arguments: argparse.Namespace) -> None:
    """mnist, digits, glyphs."""
    rows = load(study)
    training, test = split(rows.y, 0.2, develop=arguments.develop)
    x, y, x_test, y_test = rows.x[training], rows.y[training], rows.x[test], rows.y[test]
    # No row takes part in both the judge and the test; only the judge sees rows as the models draw them.
    judge = probe("mlp", x.reshape(len(x), -1), y)
    if arguments.svc:
        say(study, "SVC", 0, {"error_bound": svc(x, y, x_test, y_test)})
    for name in arguments.models:
        for seed in arguments.seeds:
            model = getattr(equivae, name)(**settings_of(study, name, arguments), seed=seed)
            began = time.perf_counter(), time.process_time()
            model.fit(x, y)
            if arguments.save:
                model.save(arguments.save / f"{study}-{name}-{seed}")
            seconds = time.perf_counter() - began[0], time.process_time() - began[1]
            found = ask(model, x, y, x_test, y_test, judge)
            if rows.factors:
                found |= factors(model, rows, training, test)
            say(study, name, seed, found | {"seconds": seconds[0], "cpu_seconds": seconds[1]})


def factors(model: equivae.ClassModel, rows: LabelledSet, training: Rows, test: Rows) -> dict[str, Any]:
    """Pose from v, class from r, on the test rows."""
    v, v_test = (model.posterior(rows.x[part], rows.y[part])[0] for part in (training, test))
    names = ("angle", "scale", "right", "down")
    truth = np.column_stack([rows.factors[name] for name in names])
    scale = truth[training].std(0)
    reader = make_pipeline(
        StandardScaler(),
        MLPRegressor(
            hidden_layer_sizes=(128, 128),
            early_stopping=True,
            n_iter_no_change=20,
            max_iter=500,
            random_state=1,
        ),
    )
    reader.fit(v, truth[training] / scale)
    left = ((reader.predict(v_test) * scale - truth[test]) ** 2).mean(0) / truth[test].var(0)
    found = {f"r2_{name}": float(1 - part) for name, part in zip(names, left, strict=True)}
    r = probe("mlp", model.fitted.own_code(rows.x[training]), rows.y[training])
    return found | {"class_from_r": float(r.score(model.fitted.own_code(rows.x[test]), rows.y[test]))}


def few(arguments: argparse.Namespace) -> None:
    """100 labels of 4000 rows; the other labels are not shown."""
    rows = load("few")
    training, test = split(rows.y, 0.2, develop=arguments.develop)
    x, y, x_test, y_test = rows.x[training], rows.y[training], rows.x[test], rows.y[test]
    for seed in arguments.seeds:
        u = uniforms(seed, len(y), stream=STREAM + 1)
        shown = np.concatenate([rows_[np.argsort(u[rows_])][: LABELS // 10]
                                for rows_ in (np.flatnonzero(y == k) for k in range(10))])  # fmt: skip
        hidden = np.full(len(y), -1)
        hidden[shown] = y[shown]
        say("few", "SVC", seed, {"error_classifier": svc(x[shown], y[shown], x_test, y_test)})
        alone = classifier_alone(x[shown], y[shown], x_test, y_test, seed)
        say("few", "classifier alone", seed, {"error_classifier": alone})
        for name in arguments.models:
            model = getattr(equivae, name)(**settings_of("few", name, arguments), seed=seed)
            began = time.process_time()
            model.fit(x, hidden)
            told = errors(model, x_test, y_test)
            say("few", name, seed, told | {"cpu_seconds": time.process_time() - began})


def settings_of(study: str, model: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Those of the study, with what --set changes."""
    found = dict(SETTINGS[study])
    if model == "MLVAE":
        found["discriminative"] = 0.0
    for change in arguments.set:
        name, value = change.split("=", 1)
        found[name] = json.loads(value) if value[:1] in '0123456789.-tf"' else value
    return found


def say(study: str, model: str, seed: int, found: dict[str, Any]) -> None:
    """One line of JSON on standard output."""
    short = {k: round(v, 5) if isinstance(v, float) else v for k, v in found.items()}
    print(json.dumps({"study": study, "model": model, "seed": seed, **short}), flush=True)


def table(files: list[str]) -> None:
    """Means over seeds with bootstrap errors of the mean."""
    lines = [json.loads(line) for name in files for line in Path(name).read_text().splitlines()]
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in lines:
        groups.setdefault((line["study"], line["model"]), []).append(line)
    for (study, model), found in groups.items():
        print(f"{study} {model}: seeds {sorted(line['seed'] for line in found)}")
        for name in found[0]:
            values = [line[name] for line in found if isinstance(line.get(name), float)]
            if values:
                spread = (
                    np.std(bootstrap_weights(len(values), 1000, 0) @ np.array(values))
                    if len(values) > 1
                    else 0
                )
                print(f"  {name:24s} {statistics.fmean(values):9.4f} +- {spread:.4f}")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", choices=[*SETTINGS, "table"])
    parser.add_argument("files", nargs="*")
    parser.add_argument("--models", nargs="+", default=["EquiVAE"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[11, 12, 13, 14, 15])
    parser.add_argument("--set", action="append", default=[], metavar="name=value")
    parser.add_argument("--save", type=Path, help="keep models in this directory")
    parser.add_argument("--develop", action="store_true")
    parser.add_argument("--svc", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # scikit-learn's, of probes that stopped at their limit
    print(f"torch threads: {torch.get_num_threads()}", file=sys.stderr)
    if arguments.study == "table":
        table(arguments.files)
    elif arguments.study == "few":
        few(arguments)
    else:
        supervised(arguments.study, arguments)


if __name__ == "__main__":
    main()
