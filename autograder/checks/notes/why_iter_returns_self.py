"""why_iter_returns_self: the explanation of each statement."""

from autograder.concept import concept

why_iter_returns_self = concept(
    "why_iter_returns_self",
    ids=["R8.6"],
    hints=[
        "`for x in thing` first calls iter(thing), then next(...) on what that gave. Which object needs which method?",
        "Call iter twice on the same object. Do you get two places in the data, or one?",
    ],
    explanations={
        "a": "False. It returns the object as it is, with its place in the data. Whatever has been taken is gone.",
        "b": "True. Loops, list(), zip() and next(iter(...)) all begin with iter(). Without this method an "
        "iterator would be good for `next` only.",
        "c": "False. One object has one place in the data, so the inner loop would take the outer one's "
        "batches. A loader returns a new iterator each time.",
        "d": "True. This is why a method with `yield` is the easiest `__iter__` for a loader: each call "
        "gives a new generator, which is its own iterator.",
        "e": "True. Its `__next__` has nothing left and raises StopIteration at once: the loop body does not "
        "run, without any error.",
    },
    model_answer="A `for` loop calls iter() on what it is given, and then next() on what came back. An iterator "
    "already has `__next__`, so its `__iter__` can just return itself: that lets it stand wherever an iterable is "
    "expected. The price is that it has one place in the data and is used up after one pass. So a loader, which is to "
    "be looped over again and again, should return a new iterator (for instance a generator) instead.",
    rubric=[
        "1 point: `for` calls iter() on everything, so an iterator needs `__iter__` as well and is its own iterator",
        "1 point: the contrast with an iterable, which returns a new iterator each time and can be looped over again",
    ],
)


@why_iter_returns_self.experiment
def once_again_and_nested():
    class ReturnsItself:
        def __init__(self, n):
            self.i, self.n = 0, n

        def __iter__(self):
            return self

        def __next__(self):
            if self.i == self.n:
                raise StopIteration
            self.i += 1
            return self.i - 1

    class MakesAGenerator:
        def __init__(self, n):
            self.n = n

        def __iter__(self):
            yield from range(self.n)

    class NextAlone:
        def __next__(self):
            return 0

    lines = ["                     first loop   second loop   pairs from a loop in a loop"]
    for kind in (ReturnsItself, MakesAGenerator):
        thing, nested = kind(3), kind(3)
        first, second = list(thing), list(thing)
        found = [(a, b) for a in nested for b in nested]
        lines.append(
            f"{kind.__name__:<21}{first!s:<13}{second!s:<14}{len(found)}: {found[:3]}{'...' if found[3:] else ''}"
        )
    try:
        list(NextAlone())
        told = "works"
    except TypeError as error:
        told = f"TypeError: {error}"
    generator = (i for i in range(3))
    return [
        *lines,
        f"__next__ alone: {told}",
        f"iter(generator) is generator: {iter(generator) is generator}",
    ]
