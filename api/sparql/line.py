"""Who waits for a place, in turn by client."""

from collections import OrderedDict, deque
from collections.abc import Iterator

from api.sparql.experience import rank
from api.sparql.run import Run


class Line:
    """Who waits, one queue for each client, each in turn."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self._queues: OrderedDict[str, deque[Run]] = OrderedDict()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Run]:
        return (run for queue in list(self._queues.values()) for run in list(queue))

    def put(self, run: Run) -> Run | None:
        """Lets it wait; where the line is too long, the biggest query of the client with the most must go."""
        self._queues.setdefault(run.client, deque()).append(run)
        self._length += 1
        if self._length <= self.longest:
            return None
        biggest = max(reversed(max(self._queues.values(), key=len)), key=rank)
        self.remove(biggest)
        return biggest

    def pop(self) -> Run | None:
        """The next one: the oldest of the client whose turn it is."""
        if not self._queues:
            return None
        client, queue = next(iter(self._queues.items()))
        run = queue[0]
        self.remove(run)
        if client in self._queues:
            self._queues.move_to_end(client)
        return run

    def remove(self, run: Run) -> bool:
        """Takes it out; False where it was not there."""
        queue = self._queues.get(run.client)
        if queue is None or run not in queue:
            return False
        queue.remove(run)
        self._length -= 1
        if not queue:
            del self._queues[run.client]
        return True
