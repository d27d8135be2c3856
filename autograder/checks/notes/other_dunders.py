"""other_dunders: the explanation of each statement."""

import torch

from autograder.concept import concept

other_dunders = concept(
    "other_dunders",
    ids=["R8.2"],
    hints=[
        "Which syntax belongs to which method? `x()`, `with x:`, `x -= y`, `if x:`, `x.name`: write a class "
        "that prints.",
        "Two questions to ask of each method: is it looked up on the object or on its class, and always or "
        "only as a last resort?",
    ],
    explanations={
        "a": "True. This is why a module is called like a function: `nn.Module.__call__` runs hooks, and "
        "your `forward` between them.",
        "b": "True. `__enter__` switches the recording off, `__exit__` back to what it was, error or not. A "
        "`with` is a try/finally.",
        "c": "False. Tensors define `__isub__`, so `p -= step` changes the tensor in place and everything that holds "
        "it sees the change. `p = p - step` would leave the model's own parameter as it was.",
        "d": "True. Truth asks `__bool__`, then `__len__`. So `if ds:` asks whether there are examples; to ask whether "
        "there is a dataset at all, write `if ds is not None:`.",
        "e": "False. It is the last resort, after the usual places have been searched in vain. nn.Module uses it to "
        "find `self.l1`, which lives in a registry. `__getattribute__` is the one that always runs.",
        "f": "False. Python looks dunders up on the class: the object's own attribute is not asked.",
    },
    model_answer="For example: `__call__` lets an object be called like a function, which nn.Module uses to run hooks "
    "round forward. `__enter__` and `__exit__` make a `with` block, as torch.no_grad() is, and `__exit__` runs even "
    "after an error. `__isub__` is behind `p -= ...` and changes a tensor in place. They are looked up on the class, "
    "not on the object.",
    rubric=[
        "1 point: names at least two further dunders and the syntax that calls each",
        "1 point: connects them with a use in this lesson (calling a model, no_grad, in-place updates, "
        "attribute lookup ...)",
    ],
)


@other_dunders.experiment
def a_class_full_of_dunders():
    told = []

    class Box:
        def __init__(self):
            self.stored = 1

        def __call__(self, x):
            return f"__call__({x})"

        def __len__(self):
            return 0

        def __enter__(self):
            told.append("__enter__")

        def __exit__(self, *error):
            told.append(f"__exit__({error[0].__name__})")
            return True

        def __getattr__(self, name):
            return f"__getattr__({name!r})"

    box = Box()
    with box:
        raise ValueError
    box.__call__ = lambda x: "the object's own"
    p = torch.ones(2)
    kept, before = p, id(p)
    p -= 0.25
    in_place = f"p -= 0.25: the same tensor: {id(p) == before}, another name for it sees {kept.tolist()}"
    p = p - 0.25
    return [
        f"with box: raise ValueError     ran {', '.join(told)}",
        f"if box: (its length is 0)      {'true' if box else 'false'}",
        f"box.stored, box.missing        {box.stored}, {box.missing}",
        f"box.__call__ = ...; box(7)     still runs the class's {box(7)}",
        in_place,
        f"p = p - 0.25: the same tensor: {p is kept}, the other name still sees {kept.tolist()}",
    ]
