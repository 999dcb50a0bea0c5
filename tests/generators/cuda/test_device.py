"""`generate --device cuda`: the CPU's events to 4 ulp, on a device or else in numba's simulator of one."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hepsym.errors import InputError
from hepsym.generators import generate_to, load_card
from hepsym.generators.cuda import CudaFiller, need_cuda
from hepsym.generators.production.generate import generator_for
from tests.generators.cuda.simulated import expect

ROOT = Path(__file__).parents[3]


def device_is_there() -> bool:
    try:
        need_cuda()
    except InputError:
        return False
    return True


NO_DEVICE = pytest.mark.skipif(device_is_there(), reason="a CUDA device is here")
DEVICE = pytest.mark.skipif(not device_is_there(), reason="numba finds no CUDA device here")


@pytest.mark.compiled
def test_in_the_simulator(tmp_path: Path) -> None:
    """All but the device's own arithmetic: threads, chunks, shards, files, the command."""
    expect(tmp_path)
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.generators.cuda.simulated", str(tmp_path)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.rstrip().endswith("sound")


@pytest.mark.gpu
@DEVICE
@pytest.mark.parametrize("card", ["ee2mumu", "ee2tautau"])
def test_on_a_device(card: str, tmp_path: Path) -> None:
    """1e6 events, every component within 4 ulp; another chunk gives the same bits."""
    from hepsym import events
    from hepsym.generators import generate

    generate_to(load_card(card), 1_000_000, tmp_path / "device", seed=11, device="cuda")
    device, cpu = (
        events.read(tmp_path / "device").momenta,
        generate(load_card(card), 1_000_000, seed=11).momenta,
    )
    assert (np.abs(device - cpu) <= 4 * np.spacing(np.maximum(np.abs(device), np.abs(cpu)))).all()
    small = CudaFiller(generator_for(load_card(card)), 11, chunk=12_345)
    again = np.empty((100_000, 4, 4))
    with small.running() as fill:
        fill(again, {}, 0)
    assert again.tobytes() == device[:100_000].tobytes()


@NO_DEVICE
def test_without_a_device_it_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="numba finds no CUDA device here") as caught:
        generate_to(load_card("ee2mumu"), 10, tmp_path / "x", device="cuda")
    assert "\n" not in str(caught.value) and not list(tmp_path.iterdir())


def test_what_does_not_go_with_a_device(tmp_path: Path) -> None:
    card = load_card("ee2mumu")
    with pytest.raises(InputError, match="leave --threads"):
        generate_to(card, 10, tmp_path / "x", device="cuda", threads=2)
    with pytest.raises(InputError, match="is not one of cpu, cuda"):
        generate_to(card, 10, tmp_path / "x", device="gpu")
    with pytest.raises(InputError, match="has no kernels for CUDA yet"):
        generate_to(load_card("B2Kstargamma"), 10, tmp_path / "x", device="cuda")
    assert not list(tmp_path.iterdir())
