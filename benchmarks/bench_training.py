"""How fast does the VAE train, beside the same model in a plain PyTorch loop?

Three loops train the same architecture on the same rows with the same batch, float32, one thread each:
hepsym's (with noise, finite check, metrics, validation of one batch and saving); autograd fed by a
DataLoader over a TensorDataset with torch.optim.Adam as they come; and, as the strongest plain loop,
autograd on slices of a shuffled tensor with fused Adam. Repeats alternate; medians count.
"""

import argparse
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from hepsym.models import VAE, FitSettings
from hepsym.models.training.feed import Resident
from hepsym.models.training.loop import Training

FEATURES, LATENT, HIDDEN, BETA, RATE = 8, 8, (64, 64), 0.05, 2e-3
TARGET = 5.0
"""Times the DataLoader loop's rows a second."""


def ours(rows: Tensor, batch: int, epochs: int) -> float:
    settings = FitSettings(
        latent=LATENT, hidden=HIDDEN, beta=BETA, epochs=epochs, batch=batch, learning_rate=RATE, patience=0
    )
    model = VAE(FEATURES, settings).to(torch.float32)
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "state").mkdir()
        feed = Resident(rows, batch, (1,), torch.device("cpu"))
        outcome = Training(model, feed, rows[:batch], settings, Path(place)).run()
    return outcome.rows / outcome.seconds


class Plain(nn.Module):
    """The same VAE, as one writes it with torch.nn."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = self.layers(FEATURES, *HIDDEN, 2 * LATENT)
        self.decoder = self.layers(LATENT, *HIDDEN[::-1], FEATURES)

    @staticmethod
    def layers(*sizes: int) -> nn.Sequential:
        parts: list[nn.Module] = []
        for wide, narrow in itertools.pairwise(sizes):
            parts += [nn.Linear(wide, narrow), nn.Tanh()]
        return nn.Sequential(*parts[:-1])

    def loss(self, x: Tensor) -> Tensor:
        mu, log_var = self.encoder(x).chunk(2, dim=-1)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * log_var)
        error = (x - self.decoder(z)).square().sum(-1).mean()
        kl = 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(-1).mean()
        total: Tensor = error + BETA * kl
        return total


def plain(batches: Callable[[], object], model: Plain, adam: torch.optim.Adam, epochs: int) -> int:
    seen, total = 0, 0.0
    for _ in range(epochs):
        for x in batches():  # type: ignore[attr-defined]
            adam.zero_grad()
            loss = model.loss(x)
            loss.backward()
            adam.step()
            total += loss.item()
            seen += len(x)
    return seen


def with_loader(rows: Tensor, batch: int, epochs: int) -> float:
    model = Plain()
    loader = DataLoader(TensorDataset(rows), batch_size=batch, shuffle=True, drop_last=True, num_workers=0)
    adam = torch.optim.Adam(model.parameters(), RATE)
    start = time.perf_counter()
    seen = plain(lambda: (x for (x,) in loader), model, adam, epochs)
    return seen / (time.perf_counter() - start)


def with_slices(rows: Tensor, batch: int, epochs: int) -> float:
    model = Plain()
    adam = torch.optim.Adam(model.parameters(), RATE, fused=True)

    def batches() -> list[Tensor]:
        shuffled = rows[torch.randperm(len(rows))]
        return [shuffled[i : i + batch] for i in range(0, len(rows) - batch + 1, batch)]

    start = time.perf_counter()
    seen = plain(batches, model, adam, epochs)
    return seen / (time.perf_counter() - start)


def measure(batch: int, n: int, epochs: int, repeats: int) -> list[dict[str, object]]:
    rows = torch.randn(n, FEATURES, generator=torch.Generator().manual_seed(1))
    loops = {"hepsym": ours, "loader": with_loader, "slices": with_slices}
    for loop in loops.values():
        loop(rows[: 4 * batch], batch, 1)
    found: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(repeats):
        for name, loop in loops.items():
            found[name].append(loop(rows, batch, epochs))
    median = {name: statistics.median(rates) for name, rates in found.items()}
    peers = (
        ("loader", f"PyTorch {torch.__version__}, DataLoader", TARGET),
        ("slices", f"PyTorch {torch.__version__}, slices and fused Adam", None),
    )
    return [
        {
            "what": f"VAE training, 8 features, 8 latents, 64-64, batch {batch}, one thread",
            "hepsym": median["hepsym"], "peer": median[peer], "peer_name": name, "unit": "rows/s",
            "ratio": median["hepsym"] / median[peer], "target": target,
            "ratios": [a / b for a, b in zip(found["hepsym"], found[peer], strict=True)],
        }
        for peer, name, target in peers
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = [r for b in (256, 1024) for r in measure(b, options.rows, options.epochs, options.repeats)]
    for row in rows:
        print(f"{row['what']}: hepsym {row['hepsym']:,.0f}, {row['peer_name']} {row['peer']:,.0f} rows/s: "
              f"{row['ratio']:.2f}x")  # fmt: skip
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1))


if __name__ == "__main__":
    main()
