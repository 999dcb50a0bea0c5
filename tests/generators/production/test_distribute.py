"""One dataset, whoever makes it: threads, processes, batch jobs, a Dask cluster, and with a worker killed."""

import gc
import hashlib
import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import distributed
import numpy as np
import pytest

from hepsym import events
from hepsym.cli import main
from hepsym.errors import InputError, RunError
from hepsym.events.disk.atomic import disk_error
from hepsym.events.native import merge
from hepsym.generators import generate_to, load_card
from hepsym.generators.cards.card import to_toml
from hepsym.generators.datasets.jet_card import load_jet_card
from hepsym.generators.datasets.jets import generate_jets
from hepsym.generators.production.crew import Crew, on_dask, on_processes
from hepsym.generators.production.distribute import ShardJob, make_shard

N, SHARD = 60_000, 7_000

# What a cluster leaves to the garbage collector, sockets of killed workers among it, is Dask's.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two worker processes and a scheduler, as a batch system would start them; real sockets."""
    patience = {f"distributed.comm.timeouts.{what}": "300s" for what in ("connect", "tcp")}
    with (
        dask.config.set({**patience, "distributed.deploy.lost-worker-timeout": "300s"}),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as made,
    ):
        yield made
    gc.collect()


def digest(dataset: Path) -> str:
    """Of every file, manifest included, by name and content: nothing else may lie there either."""
    found = hashlib.sha256()
    for path in sorted(dataset.iterdir()):
        found.update(f"{path.name} {path.stat().st_size}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def events_digest(dataset: Path) -> str:
    found = hashlib.sha256()
    for shard in events.iterate(dataset):
        found.update(np.ascontiguousarray(shard.momenta))
        found.update(np.ones(0) if shard.weights is None else np.ascontiguousarray(shard.weights))
    return found.hexdigest()


def make(out: Path, *, weighted: bool = False, crew: Crew | None = None, **changes: Any) -> Path:
    settings = {"seed": 5, "weighted": weighted, "shard_events": SHARD, "crew": crew, **changes}
    generate_to(load_card("ee2mumu"), N, out, **settings)
    return out


@pytest.fixture(scope="module", params=[False, True], ids=["unweighted", "weighted"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[bool, Path]:
    """By one thread."""
    out = tmp_path_factory.mktemp("whole") / "dataset"
    return request.param, make(out, weighted=request.param, threads=1)


def test_two_threads(whole: tuple[bool, Path], tmp_path: Path) -> None:
    weighted, dataset = whole
    assert digest(make(tmp_path / "d", weighted=weighted, threads=2)) == digest(dataset)


def test_two_processes(tmp_path: Path) -> None:
    """Weighted; unweighted is where one of them is killed, below."""
    made = make(tmp_path / "processes", weighted=True, crew=on_processes(2))
    assert digest(made) == digest(make(tmp_path / "threads", weighted=True))


def test_a_dask_cluster(whole: tuple[bool, Path], tmp_path: Path, cluster: Any) -> None:
    weighted, dataset = whole
    crew = on_dask(cluster.scheduler_address)
    assert digest(make(tmp_path / "d", weighted=weighted, crew=crew)) == digest(dataset)


def test_parts_of_batch_jobs_merged(whole: tuple[bool, Path], tmp_path: Path) -> None:
    """Each part by another crew; the merged events are the run's, and with a part a shard the files too."""
    weighted, dataset = whole
    shards = len(json.loads((dataset / "manifest.json").read_text())["shards"])
    parts = [
        make(tmp_path / f"part{a}", weighted=weighted, part=(a, b, shards), threads=1)
        for a, b in ((0, 4), (4, 5), (5, shards))
    ]
    merge(parts[::-1], tmp_path / "merged")
    assert events_digest(tmp_path / "merged") == events_digest(dataset)
    assert digest(tmp_path / "merged") == digest(dataset)


def test_a_run_begun_by_one_crew_is_finished_by_another(
    whole: tuple[bool, Path], tmp_path: Path, cluster: Any
) -> None:
    weighted, dataset = whole
    out = tmp_path / "d"

    def stop(done: int, _: int) -> None:
        if done >= 20_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(out, weighted=weighted, crew=on_dask(cluster.scheduler_address), progress=stop)
    assert 2 <= len(json.loads((out / "manifest.json").read_text())["shards"]) < 9
    assert digest(make(out, weighted=weighted, threads=2, resume=True)) == digest(dataset)


def test_a_dask_worker_killed_mid_run_changes_nothing(tmp_path: Path, cluster: Any) -> None:
    """kill -9 of one of the two workers once a fifth of 60 shards is there."""
    settings = {"seed": 6, "shard_events": 2_000}
    card, n = load_card("ee2mumu"), 120_000
    generate_to(card, n, tmp_path / "whole", **settings)
    killed = []

    def kill(done: int, total: int) -> None:
        if done > total // 5 and not killed:
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    crew = on_dask(cluster.scheduler_address)
    generate_to(card, n, tmp_path / "d", crew=crew, progress=kill, **settings)
    assert killed
    assert digest(tmp_path / "d") == digest(tmp_path / "whole")


def test_the_command_line(tmp_path: Path, cluster: Any, capfd: pytest.CaptureFixture[str]) -> None:
    for name, options in (
        ("threads", []),
        ("dask", ["--dask", cluster.scheduler_address]),
    ):
        with pytest.raises(SystemExit) as caught:
            main(["generate", "ee2mumu", "-n", "5000", "-o", str(tmp_path / name), "--json", *options])
        assert caught.value.code == 0
        assert json.loads(capfd.readouterr().out)["events"] == 5000
    assert digest(tmp_path / "threads") == digest(tmp_path / "dask")


def test_jets_on_the_cluster(tmp_path: Path, cluster: Any) -> None:
    card = load_jet_card("jets", ["class=w", "mpi=false"])
    settings = {"seed": 2, "job_jets": 10}
    generate_jets(card, 30, tmp_path / "dask.h5", crew=on_dask(cluster.scheduler_address), **settings)
    generate_jets(card, 30, tmp_path / "here.h5", crew=on_processes(1), **settings)
    assert (tmp_path / "dask.h5").read_bytes() == (tmp_path / "here.h5").read_bytes()


# Bad input and other machines -------------------------------------------------------------------


def test_workers_write_datasets_only(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="workers write native datasets; leave the suffix out"):
        make(tmp_path / "events.lhe", crew=on_processes(1))
    assert list(tmp_path.iterdir()) == []


def test_no_scheduler_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as held:  # a port that is taken, and at which nobody listens
        held.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(InputError, match="no Dask scheduler answers at 'tcp:"):
            make(tmp_path / "d", crew=on_dask(address, timeout=1.0))


def divide(x: int) -> float:
    return 1 / x


def test_a_fault_on_a_worker_is_one_line(cluster: Any) -> None:
    with pytest.raises(RunError, match="a Dask worker failed: ZeroDivisionError: division by zero"):
        list(on_dask(cluster.scheduler_address)(divide, [1, 0]))


def test_a_full_disk_under_a_worker_keeps_what_is_complete(tmp_path: Path) -> None:
    """The disk refuses the third shard; resumed, the files are those of an uninterrupted run."""
    done: list[int] = []

    def here(work: Any, jobs: Any) -> Any:
        for job in jobs:
            if len(done) == 2:
                raise disk_error(tmp_path / "shard", OSError(28, "No space left on device"))
            yield job, work(job)
            done.append(job.index)

    with pytest.raises(RunError, match="the disk is full; complete shards are kept; go on with --resume"):
        make(tmp_path / "d", crew=here)
    assert len(json.loads((tmp_path / "d" / "manifest.json").read_text())["shards"]) == 2
    make(tmp_path / "whole")
    assert digest(make(tmp_path / "d", resume=True)) == digest(tmp_path / "whole")


def test_a_worker_that_integrates_another_number_is_refused(tmp_path: Path) -> None:
    """Another processor or version would draw other events: said, and not mixed in."""
    toml = to_toml(load_card("ee2mumu"))
    job = ShardJob(toml, "ee2mumu", 1, False, str(tmp_path), 0, 0, 10, cross_section=2005.0)
    with pytest.raises(RunError, match=r"a worker integrates 2005\.9"):
        make_shard(job)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_worker_process_changes_nothing(tmp_path: Path) -> None:
    """As with Dask, for --workers: one process killed once the first shards are there."""
    import psutil

    settings = {"seed": 6, "shard_events": 2_000}
    card, n = load_card("ee2mumu"), 120_000
    generate_to(card, n, tmp_path / "whole", **settings)
    killed = []

    def kill(done: int, total: int) -> None:
        if done > total // 5 and not killed:
            workers = [p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())]
            killed.append(workers[0].pid)
            workers[0].kill()

    generate_to(card, n, tmp_path / "d", crew=on_processes(2), progress=kill, **settings)
    assert killed
    assert digest(tmp_path / "d") == digest(tmp_path / "whole")
