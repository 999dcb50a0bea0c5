"""Does generating to the native format keep up with the disk? Beside a raw write of as many bytes.

Ours draws e- e+ > mu- mu+, hashes every shard (SHA-256), writes it under a temporary name, fsyncs, renames
and enters it in the manifest. The raw side writes the same number of bytes to one file and fsyncs once.
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from hepsym.events.native import Dataset
from hepsym.generators import generate_to, load_card

TARGET = 0.5
"""Of the raw sequential write + fsync."""
LEGS = 2


def write_dataset(path: Path, n: int) -> float:
    """Seconds to generate n events and have them on the disk, hashed, whole and in the manifest."""
    start = time.perf_counter()
    generate_to(load_card("ee2mumu"), n, path)
    return time.perf_counter() - start


def write_raw(path: Path, n: int, source: np.ndarray) -> float:
    """Seconds to write as many bytes to one file, in pieces of 8 MiB, and fsync it."""
    left = n * LEGS * 32
    piece = source.reshape(-1).view(np.uint8).data[: 8 * 2**20]
    start = time.perf_counter()
    with path.open("wb", buffering=0) as file:
        while left > 0:
            left -= file.write(piece[:left])
        os.fsync(file.fileno())
    return time.perf_counter() - start


def measure(n: int, repeats: int, folder: Path) -> dict[str, float]:
    source = np.random.default_rng(1).normal(size=(2**20, LEGS, 4))
    ours, raw = [], []
    with tempfile.TemporaryDirectory(dir=folder) as place:
        write_dataset(Path(place) / "first", 10)  # compiles
        for _ in range(repeats):
            raw.append(write_raw(Path(place) / "raw", n, source))
            (Path(place) / "raw").unlink()
            ours.append(write_dataset(Path(place) / "dataset", n))
            assert len(Dataset(Path(place) / "dataset")) == n
            shutil.rmtree(Path(place) / "dataset")
    size = n * LEGS * 32
    peak = psutil.Process().memory_info()
    return {
        "events": float(n),
        "bytes": float(size),
        "raw_bytes_per_second": size / statistics.median(raw),
        "native_bytes_per_second": size / statistics.median(ours),
        "native_events_per_second": n / statistics.median(ours),
        "fraction_of_raw": statistics.median(r / o for r, o in zip(raw, ours, strict=True)),
        "peak_memory_bytes": float(getattr(peak, "peak_wset", 0) or _peak()),
    }


def _peak() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=16_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="On the disk to be measured.")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = measure(given.events, given.repeats, given.folder)
    print(f"raw write + fsync   {found['raw_bytes_per_second'] / 1e9:6.2f} GB/s")
    print(
        f"native, checksums   {found['native_bytes_per_second'] / 1e9:6.2f} GB/s, "
        f"{found['native_events_per_second'] / 1e6:.1f} M events/s"
    )
    print(f"fraction of raw     {found['fraction_of_raw']:6.2f} (median of pairs; target {TARGET:g})")
    print(f"peak memory         {found['peak_memory_bytes'] / 1e6:6.0f} MB")
    if given.json:
        made = {
            "what": f"ee2mumu to disk, native format, checksums included, {given.events:,} events",
            "hepsym": found["native_bytes_per_second"] / 1e9,
            "peer": found["raw_bytes_per_second"] / 1e9,
            "peer_name": "raw write + fsync",
            "ratio": found["fraction_of_raw"],
            "unit": "GB/s",
            "target": TARGET,
        }
        given.json.write_text(json.dumps({"rows": [made], "all": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
