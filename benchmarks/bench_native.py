"""Does the native format keep up with the disk? Shards with checksums beside a raw write of as many bytes."""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil

from hepsym import events as ev
from hepsym.events.native import Dataset, DatasetWriter

TARGET = 0.5
"""Of the raw sequential write + fsync."""
LEGS = 2


def template() -> ev.Template:
    beams = {0: (45.6, 0.0, 0.0, 45.6), 1: (45.6, 0.0, 0.0, -45.6)}
    return ev.Template((11, -11, 13, -13), (-1, -1, 1, 1), (0.0, 0.0, 0.1, 0.1), beams)


def write_dataset(path: Path, n: int, source: np.ndarray, threads: int) -> float:
    """Seconds to write n events, the shards filled by copies in `threads` threads."""
    start = time.perf_counter()
    with DatasetWriter(path, template=template(), provenance=ev.Provenance(seed=1), total=n) as dataset:
        todo = iter(dataset.missing)
        lock = threading.Lock()

        def fill() -> None:
            while True:
                with lock:
                    index = next(todo, None)
                if index is None:
                    return
                buffer = dataset.buffer(index)
                np.copyto(buffer, source[: len(buffer)])
                dataset.put(index, buffer)

        workers = [threading.Thread(target=fill) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
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


def measure(n: int, repeats: int, threads: int, folder: Path) -> dict[str, float]:
    source = np.random.default_rng(1).normal(size=(2**20, LEGS, 4))
    ours, raw = [], []
    with tempfile.TemporaryDirectory(dir=folder) as place:
        for _ in range(repeats):
            raw.append(write_raw(Path(place) / "raw", n, source))
            (Path(place) / "raw").unlink()
            ours.append(write_dataset(Path(place) / "dataset", n, source, threads))
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
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="On the disk to be measured.")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = measure(given.events, given.repeats, given.threads, given.folder)
    print(f"raw write + fsync   {found['raw_bytes_per_second'] / 1e9:6.2f} GB/s")
    print(
        f"native, checksums   {found['native_bytes_per_second'] / 1e9:6.2f} GB/s, "
        f"{found['native_events_per_second'] / 1e6:.1f} M events/s"
    )
    print(f"fraction of raw     {found['fraction_of_raw']:6.2f} (median of pairs; target {TARGET:g})")
    print(f"peak memory         {found['peak_memory_bytes'] / 1e6:6.0f} MB")
    if given.json:
        made = {
            "what": "native format, checksums included",
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
