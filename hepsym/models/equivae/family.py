"""How are EquiVAE, CVAE and ML-VAE trained by `hepsym fit`? A table with its class in one column."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field, fields, make_dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from hepsym.errors import InputError
from hepsym.events.table import Table, read_table
from hepsym.models.equivae.estimator import CVAE, MLVAE, ClassModel, EquiVAE
from hepsym.models.equivae.inference import Fitted
from hepsym.models.equivae.labels import one_label_a_row, read_labels
from hepsym.models.equivae.preparation import Ready, build, likelihood_of
from hepsym.models.equivae.reading import Reading
from hepsym.models.equivae.settings import Settings
from hepsym.models.equivae.training.batch_rows import ClassRows
from hepsym.models.equivae.training.class_sets import ClassSets
from hepsym.models.family import Family
from hepsym.models.model import Model
from hepsym.models.rows.dataset import Dataset
from hepsym.models.rows.digest import data_digest
from hepsym.models.rows.scaling import Scaling
from hepsym.models.rows.splitting import split_rows
from hepsym.models.runs.rundir import read_config
from hepsym.models.settings import FitSettings

__all__ = ["CVAEFamily", "ClassOptions", "EquiVAEFamily", "MLVAEFamily", "load_run"]

FEWEST = 4
"""Rows of the rarest class that a batch must hold on average: each makes the others' class set."""
ENOUGH = 8
"""Rows of it that labelled rows are shown again for, where they are few among unlabelled ones."""

TAKEN = (
    "invariant", "likelihood", "width", "depth", "discriminative", "softness", "rivals", "classification",
    "leak_penalty", "unlabelled",
)  # fmt: skip
"""Those of `Settings` that `--set name=value` gives: the rest is the loop's, or remembers other batches."""


def _options(name: str, **defaults: Any) -> type:
    taken = [(f.name, f.type, defaults.get(f.name, f.default)) for f in fields(Settings) if f.name in TAKEN]
    rows: list[tuple[str, Any, Any]] = [*taken, ("picture", "tuple[int, ...]", ())]
    return make_dataclass(name, [(n, kind, field(default=d)) for n, kind, d in rows], frozen=True)


ClassOptions = _options("ClassOptions")
"""`--set name=value` of this family: `TAKEN` of `Settings`, and picture = [h, w] or [h, w, channels] where
the columns are pixels; [] is a vector. leak_penalty is of HSIC, which survives a resumed run."""


class ClassFamily(Family):
    """Abstract: rows are columns and a class; rows of a batch are each other's class sets.

    -1, an empty cell or NaN for a class is a row without a label: it takes part by `unlabelled_loss`. Where
    labelled rows are few, each is shown several times an epoch (`copies`); twice in a batch it counts once.
    """

    labelled = True
    options = ClassOptions
    uses = frozenset({"latent"})
    model: ClassVar[type[ClassModel]]

    def settings(self, settings: FitSettings) -> Settings:
        """Those of the network. Raises InputError for values that cannot be."""
        own = self.own(settings)
        taken = {name: getattr(own, name) for name in TAKEN}
        sides = own.picture
        if sides and not (len(sides) in (2, 3) and all(isinstance(s, int) and s > 0 for s in sides)):
            raise InputError(
                f"picture = {list(sides)} is no shape: give [h, w] or [h, w, channels], all above 0"
            )
        return Settings(
            **taken, code=self.model.code, kind="image" if sides else "vector",
            equivariant=settings.latent, leak_measure="hsic", seed=settings.seed,
        )  # fmt: skip

    def read(self, files: Sequence[Path], settings: FitSettings, *, columns: Sequence[str] | None) -> Table:
        """As `read_table`; classes may be words, which are numbered, and gaps."""
        return read_table(files, columns, words=settings.label)

    def prepare(
        self, values: NDArray[np.float64], names: Sequence[str], settings: FitSettings, *, drop_constant: bool
    ) -> Dataset:
        """Split rows, scale all columns but the class by the training rows.

        Raises InputError: no column of that name, labels that `read_labels` refuses (all unlabelled, one
        class only), a class without two training rows, a batch too small to hold class sets, a picture of
        another size, values that the likelihood does not take.
        """
        del drop_constant  # a constant pixel is part of the picture
        asked = self.settings(settings)
        if settings.label not in names:
            raise InputError(
                f"there is no column {settings.label!r} to be the class: {', '.join(names[:20])}"
            )
        place = list(names).index(settings.label)
        columns = [c for c in range(len(names)) if c != place]
        labels, codes = read_labels(values[:, place])
        training, validation, test = split_rows(
            len(values), settings.seed, settings.validation, settings.test
        )
        sets = ClassSets(codes[training], len(labels.classes))
        known = np.flatnonzero(codes[training] >= 0)
        again = copies(len(known), len(training), float(sets.shares.min()), settings.batch)
        shown = np.concatenate([training, np.tile(training[known], again - 1)])
        held = again * len(known) / len(shown) * float(sets.shares.min()) * settings.batch
        if held < FEWEST or len(training) < settings.batch:
            raise InputError(
                f"a batch of {settings.batch} among {len(training)} training rows holds {held:.2g} of the "
                f"rarest class: give a larger batch, {FEWEST} of each class and fewer than the rows"
            )
        picture = self.own(settings).picture
        shape = picture or (len(columns),)
        if int(np.prod(shape)) != len(columns):
            raise InputError(
                f"picture = {picture} has {int(np.prod(shape))} pixels, the table {len(columns)} columns"
            )
        pixels = values[:, columns].reshape(-1, *shape)
        reading = Reading.of(pixels[training], asked.kind)
        order = [*columns, place]
        scaling = Scaling(
            tuple(order), np.append(reading.offset, 0.0), np.append(reading.scale, 1.0), np.zeros(len(names))
        )
        seen = np.concatenate([training, validation])
        chosen = likelihood_of(asked, reading, reading.apply(pixels[seen]))
        missing = int((codes < 0).sum())
        facts = {"classes": [int(c) for c in labels.classes], "shares": sets.shares.tolist(),
                 "reading": reading.to_json(), "copies": again, "likelihood": chosen.likelihood,
                 "labels": {"labelled": len(codes) - missing, "unlabelled": missing}}  # fmt: skip
        ready = scaling.apply(values)
        return Dataset(
            tuple(names), scaling, ready[shown], ready[validation],
            (len(training), len(validation), len(test)), data_digest(values, names), facts,
        )  # fmt: skip

    def build(
        self,
        config: Mapping[str, Any],
        settings: FitSettings,
        *,
        betas: Sequence[float] | None = None,  # noqa: ARG002
        seeds: Sequence[int] | None = None,  # noqa: ARG002
    ) -> Model:
        """The untrained network, for the loop."""
        chosen, reading = _chosen(self.settings(settings), config)
        rows = ClassRows(
            build(chosen, reading, len(config["facts"]["classes"])), chosen, config["facts"]["classes"],
            torch.tensor(config["facts"]["shares"]),
        )  # fmt: skip
        rows.name = self.name  # type: ignore[misc]
        return rows

    def loss(self, settings: FitSettings) -> str:
        """In words."""
        own = self.own(settings)
        return (
            "- bound(x|class set without x) - discriminative log[share of the true class] "
            f"- classification log q(y|x) + leak_penalty HSIC(v, y), {own}"
        )

    def next_step(self, run: Path) -> str:
        """From Python: as a model that predicts, transforms and swaps."""
        return f"hepsym.models.equivae.load_run({str(run)!r}, X, y)"


