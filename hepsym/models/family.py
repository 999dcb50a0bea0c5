"""What does a kind of model bring beside its layers? Its data, how they are prepared, its own settings."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.table import Table, read_table
from hepsym.models.model import Model
from hepsym.models.rows.dataset import Dataset, prepare
from hepsym.models.settings import SHAPING, FitSettings, did_you_mean

__all__ = ["Family"]


class Family:
    """Abstract: what `fit` asks of a kind of model. Here for tables of numbers; others override what differs.

    The data of every family end as a table (n, D) of float64: it is split, hashed, fed to the one
    training loop and named in RUN/config.json in one way. A jet is a row of its particles' momenta,
    a labelled example a row with its class in one column.
    """

    name: ClassVar[str]
    """As in `--model`, in checkpoints and in RUN/config.json."""
    options: ClassVar[type | None] = None
    """A frozen dataclass of settings that no other family has, all with defaults: `--set name=value`."""
    uses: ClassVar[frozenset[str]] = frozenset(SHAPING)
    """Which of the settings that shape a model it takes; others are refused unless at their default."""
    labelled: ClassVar[bool] = False
    """Whether it learns from classes: `--label COLUMN`."""
    parallel: ClassVar[bool] = False
    """Whether processes that torchrun started may share its batches."""
    ensembles: ClassVar[bool] = False
    """Whether it can train members side by side, which `hepsym analyze` needs for its sweep."""

    def check(self, settings: FitSettings) -> None:
        """Raise InputError for settings that this family has no use for, and for unknown options."""
        for name in SHAPING:
            default = FitSettings.__dataclass_fields__[name].default
            if name not in self.uses and getattr(settings, name) != default:
                raise InputError(
                    f"model {self.name} has no use for {name} = {getattr(settings, name)!r}: leave it out"
                )
        if self.labelled != bool(settings.label):
            raise InputError(
                f"model {self.name} learns from classes: name their column by --label"
                if self.labelled
                else f"model {self.name} takes no label, but label = {settings.label!r}: leave it out"
            )
        self.own(settings)

    def own(self, settings: FitSettings) -> Any:
        """The family's own settings as an instance of `options`, None where it has none.

        Raises InputError for a name that is no option, a value of another type, or one that the
        options themselves refuse.
        """
        if self.options is None:
            if settings.options:
                raise InputError(f"model {self.name} has no settings of its own: leave --set out")
            return None
        known = {f.name: f.default for f in fields(self.options)}
        for name, value in settings.options.items():
            if name not in known:
                raise InputError(
                    f"{name!r} is not a setting of model {self.name}{did_you_mean(name, list(known))}"
                    f" (there are {', '.join(known)})"
                )
            if not _alike(value, known[name]):
                raise InputError(
                    f"{name} = {value!r} is not {_kind(known[name])}, as its default {known[name]!r} is"
                )
        chosen = {
            n: float(v) if isinstance(known[n], float) else tuple(v) if isinstance(v, list) else v
            for n, v in settings.options.items()
        }
        return self.options(**chosen)

    def read(
        self,
        files: Sequence[Path],
        settings: FitSettings,  # noqa: ARG002 - for those whose settings say what a row is
        *,
        columns: Sequence[str] | None,
    ) -> Table:
        """The table in these files. Raises InputError, as `hepsym.events.table.read_table`."""
        return read_table(files, columns)

    def prepare(
        self, values: NDArray[np.float64], names: Sequence[str], settings: FitSettings, *, drop_constant: bool
    ) -> Dataset:
        """Check, split and scale. Raises InputError, as `hepsym.models.rows.dataset.prepare`."""
        return prepare(values, names, settings, drop_constant=drop_constant)

    def build(
        self,
        config: Mapping[str, Any],
        settings: FitSettings,
        *,
        betas: Sequence[float] | None = None,
        seeds: Sequence[int] | None = None,
    ) -> Model:
        """The untrained model of a run whose config.json is `config`; members for betas x seeds if given."""
        raise NotImplementedError

    def loss(self, settings: FitSettings) -> str:
        """The loss of an event as it is minimised, for people."""
        raise NotImplementedError

    def need_ensembles(self, run: Path) -> None:
        """Raise InputError where members cannot be trained side by side."""
        if not self.ensembles:
            raise InputError(
                f"{run} is a run of model {self.name}, whose latents no sweep over beta and seeds can rank: "
                f"see `{self.next_step(run)}`"
            )

    def next_step(self, run: Path) -> str:
        """What a person would do with the run, as a command line."""
        return f"hepsym analyze {run}"


def read_options(texts: Sequence[str]) -> dict[str, Any]:
    """ "name=value" texts as a mapping; values in TOML, or plain words. Raises InputError."""
    found: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        name = name.strip()
        if not sign or not name.isidentifier():
            raise InputError(f"--set {text!r}: give name=value, such as --set particles=30")
        if name in found:
            raise InputError(f"--set {name} is given twice: leave one out")
        try:
            found[name] = tomllib.loads(f"value = {value}")["value"]
        except (ValueError, RecursionError):
            found[name] = value.strip()
    return found


def _alike(value: object, default: object) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, float):
        return isinstance(value, (int, float))
    if isinstance(default, tuple):
        return isinstance(value, (list, tuple))
    return isinstance(value, type(default))


def _kind(default: object) -> str:
    kinds = {bool: "true or false", int: "an integer", float: "a number", str: "a word", tuple: "a list"}
    return kinds[type(default)]
