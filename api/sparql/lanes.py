"""Who computes when: nobody may keep others from their answer.

**Public edition.** A query of a kind that nobody has seen yet gets one of two processes that stand ready, and 100
ms, or 25 ms while others wait; those known to be quick have a third process to themselves, so that they pass even
when many new ones come. What is not done then is slow: its process is put behind all others, and a fresh one takes
its place in the fast lane. Two slow ones compute at once; where more come, what has had a processor for long is
frozen (SIGSTOP) for them until a place falls free, so that long queries cannot keep short ones waiting. Of those
who wait, the client with the fewest queries at work is first, then whose turn is longest ago, then the smallest
query. Whoever waits for more than 10 s is refused with a time to come back; where there is no room to wait, the
biggest query of the client with the most is.

What queries cost is remembered for each and for its kind (its words without names, numbers and strings), so that
known slow ones do not pass through the fast lane. What met a limit is refused for a minute without trying.

**Internal edition.** One process for each query, on a snapshot; four at once, in turn by client.
"""

import asyncio
import logging
import pickle
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from api.sparql.experience import Experience, rank
from api.sparql.job import Limits
from api.sparql.line import Line
from api.sparql.processes import Worker, Zygote
from api.sparql.run import ADVICE, RETRY, Crowded, Run
from graph.errors import InvalidQuery, LimitReached
from graph.language import N_, Later

log = logging.getLogger(__name__)

OUT_OF_MEMORY = {signal.SIGABRT, signal.SIGKILL}
"""How a process ends that cannot allocate, or that the system ends because there is no memory left."""
TOO_DEEP = signal.SIGSEGV
TICK = 0.1
ALONE = 5.0
"""Seconds after which even the only query goes behind: pages are computed too."""
SPARED = 1.0
"""A query that has computed for less seconds than that is not frozen for another one."""
KNOWN_MARGIN = 3
"""A query that is known to be quick may take so many times as long, since others compute beside it."""
STARVED = 5
"""It has to go even if it had no processor, after so many times as long."""
MOST_UNBORN = 6
"""So many processes are asked for at a time; forking must not be what all the time goes into."""
SPARE = 2
"""So many processes more than needed may stand ready, if they have worked before."""
GROWN_TOO_BIG = 64 * 1024
"""KB by which a standing process may have grown before it is replaced."""


