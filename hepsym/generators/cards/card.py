"""What a process card says: a TOML table, checked once at the door, every fault one clear line."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from hepsym import _toml, constants
from hepsym._cards import cards_directory
from hepsym.errors import InputError
from hepsym.generators.cards.process_string import read_process
from hepsym.generators.cards.resonance import NO_RESONANCE, Resonance
from hepsym.generators.cards.tables import QCD, Beams, Cut, DecayShape, Electroweak, Integration, Variations

__all__ = [
    "QCD",
    "Beams",
    "Card",
    "Cut",
    "Electroweak",
    "Integration",
    "Variations",
    "card_from_toml",
    "card_names",
    "card_text",
    "load_card",
    "to_toml",
]


class Card(_toml.Table):
    """A process and everything it is generated with."""

    process: str
    sqrt_s: float = Field(gt=0)
    """GeV"""
    title: str = ""
    electroweak: Electroweak = Electroweak()
    qcd: QCD = QCD()
    integration: Integration = Integration()
    variations: Variations = Variations()
    masses: dict[str, float] = Field(default_factory=dict)
    """GeV by particle name; the PDG's where absent."""
    decay: dict[str, DecayShape] = Field(default_factory=dict)
    """Shapes of the masses of states between, by particle name, in chains that hadrons take part in."""
    widths: dict[str, float] = Field(default_factory=dict)
    """GeV by particle name; the PDG's where absent, those of Z and W as the electroweak table says."""
    resonance: Resonance = NO_RESONANCE
    beams: Beams = Beams()
    cuts: dict[str, Cut] = Field(default_factory=dict)
    reference: list[dict[str, Any]] = Field(default_factory=list)
    """Values from elsewhere that the test suite holds this process to."""
    name: str = Field(default="", exclude=True)
    """The card's file name without suffix; not a key of the file."""

    @model_validator(mode="after")
    def _masses_have_owners(self) -> Self:
        for name in self.decay:
            constants.pdg_id(name)
        for table in ("masses", "widths"):
            for name, value in getattr(self, table).items():
                constants.pdg_id(name)
                if not value >= 0:
                    raise ValueError(f"{table}.{name} = {value:g} GeV must not be negative")
        return self

    def mass(self, pdg: int) -> float:
        """Mass in GeV of a particle on this card (that of its antiparticle too)."""
        for name, value in self.masses.items():
            if abs(constants.pdg_id(name)) == abs(pdg):
                return value
        return constants.mass(pdg)

    def width(self, pdg: int) -> float:
        """Width in GeV of a particle on this card: [widths], then the electroweak table's, then the PDG's."""
        for name, value in self.widths.items():
            if abs(constants.pdg_id(name)) == abs(pdg):
                return value
        listed = {23: self.electroweak.gamma_z, 24: self.electroweak.gamma_w}.get(abs(pdg))
        return constants.width(pdg) if listed is None else listed


def card_names() -> list[str]:
    """The processes that hepsym ships a card for."""
    return sorted(path.stem for path in cards_directory("generators").glob("*.toml"))


def card_text(name: str) -> str:
    """The commented text of a shipped card."""
    if name not in card_names():
        raise InputError(_toml.unknown("process", name, card_names(), "`hepsym processes` lists them"))
    return (cards_directory("generators") / f"{name}.toml").read_text(encoding="utf-8")


def load_card(source: str | Path, overrides: Iterable[str] = (), *, sqrt_s: float | None = None) -> Card:
    """The card that `source` names: a shipped card's name, a path to a TOML file, or a process string.

    overrides are "key=value" with dotted keys and TOML values, as of `--set`; sqrt_s, in GeV, stands in
    where neither they nor the card say it. Raises InputError.
    """
    name, values = _read(source)
    for text in overrides:
        _toml.override(values, text, "sqrt_s=91.2")
    if sqrt_s is not None:
        values.setdefault("sqrt_s", sqrt_s)
    return _checked(name, values)


def card_from_toml(text: str, name: str = "") -> Card:
    """The card of a TOML text, such as `to_toml` writes. Raises InputError."""
    return _checked(name, _toml.parse(text, f"card {name!r}"))


def to_toml(card: Card) -> str:
    """The card as TOML with every set or defaulted value written out, PDG masses excepted."""
    return _toml.written(card.model_dump(exclude={"reference", "name"}, exclude_none=True))


def _checked(name: str, values: dict[str, Any]) -> Card:
    if "sqrt_s" not in values and isinstance(values.get("process"), str):
        values = values | _energy_of_decay(values)
    try:
        return Card.model_validate(values).model_copy(update={"name": name})
    except ValidationError as error:
        what = f"card {name!r}" if name else f"process = {values.get('process')!r}"
        if any(e["type"] == "missing" and e["loc"] == ("sqrt_s",) for e in error.errors()):
            raise InputError(
                f"{what}: sqrt_s is missing, the energy of the collision in GeV; give --set sqrt_s=..."
            ) from None
        raise InputError(f"{what}: {_toml.first_fault(error, _keys_at)}") from None


def _energy_of_decay(values: dict[str, Any]) -> dict[str, float]:
    """sqrt_s of a process with one incoming particle, its mass; nothing for a collision."""
    incoming = values["process"].split(">")[0].split()
    if len(incoming) != 1:
        return {}
    pdg = abs(constants.pdg_id(incoming[0]))
    masses = values.get("masses", {})
    own = [m for name, m in masses.items() if abs(constants.pdg_id(name)) == pdg]
    return {"sqrt_s": float(own[0]) if own else constants.mass(pdg)}


def _keys_at(where: list[str]) -> list[str]:
    tables: Mapping[str, type[_toml.Table]] = {
        "electroweak": Electroweak,
        "qcd": QCD,
        "beams": Beams,
        "integration": Integration,
        "variations": Variations,
        "resonance": Resonance,
    }
    if len(where) == 1:
        return [k for k in Card.model_fields if k != "name"]
    if where[0] in {"cuts", "decay"}:
        return list((Cut if where[0] == "cuts" else DecayShape).model_fields)
    return list(tables[where[0]].model_fields) if where[0] in tables else []


def _read(source: str | Path) -> tuple[str, dict[str, Any]]:
    text = str(source)
    if ">" in text:
        return _by_process_string(text)
    path = Path(text)
    if path.suffix == ".toml":
        try:
            return path.stem, _toml.read(path, f"card {text!r}")
        except FileNotFoundError:
            raise InputError(f"no card at {text!r}; `hepsym card ee2mumu > {path.name}` makes one") from None
    return text, _toml.parse(card_text(text), f"card {text!r}")


def _by_process_string(text: str) -> tuple[str, dict[str, Any]]:
    """The shipped card of the same process, its legs coming out in the order asked for; else a bare one."""
    wanted = _unordered(text)
    for name in card_names():
        values = _toml.parse(card_text(name), f"card {name!r}")
        if _unordered(values["process"]) == wanted:
            return name, {**values, "process": text}
    return "", {"process": text}


def _unordered(text: str) -> tuple[Any, ...]:
    """What two process strings share that differ in the order of legs and decays alone."""
    pattern = read_process(text)
    sides = (sorted(pattern.incoming), sorted(pattern.outgoing))
    return (*sides, sorted(map(repr, pattern.decays)), pattern.orders)
