"""why_parameters_are_shorter: the explanation of each statement."""

import torch

from autograder.concept import concept

why_parameters_are_shorter = concept(
    "why_parameters_are_shorter",
    ids=["R4.7"],
    hints=[
        "Put both loops side by side. Which lines of the first ask how the model is built?",
        "Count the tensors that each of the two loops updates in one step, and see what becomes of their .grad.",
    ],
    explanations={
        "a": "True. The first loop needs an `if hasattr(layer, 'weight')`; parameters() never comes across "
        "ReLU, since there is no tensor in it.",
        "b": "False. The same four tensors are updated: a weight and its bias are two parameters. Only the "
        "lines are fewer.",
        "c": "True. Plain SGD takes lr times the gradient off each tensor, whatever part that tensor plays, "
        "so nothing has to be said about weights and biases one by one.",
        "d": "False. A gradient stays until somebody clears it, and backward() adds to it. What became "
        "shorter is the way to clear them.",
        "e": "True. A convolution, a layer in a layer, a parameter of the model itself: all of them are in "
        "parameters(). The first loop would have missed what is not a weight or a bias of a layer in its list.",
        "f": "True. zero_grad() of a module goes through its parameters for you. A plain Python list has no "
        "such method.",
    },
    model_answer="Plain SGD treats all parameters alike, so it needs a sequence of tensors and nothing else. "
    "model.parameters() is that sequence: it leaves out layers that have none and goes into layers inside layers. So "
    "the loop asks no longer which layer has a weight and which a bias. model.zero_grad() clears all the gradients in "
    "one call. The update itself, and the tensors that are updated, are the same as before.",
    rubric=[
        "1 point: all parameters are updated by one rule, so no question about the kind of layer is left.",
        "1 point: the module finds the parameters (and clears their gradients), since it knows its layers.",
    ],
)


@why_parameters_are_shorter.experiment
def both_loops_on_other_models():
    nn = torch.nn
    plain = nn.Sequential(nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, 3))
    nested = nn.Sequential(nn.Linear(8, 5), nn.Sequential(nn.ReLU(), nn.Linear(5, 5)), nn.Linear(5, 3))
    lines = ["Tensors that are found               through each layer's    by parameters()"]
    lines.append("                                     weight and bias")
    for what, model in (("Linear, ReLU, Linear", plain), ("with a ReLU, Linear block inside", nested)):
        by_layers = sum(hasattr(layer, "weight") + hasattr(layer, "bias") for layer in model)
        lines.append(f"  {what:35}{by_layers:8}{len(list(model.parameters())):24}")
    plain(torch.rand(4, 8)).sum().backward()
    once = float(plain[2].bias.grad[0])
    plain(torch.rand(4, 8)).sum().backward()
    lines.append(f"A gradient after backward(): {once}; after another, if not cleared: {float(plain[2].bias.grad[0])}")
    plain.zero_grad()
    lines.append(f"All four after model.zero_grad(): {[p.grad for p in plain.parameters()]}")
    return lines