class Lanes:
    """What both editions have in common: limits, slow readers, deaths."""

    def __init__(self, limits: Limits, experience: Experience) -> None:
        self.limits, self.experience = limits, experience
        self.loop = asyncio.get_running_loop()
        self._ticking: asyncio.TimerHandle | None = None

    def runs(self) -> Iterator[Run]:
        """Everything that has a process."""
        raise NotImplementedError

    def lines(self) -> tuple[Line, ...]:
        """Everything that waits without one."""
        raise NotImplementedError

    def leave(self, run: Run) -> None:
        """It has no process any more; others may move up."""
        raise NotImplementedError

    def crowded(self, run: Run) -> None:
        """Sends it away for lack of a place."""
        if run.worker and (cpu := run.measure()) > max(run.expected, self.limits.quantum):
            self.experience.took(run, cpu)
        self._end(
            run,
            Crowded(
                Later(
                    N_(
                        "Gerade rechnen zu viele Anfragen; auf einen Platz wartet eine Anfrage höchstens {patience:g} "
                        "s. "
                        "Bitte in {seconds} s noch einmal fragen."
                    ),
                    patience=self.limits.patience,
                    seconds=RETRY,
                ),
                RETRY,
            ),
        )

    def stop(self) -> None:
        """Ends everything that is under way."""
        if self._ticking:
            self._ticking.cancel()
        for run in [*self.runs(), *(run for line in self.lines() for run in line)]:
            self._end(run, Crowded(Later(N_("Der Dienst wird gerade beendet.")), RETRY))

    def on_abandoned(self, run: Run) -> None:
        for line in self.lines():
            line.remove(run)
        worker, run.worker = run.worker, None
        if worker:
            run.clock(False)
            worker.kill()
            self.leave(run)

    def on_lost(self, run: Run, worker: Worker, status: int | None) -> None:
        self.leave(run)
        if worker.zygote.closed:
            run.fail(Crowded(Later(N_("Der Dienst wurde unterbrochen. Bitte noch einmal fragen.")), 1))
        elif status is not None and status & 0x7F == TOO_DEEP:
            run.fail(InvalidQuery(Later(N_("Die Anfrage ist zu tief geschachtelt, um sie auszuwerten."))))
        elif status is not None and status & 0x7F in OUT_OF_MEMORY:
            said = N_("Eine Anfrage darf höchstens {most} MB Speicher belegen; {advice}.")
            self._limit(run, Later(said, most=self.limits.memory_mb, advice=ADVICE))
        else:
            log.warning("A process for queries ended by itself (status %s): %s", status, run.job.text[:500])
            said = N_("An dieser Anfrage ist der Prozess gescheitert, der sie beantwortete; {advice}.")
            self._limit(run, Later(said, advice=ADVICE))

    def watch(self) -> None:
        """Looks after everybody from now on, until nobody is left."""
        if not self._ticking:
            self._ticking = self.loop.call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._ticking = None
        runs = list(self.runs())
        for run in runs:
            if run.worker is not None:
                self._look_after(run)
        for line in self.lines():
            for run in line:
                if run.stood() > self.limits.patience:
                    self.crowded(run)
        self._weigh([run for run in runs if run.worker])
        if any(True for _ in self.runs()) or any(self.lines()):
            self.watch()

    def _look_after(self, run: Run) -> None:
        run.release_late()
        if run.computed > run.seconds:
            said = N_("Eine Anfrage darf höchstens {most:g} s rechnen; {advice}.")
            self._limit(run, Later(said, most=run.seconds, advice=ADVICE))
        elif run.full and run.stood() > self.limits.patience:
            self._end(
                run,
                Crowded(
                    Later(
                        N_("Die Antwort wurde {patience:g} s lang nicht abgeholt. Bitte noch einmal fragen."),
                        patience=self.limits.patience,
                    ),
                    RETRY,
                ),
            )

    def _weigh(self, runs: list[Run]) -> None:
        """Keeps what all have allocated together within its limit: the largest one goes."""
        weights = {run: run.worker.grown() for run in runs if run.worker}
        total = sum(weights.values())
        while total > self.limits.memory_total_mb * 1_000_000 and weights:
            largest = max(weights, key=lambda run: weights[run])
            total -= weights.pop(largest)
            self._limit(
                largest,
                Later(
                    N_(
                        "Alle Anfragen zusammen dürfen höchstens {most} MB Speicher belegen; diese belegte am meisten: "
                        "{advice}."
                    ),
                    most=self.limits.memory_total_mb,
                    advice=ADVICE,
                ),
            )

    def _limit(self, run: Run, message: str) -> None:
        self.experience.met(run, message)
        self._end(run, LimitReached(message, round(self.limits.forget)))

    def _end(self, run: Run, error: LimitReached) -> None:
        self.on_abandoned(run)
        run.fail(error)


