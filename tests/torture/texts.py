"""What becomes of damaged cards, PDF grids, pictures and lists of momenta? One line, or what they say."""

import gzip
import json
import struct
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from hepsym._cards import cards_directory
from hepsym.errors import InputError
from hepsym.generators import load_card
from hepsym.generators.cards.card import to_toml
from hepsym.generators.cards.process_string import read_process
from hepsym.generators.datasets.jet_card import load_jet_card
from hepsym.generators.images.idx import read_idx
from hepsym.generators.partons.pdf import load_pdf
from hepsym.generators.production.generate import generator_for
from tests.events.damage import KINDS
from tests.generators.partons.lhapdf_set import grid_text
from tests.torture.campaign import WRONG, Row, in_children

__all__ = ["READERS", "damaged_texts"]

WORDS = (
    b"nan", b"inf", b"-1", b"1e400", b"9" * 5000, b"'" * 3, b"[[[[[[", b"=" * 9, b'"\\u0000"', b"[" * 20_000,
    b"true", b"{}", b"1979-05-27", b"0x7fffffffffffffffffff", b"> >", b"<script>",
)  # fmt: skip


def _card(path: Path) -> None:
    card = load_card(path)
    to_toml(card)
    pattern = read_process(card.process)
    sides = [{abs(c) for leg in side for c in leg} for side in (pattern.incoming, pattern.outgoing)]
    pair = len(pattern.outgoing) == 2 and sides[0] | sides[1] <= {11, 13, 15}
    if pair and not sides[0] & sides[1]:  # the rest is integrated, which takes seconds
        generator_for(card).cross_section()


def _pdf(path: Path) -> None:
    values = load_pdf(path).xf([1e-4, 1e-2, 0.5, 0.99], [0.1, 3.0, 10.0, 1e5])
    if not np.isfinite(values).all():
        raise AssertionError("a density that is not finite")


def _cards(*kinds: str) -> list[bytes]:
    return [p.read_bytes() for kind in kinds for p in sorted(cards_directory(kind).rglob("*.toml"))]


def _grids() -> list[bytes]:
    law: Callable[..., float] = lambda code, x, q: 0.3 + 0.01 * code - 0.1 * x + 0.02 * q  # noqa: E731
    scales = [np.geomspace(1.5, 9.0, 4)]
    return [grid_text(law, x=np.geomspace(1e-3, 1.0, 6), scales=scales).encode()]


def _pictures() -> list[bytes]:
    content = struct.pack(">4B3I", 0, 0, 8, 3, 6, 4, 4) + bytes(range(96))
    return [content, gzip.compress(content)]


def _momenta() -> list[bytes]:
    return [json.dumps([[[91.0, 0.0, 0.0, 91.0]] * 4] * 3).encode()]


def _read_momenta(path: Path) -> None:
    from hepsym.cli.amplitude import _points

    _points(path, (11, -11, 13, -13))


def _study(path: Path) -> None:
    from hepsym.report.studies.card import load_study

    load_study(path)


READERS: dict[str, tuple[str, Callable[[], list[bytes]], Callable[[Path], object]]] = {
    "process cards": ("bad.toml", lambda: [c for c in _cards("generators") if b"process" in c], _card),
    "study cards": ("bad.toml", lambda: _cards("analysis"), _study),
    "jet cards": ("bad.toml", lambda: [c for c in _cards("generators") if b"jet" in c], load_jet_card),
    "PDF grids": ("bad_0000.dat", _grids, _pdf),
    "pictures (IDX)": ("bad.idx", _pictures, read_idx),
    "momenta (JSON)": ("bad.json", _momenta, _read_momenta),
}
"""By name: the file's name, sound ones, and who reads it."""


def damaged_texts(kind: str, trials: int, seed: int, folder: Path) -> Row:
    """Damage a sound file of this kind in thirteen ways and read it."""
    name, sound, read = READERS[kind]
    folder.mkdir(parents=True, exist_ok=True)
    sources = sound()

    def trial(i: int) -> str:
        rng = np.random.default_rng([seed, i])
        good = sources[int(rng.integers(len(sources)))]
        path = folder / f"{i}{name}"  # grids and cards are remembered by their path
        path.write_bytes(_damaged(good, i, rng))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                read(path)
        except InputError as error:
            named = path.name in str(error) or path.stem in str(error)
            if "\n" in str(error) or not (named or len(str(error)) > 20):
                return f"{WRONG}: not one clear line: {error}"
            return "refused"
        finally:
            path.unlink()
        return "read as it stands"

    return in_children(f"damaged: {kind}", trial, trials, seed)


def _damaged(good: bytes, i: int, rng: np.random.Generator) -> bytes:
    kind = i % (len(KINDS) + 2)
    if kind < len(KINDS):
        return KINDS[kind](good, rng)
    word = WORDS[int(rng.integers(len(WORDS)))]
    if kind == len(KINDS):  # another value behind a sign of equality
        lines = good.split(b"\n")
        keyed = [n for n, line in enumerate(lines) if b"=" in line] or [0]
        at = keyed[int(rng.integers(len(keyed)))]
        lines[at] = lines[at].split(b"=")[0] + b"= " + word
        return b"\n".join(lines)
    at = int(rng.integers(len(good)))
    return good[:at] + word + good[at:]
