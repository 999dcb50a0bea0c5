"""What does a comparison leave on the disk? A page, its numbers, and every histogram; all or nothing."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hepsym.events.disk.atomic import new_directory, new_path
from hepsym.report.compare.compare import Comparison
from hepsym.report.compare.figures import filled_histogram
from hepsym.report.compare.page import page
from hepsym.report.page.drawing import anchor
from hepsym.report.page.histograms import uhi_json

__all__ = ["write_comparison"]


def write_comparison(comparison: Comparison, out: str | os.PathLike[str], told: Mapping[str, Any]) -> Path:
    """Make the directory `out`: compare.html, compare.json (what `told` holds) and histograms/.

    histograms/OBSERVABLE-K.json is sample K (0 is the reference) in UHI JSON. Returns the page's path.
    Raises InputError where out exists (nothing is overwritten) or cannot be made, RunError when the
    disk fails; then nothing is left.
    """
    path = new_path(out)
    shown = page(comparison)
    with new_directory(path) as beside:
        (beside / "compare.html").write_text(shown, encoding="utf-8")
        (beside / "compare.json").write_text(
            json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
        )
        (beside / "histograms").mkdir()
        for i, binned in enumerate(comparison.binnings):
            for k, filled in enumerate(comparison.filled):
                name = f"{anchor(binned.name)}-{k}.json"
                text = uhi_json(filled_histogram(filled.shown[i], binned))
                (beside / "histograms" / name).write_text(text, encoding="utf-8")
    return path / "compare.html"
