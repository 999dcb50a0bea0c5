"""Random numbers: Random123's known answers, an independent Philox, and exact addressing."""

import numpy as np
import pytest
from scipy import stats

from hepsym import random
from hepsym._numba import JIT_DISABLED

N = 2_000 if JIT_DISABLED else 200_000

# Random123's kat_vectors for philox4x32 with 10 rounds: counter, key, words.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_known_answers(counter: tuple[int, ...], key: tuple[int, ...], expected: tuple[int, ...]) -> None:
    got = random.philox4x32(*(np.uint64(c) for c in counter), *(np.uint64(k) for k in key))
    assert tuple(int(w) for w in got) == expected


def test_equals_randomgen_on_many_counters() -> None:
    """randomgen's Philox(number=4, width=32) is an independent implementation."""
    from randomgen import Philox

    rng = np.random.default_rng(3)
    for _ in range(50):
        counter = [int(c) for c in rng.integers(0, 2**32 - 1, 4)]
        keys = [int(k) for k in rng.integers(0, 2**32, 2)]
        # randomgen advances the counter before its first block
        value = sum(c << (32 * i) for i, c in enumerate(counter))
        oracle = Philox(counter=value, key=sum(k << (32 * i) for i, k in enumerate(keys)), number=4, width=32)
        expected = [int(w) for w in oracle.random_raw(4)]
        after = value + 1
        moved = [(after >> (32 * i)) & 0xFFFFFFFF for i in range(4)]
        got = random.philox4x32(*(np.uint64(c) for c in moved), *(np.uint64(k) for k in keys))
        assert [int(w) for w in got] == expected


@pytest.mark.parametrize("draw", [random.uniforms, random.exponentials, random.normals])
def test_a_number_depends_on_its_address_alone(draw) -> None:
    whole = draw(5, 1000)
    parts = np.concatenate([draw(5, 137), draw(5, 863, first=137)])
    assert np.array_equal(whole, parts)
    assert not np.any(whole == draw(6, 1000))
    assert not np.any(whole == draw(5, 1000, stream=1))
    out = np.empty(1000)
    assert draw(5, 1000, out=out) is out
    assert np.array_equal(out, whole)


def test_uniform_is_open_and_exact() -> None:
    top = np.uint64(0xFFFFFFFF)
    zero = np.uint64(0)
    assert random.uniform(zero, zero) == 2.0**-53
    assert random.uniform(top, top) == 1 - 2.0**-53
    scaled = random.uniforms(1, 1000) * 2.0**53
    assert np.all(scaled % 2 == 1)


@pytest.mark.parametrize(
    ("draw", "law"),
    [(random.uniforms, stats.uniform), (random.exponentials, stats.expon), (random.normals, stats.norm)],
)
def test_laws(draw, law) -> None:
    """Kolmogorov-Smirnov at N numbers; false alarm 1e-3 by construction, seed fixed."""
    assert stats.kstest(draw(2024, N), law.cdf).pvalue > 1e-3


def test_bits_are_balanced() -> None:
    """Each of the 52 random bits of N uniforms is 1 half of the time (4.5 sigma, 52 looks: 4e-4)."""
    k = (random.uniforms(7, N) * 2.0**53).astype(np.uint64) >> np.uint64(1)
    for bit in range(52):
        mean = ((k >> np.uint64(bit)) & np.uint64(1)).mean()
        assert abs(mean - 0.5) < 4.5 * 0.5 / np.sqrt(len(k)), bit


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_seed_out_of_range(seed: int) -> None:
    with pytest.raises(ValueError, match=r"seed = .* out of range"):
        random.uniforms(seed, 1)


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        random.uniforms(1, -1)
    with pytest.raises(ValueError, match="stream"):
        random.uniforms(1, 1, stream=-1)
    with pytest.raises(ValueError, match="shape"):
        random.uniforms(1, 3, out=np.empty(4))
