"""why_attributes: the explanation of each statement."""

import torch

from autograder.concept import concept

why_attributes = concept(
    "why_attributes",
    ids=["R4.2"],
    hints=[
        "Make a small nn.Module with a list of layers in an attribute, print it, and look at list(model.parameters()).",
        "nn.Module acts when an attribute is set, and looks at what the value is. What does it see when it is a list?",
    ],
    explanations={
        "a": "False. Setting an attribute to a list sets it to a list: nn.Module looks whether the value itself is a "
        "module or an nn.Parameter, never at what is inside it. The layers work, but the model has no parameters.",
        "b": "True. nn.Module has its own __setattr__: a value that is a module is put into the registry of "
        "children under the attribute's name. (`super().__init__()` has to have made that registry first.)",
        "c": "True. The same two matrix products and the same relu run in the same order. What changes is "
        "who knows about the layers, not what they compute.",
        "d": "False. ReLU has no parameters, in an attribute or out of it. That is why it can be a "
        "function: there is nothing to keep between two calls.",
        "e": "True. All of these walk through the registered children, so they find both layers by "
        "themselves. With a plain list each of them silently finds nothing.",
    },
    model_answer="An nn.Module notices when one of its attributes is set to a layer and registers the layer "
    "under the attribute's name. So the model knows its own parts: it can list, print, save and move them, "
    "and give all their parameters to the training loop. The first model had the layers in a plain list, "
    "which PyTorch does not look into, so our loop had to know how the model is built. ReLU has no "
    "parameters, so it can be a function. What the model computes is the same.",
    rubric=[
        "1 point: setting the attribute registers the layer; a plain list is not looked into.",
        "1 point: says what that is good for (parameters, printing, saving, moving).",
        "1 point: the computation itself is unchanged, or relu needs no attribute as it has no parameters.",
    ],
)


@why_attributes.experiment
def list_against_attributes():
    nn = torch.nn

    class InAList(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = [nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 10)]

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    class InAttributes(nn.Module):
        def __init__(self, l1, l2):
            super().__init__()
            self.l1, self.l2 = l1, l2

        def forward(self, x):
            return self.l2(self.l1(x).relu())

    listed = InAList()
    known = InAttributes(listed.layers[0], listed.layers[2])
    x = torch.rand(64, 784)
    lines = ["The same two Linear layers in an nn.Module, in a list and in attributes:"]
    for what, model in (("list", listed), ("attributes", known)):
        children = [name for name, _ in model.named_children()]
        lines.append(f"  {what:11} children: {children}")
        lines.append(f"  {'':11} parameters: {len(list(model.parameters()))}, in state_dict: {len(model.state_dict())}")
    difference = float((listed(x) - known(x)).abs().max().detach())
    lines.append(f"Largest difference between their outputs on 64 rows: {difference}")
    lines.append(f"Parameters of an nn.ReLU: {len(list(nn.ReLU().parameters()))}")
    return lines
