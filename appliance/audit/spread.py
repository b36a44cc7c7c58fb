"""The same work in several processes: the first share here, each other one in a child that hands its result back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")

_LOOK = 0.2  # seconds between two looks at the clock while a child works


def spread(jobs: Sequence[Callable[[], T]], poll: Callable[[], None] = lambda: None) -> list[T] | None:
    """The results in order; None when a child died. `poll` is called while children are waited for."""
    context = get_context("fork")
    children = []
    for job in jobs[1:]:
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=_child, args=(job, theirs), daemon=True)
        child.start()
        theirs.close()
        children.append((child, ours))
    try:
        return [jobs[0](), *(_result(ours, poll) for _, ours in children)]
    except EOFError:
        return None
    finally:
        for child, ours in children:
            child.terminate()
            child.join()
            ours.close()


def _child(job: Callable[[], object], pipe: Connection) -> None:
    pipe.send(job())
    pipe.close()


def _result(pipe: Connection, poll: Callable[[], None]) -> Any:  # noqa: ANN401 - what the job returned
    while not pipe.poll(_LOOK):
        poll()
    result = pipe.recv()
    poll()
    return result
