"""What do other estimators of the dimension say? Run by a Python that has scikit-dimension and dadapy.

python -m venv peers && peers/bin/pip install scikit-dimension==0.5.0 dadapy==0.3.4
peers/bin/python benchmarks/symmetry_zoo/peers.py TABLES.npz OUT.json
"""

import importlib.metadata
import json
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np

SLOWEST = 10.0
"""Seconds of CPU that an estimator gets for a table; after three in a row that take longer it is given up"""


def estimators() -> dict[str, object]:
    """Name to a function of rows, of what is installed."""
    found: dict[str, object] = {}
    try:
        import skdim

        for name in sorted(n for n in dir(skdim.id) if n[0].isupper() or n == "lPCA"):
            kind = getattr(skdim.id, name)
            found[f"skdim {name}"] = lambda rows, kind=kind: float(kind().fit(rows).dimension_)
    except ImportError:
        pass
    try:
        import dadapy

        def two_nn(rows: np.ndarray) -> float:
            return float(dadapy.Data(coordinates=rows, verbose=False, n_jobs=1).compute_id_2NN()[0])

        found["dadapy 2NN"] = two_nn
    except ImportError:
        pass
    return found


def versions() -> dict[str, str]:
    out = {}
    for package in ("scikit-dimension", "dadapy"):
        try:
            out[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return out


def _too_slow(*_: object) -> None:
    raise TimeoutError(f"more than {SLOWEST:g} s")


def main(tables: Path, out: Path) -> None:
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, _too_slow)
    rows = np.load(tables)
    results: dict[str, dict[str, object]] = {}
    for name, estimate in estimators().items():
        row: dict[str, object] = {}
        started, late = time.process_time(), 0
        for table in rows.files:
            if late == 3:
                row[table] = "given up"
                continue
            x = rows[table]
            x = (x - x.mean(axis=0)) / np.where(x.std(axis=0) > 1e-12 * np.abs(x).max(), x.std(axis=0), 1.0)
            signal.setitimer(signal.ITIMER_PROF, SLOWEST, 1.0)
            try:
                row[table] = estimate(x)  # type: ignore[operator]
                late = 0
            except Exception as error:  # an estimator that falls over has not told the dimension
                row[table] = f"{type(error).__name__}: {error}"
                late = late + 1 if isinstance(error, TimeoutError) else 0
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
        results[name] = {"values": row, "seconds": time.process_time() - started}
        print(f"{name}: {results[name]['seconds']:.1f} s", file=sys.stderr, flush=True)
    out.write_text(json.dumps({"versions": versions(), "estimators": results}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
