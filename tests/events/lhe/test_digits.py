"""17 digits: as Python writes them, for every kind of double, and read back to the same bits."""

import numpy as np
import pytest

from hepsym._numba import JIT_DISABLED, loop
from hepsym.events.lhe.writing.digits import write_number

N = 300 if JIT_DISABLED else 200_000


@loop
def _write_all(out: np.ndarray, values: np.ndarray) -> int:
    at = 0
    for i in range(values.shape[0]):
        at = write_number(out, at, values[i])
    return at


def written(values: np.ndarray) -> str:
    out = np.empty(25 * len(values), dtype=np.uint8)
    with np.errstate(over="ignore"):  # as plain Python, unsigned arithmetic says when it wraps
        used = _write_all(out, values)
    return out[:used].tobytes().decode()


def expected(values: np.ndarray) -> str:
    return "".join(f" {v:.16e}" for v in values.tolist())


def patterns(seed: int) -> np.ndarray:
    """Random bit patterns: every exponent, normal and subnormal."""
    bits = np.random.default_rng(seed).integers(0, 2**64, N, dtype=np.uint64)
    values = bits.view(np.float64)
    return values[np.isfinite(values)]


SAMPLES = {
    "bit patterns": patterns(1),
    "subnormal": np.random.default_rng(2).integers(1, 2**52, N // 2, dtype=np.uint64).view(np.float64),
    "tiny subnormal": np.arange(1, 500, dtype=np.uint64).view(np.float64),
    "powers of two": 2.0 ** np.arange(-1074, 1024),
    "powers of ten": np.array([float(f"{s}1e{k}") for k in range(-323, 309) for s in ("", "-")]),
    "beside powers of ten": np.nextafter([float(f"1e{k}") for k in range(-300, 309)], 0.0),
    "energies": np.random.default_rng(3).normal(size=N) * 45.6,
    "edges": np.array(
        [
            0.0,
            -0.0,
            1e300,
            -1e-300,
            1.7976931348623157e308,
            2.2250738585072014e-308,
            5e-324,
            9007199254740993.0,
        ]
    ),
    "ties": np.concatenate(
        [np.random.default_rng(k).integers(2**52, 2**53, N // 20 | 1) * 2.0**-k for k in range(1, 12)]
    ),
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_digits_are_python_s(sample: str) -> None:
    """Equal text means correctly rounded, ties to even, for Python's %.16e is."""
    values = SAMPLES[sample]
    assert written(values) == expected(values)


def test_reading_gives_the_same_bits() -> None:
    values = np.concatenate(list(SAMPLES.values()))
    back = np.array([float(t) for t in written(values).split()])
    assert back.tobytes() == values.tobytes()
