"""Where the cards are: in the checkout's own folders, or inside an installed wheel."""

from pathlib import Path
from typing import Literal

from hepsym.errors import RunError

__all__ = ["cards_directory"]

_PACKAGE = Path(__file__).parent


def cards_directory(kind: Literal["generators", "analysis"], package: Path = _PACKAGE) -> Path:
    """The folder of the process cards ("generators") or of the study cards ("analysis").

    A wheel carries both as hepsym/_cards/KIND. An editable install has no such folder and reads
    the checkout's KIND/, next to its pyproject.toml, so that an edited card counts at once.
    Raises ValueError for another kind, and RunError where neither folder exists.
    """
    if kind not in {"generators", "analysis"}:
        raise ValueError(f"kind = {kind!r} is no folder of cards: give 'generators' or 'analysis'")
    shipped = package / "_cards" / kind
    if shipped.is_dir():
        return shipped
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / kind).is_dir():
        return checkout / kind
    raise RunError(f"the {kind} cards are not at {shipped}: this installation is broken, reinstall hepsym")
