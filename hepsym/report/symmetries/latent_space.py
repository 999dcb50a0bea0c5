"""Which flows of a run's latent space leave the law of its rows as it is? Symmetries that need not be linear.

Latents are posterior means; those with a mean KL below SEEN nats carry nothing and stay at their means.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hepsym.models.runs.trained import Trained

__all__ = ["HIGHEST", "LEAST_ROWS", "latent_space"]

Floats = NDArray[np.float64]

SEEN = 0.1
"""nats"""
ROWS = 30_000
LEAST_ROWS, HIGHEST = 2000, 12


def latent_space(trained: "Trained", rows: Floats, *, alpha: float, seed: int) -> tuple[dict[str, Any], str]:
    """Flows found in the latents of rows (n, D), as plain values, and a note where none were looked for.

    {"used": numbers of the latents, "flows": [{matrix, shift, bound_latents, bound_rows, certified}]}; a
    flow is dz/dt = matrix z + shift of the latents used, and is certified where both its own effect on the
    latents' density and that of its decoded image on the rows' are below `density.DELTA`.
    """
    from hepsym.analysis.symmetries.latent import latent_flows

    rows = rows[:ROWS]
    mu, log_var = trained.encode(rows)
    kl = 0.5 * (mu**2 + np.exp(log_var) - 1.0 - log_var).mean(axis=0)
    used = np.flatnonzero(kl > SEEN)
    if len(rows) < LEAST_ROWS or not 2 <= len(used) <= HIGHEST:
        return {"used": used.tolist(), "flows": []}, (
            f"flows of latents were not looked for: {len(used)} latents carry more than {SEEN:g} nat over "
            f"{len(rows)} rows; 2 to {HIGHEST} and {LEAST_ROWS} rows are needed"
        )
    middle = mu.mean(axis=0)

    def decode(z: Floats) -> Floats:
        whole = np.tile(middle, (len(z), 1))
        whole[:, used] = z
        decoded: Floats = trained.decode(whole)
        return decoded

    flows = latent_flows(mu[:, used], rows, decode, alpha=alpha, seed=seed)
    told = [
        {
            "matrix": f.matrix.tolist(), "shift": f.shift.tolist(), "bound_latents": f.bound_latents,
            "bound_rows": f.bound_rows, "certified": f.certified,
        }
        for f in flows
    ]  # fmt: skip
    return {"used": used.tolist(), "flows": told}, ""