def copies(labelled: int, rows: int, rarest: float, batch: int) -> int:
    """How often a labelled row is shown in an epoch beside rows - labelled without a label.

    The fewest c with c labelled / (c labelled + unlabelled) * rarest * batch >= ENOUGH, `rarest` the share of
    the rarest class of the labelled; 1 where all are labelled, or where no c would do.
    """
    each = rarest * batch - ENOUGH
    if rows == labelled or each <= 0:
        return 1
    return max(1, math.ceil(ENOUGH * (rows - labelled) / (labelled * each)))


def _chosen(settings: Settings, config: Mapping[str, Any]) -> tuple[Settings, Reading]:
    reading = Reading.from_json(config["facts"]["reading"])
    return replace(settings, likelihood=config["facts"]["likelihood"]), reading


def load_run(run: str | Path, x: ArrayLike, y: ArrayLike) -> ClassModel:
    """The model of RUN with its best weights; class prototypes are made of rows x with labels y.

    Labels are those of the table, words where it had words; -1, "" or None has no part. Raises InputError as
    `hepsym.models.load`; for a run of another family; for labels that are not the run's classes or a class
    without two rows.
    """
    from hepsym.models.runs.trained import load

    trained = load(run)
    kind = next(
        (f for f in (EquiVAEFamily(), CVAEFamily(), MLVAEFamily()) if f.name == trained.settings.model), None
    )
    if kind is None or not isinstance(trained.model, ClassRows):
        raise InputError(
            f"{run} is a run of model {trained.settings.model}, none of classes: use hepsym.models.load"
        )
    config = read_config(Path(run))
    settings, reading = _chosen(kind.settings(trained.settings), config)
    words, numbers = config["source"].get("words"), config["facts"]["classes"]
    labels, codes = read_labels(y, [words[k] for k in numbers] if words else numbers)
    rows, free = np.flatnonzero(codes >= 0), np.flatnonzero(codes < 0)
    features = reading.apply(x)
    one_label_a_row(len(features), len(codes))
    ready = Ready(settings, reading, labels, features, codes, rows, np.arange(0), free)
    model = kind.model(**settings.to_json())
    model.adopt(Fitted.after(trained.model.finished(), ready))
    return model


class EquiVAEFamily(ClassFamily):
    """Class sets without the row."""

    name = "equivae"
    model = EquiVAE


class CVAEFamily(ClassFamily):
    """The class' name."""

    name = "cvae"
    model = CVAE


class MLVAEFamily(ClassFamily):
    """Products of Gaussians."""

    name = "mlvae"
    model = MLVAE
    options = _options("ProductOptions", **MLVAE.defaults)
