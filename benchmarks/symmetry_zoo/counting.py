"""What does counting a plain VAE's latents say of the dimension?

Relevant are those of mean KL above 0.1 nat.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

from hepsym.generators.toys import Toy

BETA = 0.03
"""In the middle of the range in which the study's plateaus lie; no single value is right for all sets"""
EPOCHS = 40


def counted(toy: Toy, n: int, noise: float, seed: int) -> dict[str, Any]:
    """One VAE, 64-64, with two latents more than the table has columns; sum-MSE + beta KL."""
    from hepsym.analysis.relevance import counts_by_rule
    from hepsym.models import FitSettings, fit, load

    rows = toy.draw(n, seed, noise=noise)
    settings = FitSettings(latent=len(toy.columns) + 2, beta=BETA, epochs=EPOCHS, seed=seed, device="cpu")
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        fit(rows, toy.columns, settings, run, source={"toy": toy.name}, drop_constant=True)
        mu, log_var = load(run).encode(rows)
    count = counts_by_rule(mu, log_var)["kl"]
    return {"toy": toy.name, "count": count, "seconds": time.perf_counter() - started}
