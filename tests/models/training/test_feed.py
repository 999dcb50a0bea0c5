"""Every order visits each row once, depends on (seed, epoch) alone, and can be entered at any step."""

import pytest
import torch
from torch import Tensor

from hepsym.models.noise import Noise
from hepsym.models.training.feed import Feed, Resident, Streamed, feed

CPU = torch.device("cpu")
ROWS = torch.arange(1003, dtype=torch.float64)[:, None]


def made(kind: str, seeds: tuple[int, ...] = (3,)) -> Feed:
    if kind == "resident":
        return Resident(ROWS, 10, seeds, CPU)
    return Streamed(ROWS, 10, seeds, CPU, chunk_batches=7)


def visited(rows: Feed, epoch: int, first: int = 0) -> Tensor:
    return torch.stack([batch.clone() for batch in rows.epoch(epoch, first)])


@pytest.mark.parametrize("kind", ["resident", "streamed"])
def test_an_epoch_visits_rows_once_in_a_new_order(kind: str) -> None:
    rows = made(kind)
    first, second = visited(rows, 0), visited(rows, 1)
    assert first.shape == (100, 1, 10, 1)
    assert rows.steps == 100
    assert len(first.unique()) == first.numel()
    assert not torch.equal(first, second)
    assert torch.equal(first, visited(made(kind), 0))


@pytest.mark.parametrize("kind", ["resident", "streamed"])
@pytest.mark.parametrize("step", [1, 7, 40, 99, 100])
def test_an_epoch_can_be_entered_at_any_step(kind: str, step: int) -> None:
    whole = visited(made(kind), 4)
    rest = [batch.clone() for batch in made(kind).epoch(4, step)]
    assert len(rest) == 100 - step
    assert all(torch.equal(a, b) for a, b in zip(rest, whole[step:], strict=True))


def test_seeds_of_an_ensemble_have_orders_of_their_own() -> None:
    both = visited(made("resident", (3, 4)), 2)
    assert torch.equal(both[:, :1], visited(made("resident", (3,)), 2))
    assert torch.equal(both[:, 1:], visited(made("resident", (4,)), 2))


def test_what_fits_is_resident(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(feed(ROWS, 10, (1,), CPU), Resident)
    monkeypatch.setattr("hepsym.models.training.feed.resident_bytes", lambda _: ROWS.nbytes)
    assert isinstance(feed(ROWS, 10, (1,), CPU), Streamed)


def test_noise_is_a_function_of_seed_and_step() -> None:
    def numbers(seeds: tuple[int, ...], step: int) -> Tensor:
        return Noise(seeds, CPU).at(step).normal_(torch.empty(len(seeds), 50, 4))

    both = numbers((1, 2), 7)
    assert torch.equal(both[1:], numbers((2,), 7))
    assert not torch.equal(both[0], both[1])
    assert not torch.equal(numbers((1,), 7), numbers((1,), 8))
    used = Noise((1,), CPU)
    used.at(3).normal_(torch.empty(1, 50, 4))
    assert torch.equal(used.at(7).normal_(torch.empty(1, 50, 4)), both[:1])
