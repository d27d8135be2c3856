"""three_dataset_methods: the explanation of each statement."""

import torch

from autograder.concept import concept

three_dataset_methods = concept(
    "three_dataset_methods",
    ids=["R6.2"],
    hints=[
        "Write a class whose `__getitem__` does nothing but print what it is given, and try `ds[3]`, "
        "`ds[3:7]` and a for loop.",
        "Python is older than `__iter__`: what does `for` do with an object that has `__getitem__` alone?",
    ],
    explanations={
        "a": "False. Python has no method for slices alone: `ds[3:7]` is `ds.__getitem__(slice(3, 7))`. One "
        "method serves all.",
        "b": "True. Calling the class makes the object and runs `__init__`; the other two wait until `len` "
        "or brackets ask.",
        "c": "True. `range(0, len(ds), bs)` is the loop's only knowledge of how much data there is.",
        "d": "False. Without `__iter__`, `for` tries ds[0], ds[1], ds[2], ... until an IndexError ends the loop, which "
        "the tensors inside raise. This is why a dataset need not define `__iter__`.",
        "e": "True. int, slice or tensor arrive unchanged, and `self.x[i]` passes them on to a tensor, which "
        "knows them all.",
        "f": "False. torch looks for `__getitem__` and `__len__` only; a plain list of pairs will do. The base class "
        "adds little more than `ds1 + ds2`.",
    },
    model_answer="`__init__` stores the two tensors, `__len__` tells how many examples there are, and `__getitem__` "
    "gives the pair (x[i], y[i]) for whatever index it gets. Because the index is handed on to the tensors, the same "
    "line serves a number, a slice and an index tensor. Length and indexing are all that a training loop or torch's "
    "DataLoader asks of a dataset.",
    rubric=[
        "1 point: names `__init__`, `__len__` and `__getitem__` with the task of each",
        "1 point: says that slices (or index tensors) reach `__getitem__` too, and are handed on to the tensors",
    ],
)


@three_dataset_methods.experiment
def a_class_that_tells_what_is_asked():
    asked = []

    class Told:
        def __len__(self):
            asked.append("len")
            return 3

        def __getitem__(self, i):
            asked.append(f"item {i!r}")
            return torch.arange(3)[i]

    def trace(text, action):
        asked.clear()
        action()
        return f"{text:<22}{', '.join(asked)}"

    ds = Told()
    return [
        "A class with __len__ and __getitem__ alone, over three rows, tells its calls:",
        trace("len(ds)", lambda: len(ds)),
        trace("ds[2]", lambda: ds[2]),
        trace("ds[1:3]", lambda: ds[1:3]),
        trace("for row in ds: pass", lambda: sum(1 for _ in ds)),
        trace("DataLoader(ds, 2)", lambda: list(torch.utils.data.DataLoader(ds, 2))),
        "The for loop went on until item 3 raised an IndexError.",
        "torch's DataLoader did not ask for a base class.",
    ]
