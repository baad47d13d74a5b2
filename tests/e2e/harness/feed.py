"""Series that move by themselves: counters that count, timestamps that age."""

import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """A value that changes by so much a second."""
    per_second: float


@dataclass(frozen=True)
class Age:
    """A Unix time so many seconds ago."""
    seconds: float


class Feed:
    """Sets series of an exporter ten times a second, from a thread of its own, until close()."""

    def __init__(self, exporter):
        self._exporter = exporter
        self._shapes = {}
        self._totals = {}
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def set(self, metric, shape, start=0, **labels):
        """`shape` is a number, a Rate (which goes on from where it is, at first from `start`), an Age, or None for no
        series."""
        key = (metric, tuple(labels.items()))
        with self._lock:
            had = self._shapes.get(key)
            self._shapes[key] = shape
            self._totals.setdefault(key, start)
            if shape is None and had is not None:
                self._exporter.remove(metric, **labels)

    def close(self):
        self._end.set()
        self._thread.join()

    def _run(self):
        before = time.monotonic()
        while not self._end.wait(0.1):
            now = time.monotonic()
            with self._lock:
                for key, shape in self._shapes.items():
                    self._advance(key, shape, now - before)
            before = now

    def _advance(self, key, shape, seconds):
        metric, labels = key
        if isinstance(shape, Rate):
            self._totals[key] += shape.per_second * seconds
            shape = self._totals[key]
        elif isinstance(shape, Age):
            shape = time.time() - shape.seconds
        if shape is not None:
            self._exporter.set(metric, shape, **dict(labels))
