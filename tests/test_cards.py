"""Where cards are looked for; tests/test_packaging.py does the same with a real wheel."""

from pathlib import Path

import pytest

from hepsym._cards import cards_directory
from hepsym.errors import RunError


@pytest.mark.parametrize("kind", ["generators", "analysis"])
def test_a_checkout_reads_its_own_folder(kind: str) -> None:
    assert cards_directory(kind) == Path(__file__).parents[1] / kind  # type: ignore[arg-type]


def test_a_wheel_reads_what_it_carries(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "hepsym"
    (package / "_cards" / "generators").mkdir(parents=True)
    assert cards_directory("generators", package) == package / "_cards" / "generators"


def test_a_folder_of_that_name_beside_an_installed_package_is_not_ours(tmp_path: Path) -> None:
    """site-packages/generators may be somebody else's package: without our pyproject it is not read."""
    package = tmp_path / "site-packages" / "hepsym"
    package.mkdir(parents=True)
    (package.parent / "generators").mkdir()
    with pytest.raises(RunError, match="reinstall hepsym"):
        cards_directory("generators", package)


def test_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="'recipes' is no folder of cards"):
        cards_directory("recipes")  # type: ignore[arg-type]
