"""Queries that tocsin asks in one request: those whose ticks lie in the same slot of the interval."""

SLOTS = 64


def fnv1a(text):
    state = 14695981039346656037
    for byte in text.encode():
        state = (state ^ byte) * 1099511628211 % 2 ** 64
    return state


def in_one_slot(query):
    """The query, with a comment that moves it to the first slot."""
    candidates = (f"{query} # {number}" for number in range(10_000))
    return next(candidate for candidate in candidates if fnv1a(candidate) % SLOTS == 0)
