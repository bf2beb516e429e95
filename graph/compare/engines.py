"""Who runs the kernel of the candidates: threads of this process, or workers of a Dask cluster. Same pairs from both.

`local` takes a thread a core with one BLAS thread each: so the search for large products, which BLAS knows nothing of,
runs on all cores as well. `dask` starts workers on this machine, `dask:ADDRESS` uses a cluster that is there; the
blocks are sent to it once. https://distributed.dask.org
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from importlib import import_module
from itertools import islice
from typing import Any

from threadpoolctl import threadpool_limits

from graph.compare.candidates import Block, Found, Params, Run, Task, kernel
from graph.errors import WrongSetting

LOCAL, DASK = "local", "dask"
AHEAD = 4
"""Tasks a worker has waiting: enough to be busy, few enough that a result does not lie about."""
PATIENCE = "30s"


def engine(name: str = LOCAL) -> Run:
    """The engine of that name: `local`, `dask`, or `dask:ADDRESS` of a scheduler. Raises `WrongSetting`."""
    kind, _, address = name.partition(":")
    if name == LOCAL:
        return local
    if kind != DASK:
        raise WrongSetting(
            f"„{name}“ ist keine bekannte Rechenmaschine. Möglich sind: local, dask, dask:ADRESSE "
            "(z. B. dask:tcp://127.0.0.1:8786)."
        )

    def run(
        rows: Sequence[Block], columns: Sequence[Block], tasks: Sequence[Task], params: Params
    ) -> Iterable[tuple[Task, Found]]:
        return _on_dask(address, rows, columns, tasks, params)

    return run


def local(
    rows: Sequence[Block], columns: Sequence[Block], tasks: Sequence[Task], params: Params
) -> Iterator[tuple[Task, Found]]:
    """Runs the tasks in threads of this process, one a core."""
    workers = cores()
    left = iter(tasks)
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(workers) as pool:
        running: dict[Future[Found], Task] = {}
        try:
            while True:
                for task in islice(left, workers * 2 - len(running)):
                    running[pool.submit(kernel, rows[task[0]], columns[task[1]], params)] = task
                if not running:
                    return
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(done), done.result()
        finally:  # who stops listening wants no more of it
            for future in running:
                future.cancel()


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _on_dask(
    address: str, rows: Sequence[Block], columns: Sequence[Block], tasks: Sequence[Task], params: Params
) -> Iterator[tuple[Task, Found]]:
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise WrongSetting(
            "Für die Rechenmaschine „dask“ fehlt das Paket distributed. Installieren mit: pip install "
            "'zukunftsgraph[dask]'"
        ) from error
    with ExitStack() as stack:
        if not address:
            cluster = distributed.LocalCluster(
                n_workers=cores(), threads_per_worker=1, dashboard_address=None, processes=True
            )
            stack.enter_context(cluster)
        try:
            client = stack.enter_context(
                distributed.Client(address, timeout=PATIENCE) if address else distributed.Client(cluster)
            )
        except (OSError, ValueError) as error:
            raise WrongSetting(
                f"Der Dask-Verbund „{address}“ ist nicht zu erreichen ({error}). Läuft dort ein dask scheduler?"
            ) from error
        own = client.scatter(list(rows), hash=False)
        others = own if columns is rows else client.scatter(list(columns), hash=False)
        left = iter(tasks)
        ahead = AHEAD * max(len(client.scheduler_info(n_workers=-1)["workers"]), 1)

        def started(count: int) -> list[Any]:
            made = []
            for x, y in islice(left, count):
                future = client.submit(kernel, own[x], others[y], params, pure=False)
                task_of[future.key] = x, y
                made.append(future)
            return made

        task_of: dict[str, Task] = {}
        finished = distributed.as_completed(started(ahead), with_results=True)
        for future, found in finished:
            yield task_of.pop(future.key), found
            for more in started(1):
                finished.add(more)
