"""Makes jetnet_distances.json: distances of jets by jetnet and energyflow, which hepsym must meet.

    python3.11 -m venv peers
    peers/bin/pip install numpy==1.26.4 "scipy<1.15" energyflow coffea torch
    peers/bin/pip install --no-deps jetnet==0.2.5
    peers/bin/python tests/reference/scripts/jetnet_distances.py > tests/reference/jetnet_distances.json

jetnet 0.2.5 does not import with numpy 2, hence a virtual environment of its own. The samples are functions
of seeds (`samples`, `jets`), which the test calls too.
"""

import json
from importlib.metadata import version

import numpy as np


def samples(n: int) -> dict[str, np.ndarray]:
    """Three samples (n, 6): one law twice, and one whose means and widths are off by a few percent."""
    rng = np.random.default_rng(20231)
    mix = rng.normal(size=(6, 6))
    first, second, third = (rng.normal(size=(n, 6)) @ mix for _ in range(3))
    return {"real": first, "same": second, "other": 1.05 * third + 0.1}


def jets(n: int, particles: int = 12) -> np.ndarray:
    """(n, particles, 3): eta, phi, p_T, some of p_T 0."""
    rng = np.random.default_rng(20232)
    found = np.stack(
        [rng.normal(0, 0.1, (n, particles)), rng.normal(0, 0.1, (n, particles)),
         rng.dirichlet(np.full(particles, 0.5), n)], axis=2,
    )  # fmt: skip
    found[:, :, 2] *= np.arange(particles) < rng.integers(3, particles + 1, (n, 1))
    return found


def main() -> None:
    import energyflow
    from jetnet import evaluation

    sets = samples(50_000)
    found: dict[str, object] = {
        "versions": {n: version(n) for n in ("jetnet", "energyflow", "numpy", "scipy")}
    }
    for name in ("same", "other"):
        found[f"fpd {name}"] = [float(v) for v in evaluation.fpd(sets["real"], sets[name])]
        found[f"kpd {name}"] = [float(v) for v in evaluation.kpd(sets["real"], sets[name])]
    flows = jets(20)
    events = [j[j[:, 2] > 0][:, [2, 0, 1]] for j in flows]
    polynomials = energyflow.EFPSet(
        "d<=3", measure="hadr", beta=1.0, normed=True, coords="ptyphim", verbose=0
    )
    connected = [
        i for i, spec in enumerate(polynomials.specs) if spec[polynomials.cols.tolist().index("p")] == 1
    ]
    found["efp"] = np.sort(np.array([polynomials.compute(e)[connected] for e in events]), axis=1).tolist()
    found["emd"] = [
        float(energyflow.emd.emd(a, b, R=0.4, norm=False))
        for a, b in zip(events[:10], events[10:], strict=True)
    ]
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
