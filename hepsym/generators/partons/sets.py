"""Which PDF sets are on this machine, and where.

Looked for, first found wins: the folders of LHAPDF_DATA_PATH (colon-separated, as for LHAPDF), then the
single-file grids that an installed Pythia 8 (the pythia8mc wheel) carries in share/Pythia8/pdfdata.
Nothing is imported and nothing is copied: the grids are read where they lie.
"""

import importlib.util
import os
import sysconfig
from pathlib import Path

DEFAULT_PDF = "NNPDF23_lo_as_0130_qed"
"""NNPDF2.3 QCD+QED LO with alpha_s(M_Z) = 0.130, which Pythia 8 takes by default too."""

HOW_TO_GET_ONE = (
    "install one with `pip install pythia8mc==8.317.2`, or set LHAPDF_DATA_PATH to a folder of LHAPDF 6 sets"
)
_CENTRAL = "_0000.dat"


def pdf_sets() -> dict[str, Path]:
    """Name of each set and its central member's file, in alphabetical order."""
    found: dict[str, Path] = {}
    for folder in _lhapdf_folders():
        for info in sorted(folder.glob("*/*.info")):
            central = info.with_name(info.parent.name + _CENTRAL)
            if info.stem == info.parent.name and central.is_file():
                found.setdefault(info.stem, central)
    pythia = pythia_folder()
    for path in sorted(pythia.glob(f"*{_CENTRAL}")) if pythia else ():
        found.setdefault(path.name.removesuffix(_CENTRAL), path)
    return dict(sorted(found.items()))


def _lhapdf_folders() -> list[Path]:
    paths = os.environ.get("LHAPDF_DATA_PATH", "").split(os.pathsep)
    return [Path(p) for p in paths if p and Path(p).is_dir()]


def pythia_folder() -> Path | None:
    """pdfdata of an installed pythia8mc, or None: PYTHIA8DATA's neighbour, then where pip puts it."""
    places = []
    if "PYTHIA8DATA" in os.environ:
        places.append(Path(os.environ["PYTHIA8DATA"]).parent / "pdfdata")
    spec = importlib.util.find_spec("pythia8mc")
    if spec is not None and spec.origin is not None:
        # pip puts a wheel's share folder beside lib; how far up that is differs between systems.
        above = [Path(sysconfig.get_path("data")), *Path(spec.origin).parents[:5]]
        places += [place / "share" / "Pythia8" / "pdfdata" for place in above]
    return next((place for place in places if place.is_dir()), None)
