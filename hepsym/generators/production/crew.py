"""Who does a run's jobs? Processes of this machine, or the workers of a Dask cluster: one signature for both.

A job is a function of its arguments alone and every job is done exactly once in the result, so what comes
out depends neither on who did it nor on who died meanwhile.
"""

import importlib
import itertools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import connection
from typing import Any, TypeVar

from hepsym.errors import InputError, RunError

__all__ = ["Crew", "chosen_crew", "on_dask", "on_processes"]

Job = TypeVar("Job")
Result = TypeVar("Result")

Crew = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[tuple[Any, Any]]]
"""crew(work, jobs) yields (job, work(job)) for every job, in the order in which they come to their end."""

MOST_DEATHS = 3
"""Pools lost in a row, with no job done between, before a run is given up."""


def on_processes(workers: int) -> Crew:
    """A crew of processes of this machine, started afresh for each run and gone with it.

    A process that is killed is replaced and its jobs are done again; if three pools in a row die before
    any job is done, RunError. `work` must be importable (a function at the top of a module) and its jobs
    and results plain values, as they go through pipes. Raises InputError unless workers >= 1.
    """
    if workers < 1:
        raise InputError(f"workers = {workers} must be at least 1")

    def crew(work: Callable[[Job], Result], jobs: Sequence[Job]) -> Iterator[tuple[Job, Result]]:
        waiting = dict(enumerate(jobs))
        deaths = 0
        while waiting:
            try:
                for i, result in _one_pool(work, dict(waiting), min(workers, len(waiting))):
                    deaths = 0
                    yield waiting.pop(i), result
            except BrokenProcessPool:
                deaths += 1
                if deaths == MOST_DEATHS:
                    raise RunError(
                        f"worker processes died {deaths} times before doing any of {len(waiting)} jobs: "
                        "killed for memory? (a script of your own must start hepsym under `if __name__ == "
                        "'__main__':`)"
                    ) from None

    return crew


def _one_pool(
    work: Callable[[Job], Result], jobs: dict[int, Job], workers: int
) -> Iterator[tuple[int, Result]]:
    # Fresh interpreters: a fork of a process with threads, or with Pythia in it, is not safe.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_serve)
    try:
        yield from _keep_busy(lambda job: pool.submit(work, job), jobs, 2 * workers)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _keep_busy(
    submit: Callable[[Job], "Future[Result]"], jobs: dict[int, Job], most: int
) -> Iterator[tuple[int, Result]]:
    """Submit with at most `most` jobs in flight, so that a run of any length needs little memory."""
    running: dict[Future[Result], int] = {}
    left = iter(jobs.items())
    while True:
        for i, job in left:
            running[submit(job)] = i
            if len(running) >= most:
                break
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            yield running.pop(future), future.result()


def _serve() -> None:
    """What a worker process does first: leave Ctrl-C and stdout to its parent, and end when that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):  # FastJet greets on stdout, which is the command's JSON
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def on_dask(address: str, *, timeout: float = 15.0) -> Crew:
    """A crew of the workers of the Dask cluster whose scheduler is at `address` (tcp://host:port).

    Dask does a dead worker's jobs again elsewhere. Workers need the same hepsym. Raises InputError where no
    scheduler answers within `timeout` seconds, and for Dask not installed.
    """
    try:
        distributed: Any = importlib.import_module("distributed")
    except ModuleNotFoundError:
        raise InputError("--dask needs dask.distributed: pip install 'hepsym[dask]'") from None

    def connected() -> Any:
        try:
            return distributed.Client(address, timeout=timeout, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            said = str(error) or type(error).__name__
            raise InputError(
                f"no Dask scheduler answers at {address!r}: {said}; give the tcp://host:port that it prints"
            ) from None

    def crew(work: Callable[[Job], Result], jobs: Sequence[Job]) -> Iterator[tuple[Job, Result]]:
        with connected() as client:
            yield from _through(distributed, client, work, jobs)

    connected().close()  # refused here, before anything is written
    return crew


def _through(
    distributed: Any, client: Any, work: Callable[[Job], Result], jobs: Sequence[Job]
) -> Iterator[tuple[Job, Result]]:
    left = iter(jobs)
    queue = distributed.as_completed(loop=client.loop)
    running: dict[str, tuple[Any, Job]] = {}

    def submit(most: int) -> None:
        # pure=False: a result of an earlier run with the same arguments must not be taken for this one's.
        for job in itertools.islice(left, most):
            future = client.submit(work, job, pure=False)
            running[future.key] = (future, job)
            queue.add(future)

    try:
        submit(4 * max(1, sum(client.nthreads().values())))
        for future in queue:
            result = _result(distributed, future)
            _, job = running.pop(future.key)
            future.release()
            yield job, result
            submit(1)
    finally:
        for future, _ in running.values():
            with suppress(Exception):
                future.cancel()


def _result(distributed: Any, future: Any) -> Any:
    try:
        return future.result()
    except distributed.KilledWorker as error:
        raise RunError(f"the Dask workers that took a job died: {error}") from None
    except CancelledError:
        raise RunError("the Dask scheduler went away; go on with --resume") from None
    except (InputError, RunError):
        raise
    except Exception as error:  # such as a worker that has no hepsym, or not this one
        raise RunError(f"a Dask worker failed: {type(error).__name__}: {error}") from error


def chosen_crew(workers: int | None, dask: str | None) -> Crew | None:
    """The crew that `--workers` or `--dask` asks for; None for neither. Raises InputError for both."""
    if workers is not None and dask is not None:
        raise InputError("--workers and --dask exclude each other: a run has one crew")
    if dask is not None:
        return on_dask(dask)
    return None if workers is None else on_processes(workers)
