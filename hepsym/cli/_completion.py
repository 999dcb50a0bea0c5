"""Which cards can be meant by what was typed so far? For completion: folders are listed, no card is read."""

from hepsym._cards import cards_directory

__all__ = ["process_cards", "study_cards"]


def process_cards(incomplete: str) -> list[str]:
    """Shipped process cards whose names begin so, and `jets`."""
    names = [path.stem for path in cards_directory("generators").glob("*.toml")]
    return sorted(name for name in [*names, "jets"] if name.startswith(incomplete))


def study_cards(incomplete: str) -> list[str]:
    """Shipped study cards whose names begin so, their folder left out."""
    found = {path.stem for path in cards_directory("analysis").rglob("*.toml")}
    return sorted(name for name in found if name.startswith(incomplete))
