"""What the report's tests share: a run made by hand, and a browser. Test folders are no packages here."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from chromium import Browser, browser_path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, open; without one the test is skipped, but in CI it fails."""
    path = browser_path()
    if path is None:
        if os.environ.get("CI", "") == "true":
            pytest.fail("no Chromium here, and CI must have one: apt-get install chromium")
        pytest.skip("no Chromium here: apt-get install chromium")
    with Browser(path) as opened:
        yield opened