class PublicLanes(Lanes):
    """The fast lane and the slow one."""

    def __init__(self, limits: Limits, experience: Experience) -> None:
        super().__init__(limits, experience)
        self.zygote: Zygote | None = None
        self.idle: list[Worker] = []
        self.fast: dict[Run, asyncio.TimerHandle] = {}
        self.slow: set[Run] = set()
        self.frozen: set[Run] = set()
        self.unread: set[Run] = set()
        self.quick, self.new = Line(limits.waiting_fast), Line(limits.waiting_fast)
        self.heavy = Line(limits.waiting_slow)
        self._turns = count(1)
        self._last_turn: dict[str, int] = {}

    def runs(self) -> Iterator[Run]:
        for group in (self.fast, self.slow, self.frozen, self.unread):
            yield from list(group)

    def lines(self) -> tuple[Line, ...]:
        return (self.quick, self.new, self.heavy)

    def use(self, zygote: Zygote) -> None:
        """From now on everything that begins is answered from this edition."""
        old, self.zygote = self.zygote, zygote
        for worker in self.idle:
            worker.kill()
        self.idle.clear()
        if old:
            self._retire(old)
        self._fill()
        self._move_up()

    def lost(self) -> None:
        """The zygote has died; its workers follow."""
        self.zygote = None
        self.idle.clear()

    def submit(self, run: Run) -> None:
        """Lets a query begin, or wait. Raises where such a query has just met a limit."""
        seconds = self.experience.seconds(run)
        run.expected = seconds or 0.0
        known = self.quick if (seconds or 0) <= self.limits.quantum else self.heavy
        line = self.new if seconds is None else known
        if (last := line.put(run)) is not None:
            self.crowded(last)
        self._move_up()
        if line is self.heavy:
            self._rebalance()
        if line is self.heavy or len(line):
            self.watch()

    # moving up

    def _move_up(self) -> None:
        self._start_fast()
        self._start_slow()

    def _start_fast(self) -> None:
        while self.idle and (run := self._next_fast()):
            # The warm ones, which stand last, are for what is known to be quick: a cold one costs it a third more.
            worker = self.idle.pop() if run.expected else self.idle.pop(0)
            self.fast[run] = self.loop.call_later(self.limits.impatient_quantum, self._after_a_while, run)
            self._begin(run, worker)

    def _next_fast(self) -> Run | None:
        if len(self.quick):
            return self.quick.pop()
        strange = sum(1 for run in self.fast if not run.expected)
        crowd = len(self.slow) >= self.limits.slow_places  # then they take turns, so that a processor is left
        return self.new.pop() if strange < (1 if crowd else self.limits.workers) else None

    def _start_slow(self) -> None:
        while len(self.slow) < self.limits.slow_places and (run := self._next_slow()):
            if not self._start_one_slow(run):
                return

    def _start_one_slow(self, run: Run) -> bool:
        """Gives it a place; False where there is no process for it just now."""
        if run.worker:
            self._thaw(run)
        elif (
            worker := self.idle.pop() if self.idle else self._spawn()
        ):  # one that has worked is warm: 15 % faster
            self.heavy.remove(run)
            self.slow.add(run)
            self._begin(run, worker)
            if run.expected > SPARED and not self._alone():
                self._put_behind(run)
            self._fill()
        else:
            return False
        self._last_turn[run.client] = next(self._turns)
        return True

    def _next_slow(self) -> Run | None:
        """Of those who wait: of the client with the fewest at work, whose turn is longest ago, the smallest query."""
        if not self.frozen and not len(self.heavy):  # as nearly always: then even counting would cost
            return None
        at_work = Counter(run.client for run in self.slow)
        return min(
            (*self.frozen, *self.heavy),
            key=lambda run: (at_work[run.client], self._last_turn.get(run.client, 0), rank(run)),
            default=None,
        )

    def _rebalance(self) -> None:
        """Lets somebody who waits take the place of what has computed long enough."""
        if len(self.slow) < self.limits.slow_places or (run := self._next_slow()) is None:
            return
        at_work = Counter(run.client for run in self.slow)
        longest = max(self.slow, key=lambda run: (at_work[run.client], rank(run)))
        greedy = at_work[longest.client] > at_work[run.client] + 1
        if rank(longest) >= max(SPARED, 0 if greedy else 2 * rank(run)) and self._start_one_slow(run):
            self._freeze(longest)

    def _begin(self, run: Run, worker: Worker) -> None:
        run.worker = worker
        run.clock(True)
        worker.give(run, pickle.dumps(run.job))

    # fast becomes slow

    def _after_a_while(self, run: Run) -> None:
        """Still not done: what is known to be quick has its time, with the others patience depends on who waits.

        What counts is the time it had a processor, for a while: on a busy machine everything seems slow.
        """
        if run not in self.fast:
            return
        others = len(self.quick) or len(self.new)
        quantum = max(self.limits.quantum, KNOWN_MARGIN * run.expected)
        patient = run.expected or not others
        left = (quantum if patient else self.limits.impatient_quantum) - run.measure()
        if not run.full and left > 0.001 and run.computed < STARVED * quantum:
            again = left if run.expected else min(left, self.limits.impatient_quantum)
            self.fast[run] = self.loop.call_later(again, self._after_a_while, run)
        else:
            self._demote(run)

    def _demote(self, run: Run) -> None:
        del self.fast[run]
        if not run.expected and run.attained >= self.limits.impatient_quantum:
            self.experience.took(run, SPARED)  # until more is known
        if not self._alone():
            self._put_behind(run)
        if run.full:
            self.unread.add(run)
        else:
            self._want_place(run)
        self._fill()
        self._start_fast()
        self.watch()

    def _alone(self) -> bool:
        """Whether one query computes and nobody waits. It need not go behind, and its warm process stays in use."""
        return sum(1 for _ in self.runs()) <= 1 and not any(self.lines())

    def _put_behind(self, run: Run) -> None:
        if run.worker and not run.behind:
            run.behind = True
            run.worker.put_behind()

    def _want_place(self, run: Run) -> None:
        if len(self.slow) < self.limits.slow_places:
            self._start_one_slow(run)
        else:
            self._freeze(run)
            self._rebalance()

    def _freeze(self, run: Run) -> None:
        assert run.worker
        self.slow.discard(run)
        self.frozen.add(run)
        run.worker.read(False)
        run.worker.signal(signal.SIGSTOP)
        run.stand()
        if len(self.frozen) > self.limits.frozen_places:
            crowd = Counter(run.client for run in (*self.frozen, *self.slow))
            self.crowded(max(self.frozen, key=lambda run: (crowd[run.client], rank(run))))

    def _thaw(self, run: Run) -> None:
        assert run.worker
        self.frozen.discard(run)
        self.slow.add(run)
        run.worker.signal(signal.SIGCONT)
        run.worker.read(True)
        run.clock(True)

    # processes

    def _fill(self) -> None:
        """Keeps as many processes ready as there should be."""
        while self.zygote and len(self.idle) + len(self.fast) <= self.limits.workers:
            worker = self._spawn()
            if not worker:
                return
            self.idle.insert(0, worker)

    def _spawn(self) -> Worker | None:
        if not self.zygote or self.zygote.unborn() >= MOST_UNBORN:
            return None
        if len(self.idle) + sum(1 for _ in self.runs()) >= self.limits.processes:
            if self.unread:
                slowest = max(self.unread, key=Run.stood)
                self._end(slowest, Crowded(Later(N_("Die Antwort wurde zu langsam abgeholt.")), RETRY))
            elif self.frozen:
                self.crowded(max(self.frozen, key=rank))
            else:
                return None
        return self.zygote.fork(self.limits.memory_mb)

    def _retire(self, zygote: Zygote) -> None:
        """Ends an old edition as soon as nobody reads from it."""
        if not zygote.workers:
            zygote.close()
        elif not zygote.closed:
            self.loop.call_later(TICK, self._retire, zygote)

    # what runs report

    def on_full(self, run: Run) -> None:
        if run in self.slow:
            self.slow.discard(run)
            self.unread.add(run)
            self._start_slow()

    def on_drained(self, run: Run) -> None:
        if run in self.unread:
            self.unread.discard(run)
            self._want_place(run)
        elif run in self.fast and run.worker:
            run.worker.read(True)
            run.clock(True)

    def on_done(self, run: Run, worker: Worker, cost: dict[str, Any] | None) -> None:
        if cost is not None:
            self.experience.took(run, max(float(cost["cpu"]), 1e-6))
        timer = self.fast.pop(run, None)
        if timer:
            timer.cancel()
        for group in (self.slow, self.frozen, self.unread):
            group.discard(run)
        grown = int(cost["grown"]) if cost else 0
        room = len(self.idle) + len(self.fast) <= self.limits.workers + SPARE
        fresh = worker.zygote is self.zygote and grown < GROWN_TOO_BIG and not worker.gone
        if fresh and room and not run.behind:
            worker.read(True)
            self.idle.append(worker)
        else:
            worker.kill()
            self._fill()
        self._move_up()

    def leave(self, run: Run) -> None:
        if timer := self.fast.pop(run, None):
            timer.cancel()
        for group in (self.slow, self.frozen, self.unread):
            group.discard(run)
        self._fill()
        self._move_up()

    def _tick(self) -> None:
        for run in list(self.frozen):
            if run.worker and run.stood() > self.limits.patience:
                self.crowded(run)
        for run in list(self.slow):
            if not self._alone() or run.measure() > ALONE:
                self._put_behind(run)
        self._fill()
        self._move_up()
        self._rebalance()
        super()._tick()
        if not self._ticking:
            self._last_turn.clear()


