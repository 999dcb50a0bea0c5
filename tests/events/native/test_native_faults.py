"""A full disk and a kill -9 leave complete shards, and nothing half-written."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from hepsym.errors import InputError, RunError
from hepsym.events.native import Dataset, DatasetWriter
from hepsym.events.native.manifest import read_manifest
from tests.events.conftest import PROVENANCE, assert_same, muon_momenta, muon_pairs, template

SLOW_WRITER = """
import sys, time
from tests.events.conftest import PROVENANCE, muon_momenta, template
from hepsym.events.native import DatasetWriter
momenta = muon_momenta(10_000)
with DatasetWriter(sys.argv[1], template=template(), provenance=PROVENANCE, total=10_000,
                   shard_events=500, resume=True) as dataset:
    print("begun", flush=True)
    for index in dataset.missing:
        first, last = dataset.span(index)
        dataset.put(index, momenta[first:last])
        time.sleep(0.005)
print("done", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_killed_again_and_again(tmp_path: Path) -> None:
    """SIGKILL at several moments, resumed each time: the same events in the end."""
    path = tmp_path / "killed"
    command = [sys.executable, "-c", SLOW_WRITER, str(path)]
    root = Path(__file__).parents[3]
    for wait in (0.02, 0.06, 0.11):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
            assert process.stdout is not None and process.stdout.readline() == "begun\n"
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
        for shard in read_manifest(path).shards:  # what the manifest names is whole
            assert all((path / p.file).stat().st_size == p.bytes for p in shard.parts.values())
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.endswith("done\n")
    dataset = Dataset(path)
    assert dataset.verify() == [] and not list(path.glob(".*"))
    assert_same(dataset.read(), muon_pairs(10_000))


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A file system of 1 MiB."""
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(mount)]
    if (
        not hasattr(os, "geteuid")
        or os.geteuid() != 0
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("mounting a small disk needs root")
    yield mount
    subprocess.run(["umount", "--lazy", str(mount)], check=True)


def test_a_full_disk_keeps_complete_shards(small_disk: Path) -> None:
    path = small_disk / "dataset"
    momenta = muon_momenta(40_000)
    options = {"template": template(), "provenance": PROVENANCE, "total": 40_000, "shard_events": 2_000}
    with (
        pytest.raises(RunError, match=r"disk is full; \d+ of 20 shards are complete and kept"),
        DatasetWriter(path, **options) as dataset,
    ):
        for index in dataset.missing:
            first, last = dataset.span(index)
            dataset.put(index, momenta[first:last])
        dataset.close()
    kept = Dataset(path, partial=True)
    assert 3 <= len(kept.manifest.shards) < 20 and kept.verify() == [f"{path} is incomplete"]
    assert not list(path.glob(".*"))


def test_a_full_disk_leaves_no_half_file(small_disk: Path) -> None:
    from hepsym import events as ev

    events = muon_pairs(60_000)
    for name in ("a.lhe", "a.lhe.gz", "a.npz", "a.parquet", "a"):
        with pytest.raises(RunError, match="disk is full"):
            ev.write(small_disk / name, events)
        assert list(small_disk.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="directory modes are Unix's")
def test_a_directory_that_is_not_writable() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # pytest's own folders are closed to others
        Path(folder).chmod(0o555)
        me = os.geteuid()
        if me == 0:  # root writes everywhere, so be nobody for a moment
            os.seteuid(65534)
        try:
            with pytest.raises(InputError, match="not writable"):
                DatasetWriter(Path(folder) / "d", template=template(), provenance=PROVENANCE, total=1)
        finally:
            os.seteuid(me)
