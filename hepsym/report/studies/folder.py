"""Is a study's folder new, that of this very card to go on with, or another's?"""

from pathlib import Path

from hepsym.errors import InputError
from hepsym.events.disk.atomic import replace_text

__all__ = ["CARD", "open_folder"]

CARD = "study.toml"


def open_folder(out: Path, card: str, *, resume: bool) -> bool:
    """Whether `out` was made just now, with the card's text in it; False for one to go on with.

    Raises InputError where it cannot be made, exists (without resume), holds no card or another one.
    """
    if not out.exists():
        try:
            out.mkdir(parents=True)
        except OSError as error:
            raise InputError(
                f"{str(out)!r} cannot be made: {error.strerror}; choose another -o OUT"
            ) from None
        replace_text(out / CARD, card)
        return True
    if not resume:
        raise InputError(f"{str(out)!r} exists already; choose another -o OUT, or go on with --resume")
    try:
        kept = (out / CARD).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise InputError(
            f"{str(out)!r} is not a study to resume: it has no readable {CARD}; choose another -o OUT"
        ) from None
    if kept != card:
        raise InputError(
            f"{str(out)!r} is a study of another card ({_difference(kept, card)}); choose another -o OUT"
        )
    return False


def _difference(kept: str, card: str) -> str:
    """The first line in which two cards differ."""
    there, here = kept.splitlines(), card.splitlines()
    for a, b in zip(there, here, strict=False):
        if a != b:
            return f"there {a!r}, here {b!r}"
    return f"{len(there)} lines there, {len(here)} here"
