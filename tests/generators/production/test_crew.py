"""Crews: every job once, whoever dies; the cluster's side is in test_distribute.py."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from hepsym.errors import InputError, RunError
from hepsym.generators.production.crew import chosen_crew, on_dask, on_processes


def square(x: int) -> int:
    print("a greeting on stdout, as FastJet's")
    return x * x


def square_but_die_once(job: tuple[int, str]) -> int:
    """Job 5 kills its own process, as kill -9 would, the first time that it is done."""
    x, mark = job
    if x == 5 and not Path(mark).exists():
        Path(mark).write_text("died")
        os.kill(os.getpid(), signal.SIGKILL)
    return x * x


def die(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(x: int) -> None:
    raise InputError(f"job {x} cannot be done")


def test_every_job_is_done_once_and_stdout_stays_clean(capfd: pytest.CaptureFixture[str]) -> None:
    assert sorted(on_processes(2)(square, list(range(20)))) == [(i, i * i) for i in range(20)]
    assert capfd.readouterr().out == ""


def test_a_killed_process_s_jobs_are_done_again(tmp_path: Path) -> None:
    jobs = [(i, str(tmp_path / "mark")) for i in range(12)]
    done = list(on_processes(2)(square_but_die_once, jobs))
    assert (tmp_path / "mark").exists()
    assert sorted(done) == [(job, job[0] ** 2) for job in jobs]


def test_processes_that_always_die_end_the_run_with_a_line() -> None:
    with pytest.raises(RunError, match="worker processes died 3 times"):
        list(on_processes(1)(die, [1, 2]))


def test_a_job_s_own_error_comes_through() -> None:
    with pytest.raises(InputError, match="job 7 cannot be done"):
        list(on_processes(1)(refuse, [7]))


CODE = """
import time
from hepsym.generators.production.crew import on_processes
print("here", flush=True)
for _ in on_processes(2)(time.sleep, [120, 120]): pass
"""


def test_worker_processes_end_with_a_killed_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", CODE], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        children: list[psutil.Process] = []
        end = time.monotonic() + 300
        while len(children) < 3 and time.monotonic() < end:  # two workers and multiprocessing's tracker
            children = psutil.Process(parent.pid).children()
            time.sleep(0.1)
        time.sleep(1.0)
        parent.kill()
    _, alive = psutil.wait_procs(children, timeout=300)
    assert len(children) == 3
    assert alive == []


def test_bad_crews_are_refused() -> None:
    with pytest.raises(InputError, match="workers = 0 must be at least 1"):
        on_processes(0)
    with pytest.raises(InputError, match="exclude each other"):
        chosen_crew(2, "tcp://127.0.0.1:1")
    assert chosen_crew(None, None) is None
    with pytest.raises(InputError, match="no Dask scheduler answers at 'nowhere'"):
        list(on_dask("nowhere")(square, [1]))
