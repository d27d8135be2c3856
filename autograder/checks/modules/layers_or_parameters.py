"""layers_or_parameters: the explanation of each statement."""

import torch

from autograder.concept import concept

layers_or_parameters = concept(
    "layers_or_parameters",
    ids=["R4.6"],
    hints=[
        "Make nn.Linear(784, 50) and nn.ReLU(), and look at list(layer.parameters()) of each.",
        "Which of the two, layer or parameter, do you call with x? Which of the two has a .grad?",
    ],
    explanations={
        "a": "True. A layer is code together with state: calling it computes something. A parameter is the "
        "state: a tensor that requires grad, and has a .grad after backward().",
        "b": "False. nn.ReLU has none and takes part all the same: gradients pass through it to the layers "
        "before it. There is just nothing in it to update.",
        "c": "False. It yields tensors: the weight of the first layer, its bias, the weight of the next. "
        "named_children() is what yields layers; and not every layer has a weight and a bias.",
        "d": "True. The weight has 50 x 784 = 39,200 entries and the bias 50. Two tensors, so two "
        "parameters, whatever their size.",
        "e": "False. A plain tensor in an attribute is just that. It counts as a parameter when it is an "
        "nn.Parameter; nn.Linear wraps its weight and bias in one.",
    },
    model_answer="A layer is a module: it has a forward method, and is called with an input. A parameter is "
    "a tensor (an nn.Parameter) that layers compute with and that training changes. A layer can have "
    "several parameters, as nn.Linear has a weight and a bias, or none, as ReLU. named_children() gives the "
    "layers of a model, parameters() the tensors of all its layers, however deep they are.",
    rubric=[
        "1 point: a layer is a module that computes; a parameter is a tensor that is trained.",
        "1 point: a layer has several parameters or none, with an example.",
    ],
)


@layers_or_parameters.experiment
def count_both():
    nn = torch.nn
    model = nn.Sequential(nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 10))
    model.note = torch.zeros(3)
    lines = ["Linear(784, 50), ReLU, Linear(50, 10), and a plain tensor in attribute `note`:"]
    for name, layer in model.named_children():
        held = [f"{tuple(p.shape)}: {p.numel():,} numbers" for p in layer.parameters()]
        lines.append(f"  layer {name}, {type(layer).__name__:7} {'; '.join(held) or 'no parameters'}")
    lines.append(f"Layers: {len(list(model.children()))}. Parameters: {len(list(model.parameters()))}.")
    lines.append(f"Their names: {', '.join(name for name, _ in model.named_parameters())} (no `note`).")
    lines.append(f"What parameters() yields first: {type(next(model.parameters())).__name__}")
    return lines