class InternalLanes(Lanes):
    """One process for each query."""

    def __init__(
        self, limits: Limits, experience: Experience, fork: Callable[[Run], tuple[Worker, bytes] | None]
    ) -> None:
        super().__init__(limits, experience)
        self._fork = fork
        self.active: set[Run] = set()
        self.line = Line(limits.waiting_slow)

    def runs(self) -> Iterator[Run]:
        yield from list(self.active)

    def lines(self) -> tuple[Line, ...]:
        return (self.line,)

    def submit(self, run: Run) -> None:
        """Lets a query begin, or wait. Raises where such a query has just met a limit."""
        self.experience.seconds(run)
        if (last := self.line.put(run)) is not None:
            self.crowded(last)
        self._start()
        self.watch()

    def _start(self) -> None:
        while len(self.active) < self.limits.internal_places and (run := self.line.pop()):
            forked = self._fork(run)
            if not forked:
                self.crowded(run)
                continue
            run.worker, payload = forked
            self.active.add(run)
            run.clock(True)
            run.worker.give(run, payload)

    def on_full(self, run: Run) -> None:
        pass

    def on_drained(self, run: Run) -> None:
        if run.worker:
            run.worker.read(True)
            run.clock(True)

    def on_done(self, run: Run, worker: Worker, cost: dict[str, Any] | None) -> None:
        worker.kill()
        self.leave(run)

    def leave(self, run: Run) -> None:
        self.active.discard(run)
        self._start()
