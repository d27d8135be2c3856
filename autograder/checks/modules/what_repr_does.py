"""what_repr_does: the explanation of each statement."""

import torch

from autograder.concept import concept

what_repr_does = concept(
    "what_repr_does",
    ids=["R4.12"],
    hints=[
        "Print your model before and after one training step. What is the same, what is different?",
        "Take the `__repr__` out of your class for a moment and print the model again.",
    ],
    explanations={
        "a": "False. It only reads. Registering is done by `__setattr__`; a repr that changes its object "
        "would be a nasty surprise, since debuggers and notebooks call it whenever they like.",
        "b": "False. nn.Linear's repr has its sizes and whether there is a bias; a trained model prints as "
        "an untrained one does. To see values, print a parameter.",
        "c": "True. Our repr shows the dict, and a dict shows its values by their own reprs: Linear(in_features=784, "
        "out_features=50, bias=True). So a layer that was forgotten is easily noticed.",
        "d": "False. Every class inherits a `__repr__` from object, which gives the name of the class and "
        "an address. It works and says little.",
    },
    model_answer="`__repr__` returns the string by which the model is shown, in a notebook or by print. Ours shows the "
    "registry: each name with its layer, and the layer shows itself with its sizes. That is how one sees whether each "
    "layer was registered and has the right size. It changes nothing, and does not show the values of the weights.",
    rubric=[
        "1 point: returns the string that describes the object, used by print and notebooks.",
        "1 point: shows the registered layers, so that one can check them.",
    ],
)


@what_repr_does.experiment
def with_and_without_a_repr():
    class Silent:
        def __init__(self):
            self.registry = {"l1": torch.nn.Linear(784, 50), "l2": torch.nn.Linear(50, 10)}

    class Telling(Silent):
        def __repr__(self):
            return f"{self.registry}"

    model = Telling()
    before = repr(model)
    with torch.no_grad():
        model.registry["l1"].weight.zero_()
    inherited = object.__repr__(Silent()).rsplit(".", 1)[-1].split(" at ")[0]
    return [
        f"Without a __repr__ of its own:  <{inherited} at 0x...>",
        "With one that shows the registry:",
        *(f"  {part}" for part in before.replace(", 'l2'", ",\n 'l2'").splitlines()),
        f"The same after all weights of l1 were set to zero: {repr(model) == before}",
    ]
