"""what_setattr_does: the explanation of each statement."""

import torch

from autograder.concept import concept

what_setattr_does = concept(
    "what_setattr_does",
    ids=["R4.11"],
    hints=[
        "Which object is it whose attribute is set in each of these lines, and is an attribute set there at all?",
        "Take your DummyModule, try each line, and look at model._modules before and after.",
    ],
    explanations={
        "a": "True. Once a class has its own `__setattr__`, Python does nothing else for it. What it does "
        "not pass on to the usual setting never becomes an attribute.",
        "b": "False. The attribute that is set is `weight`, and the object that gets it is the layer: "
        "nn.Linear's own `__setattr__` is called. `model.l1` is only read.",
        "c": "False. Python calls it for every value: numbers, lists, anything. nn.Module's version looks "
        "at the value to see whether it is a module; ours looks at the name.",
        "d": "False. The list changes, but no attribute is set, so nobody notices the new layer. That is "
        "the gap that nn.ModuleList fills.",
        "e": "True. Setting `_modules` is an assignment like any other. If it were to be registered, the "
        "registry would be needed in order to make the registry.",
        "f": "True. What is in the registry is shown by `__repr__`, and `parameters()` goes through the "
        "same registry. Each nn.Linear should add two tensors.",
    },
    model_answer="Python calls `__setattr__` at every assignment to an attribute. Ours puts the value into the "
    "registry under its name, unless the name begins with an underscore, and then lets Python set the attribute as "
    "usual. So a layer is known to the model the moment it is assigned. To check, look at the repr, which shows the "
    "registry, or count the tensors that parameters() yields and compare their shapes with the sizes of the layers.",
    rubric=[
        "1 point: registers the value at the assignment, except for names with an underscore.",
        "1 point: the attribute is still set as usual.",
        "1 point: a way to check: repr, the registry, or number and shapes of the parameters.",
    ],
)


@what_setattr_does.experiment
def which_lines_call_it():
    nn = torch.nn
    calls = []

    class Watched:
        def __setattr__(self, name, value):
            calls.append(name)
            super().__setattr__(name, value)

    model = Watched()
    lines = ["Each line, and the name for which the model's __setattr__ was called:"]

    def during(line):
        calls.clear()
        exec(line, {"model": model, "nn": nn})
        lines.append(f"  {line:40} {', '.join(calls) or '(not called)'}")

    during("model.l1 = nn.Linear(2, 2)")
    during("model.l1.bias = nn.Linear(2, 2).bias")
    during("model.blocks = []")
    during("model.blocks.append(nn.Linear(2, 2))")
    during("model.size = 3")
    return lines
