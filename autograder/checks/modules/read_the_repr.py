"""read_the_repr: the explanation of each statement."""

import torch

from autograder.concept import concept

read_the_repr = concept(
    "read_the_repr",
    ids=["R4.16"],
    hints=[
        "Make the same model (an nn.Sequential will do) and look at its parameters and their shapes.",
        "Of which dimensions is the weight of nn.Linear(3, 2)? And what does a repr know of the code in `forward`?",
    ],
    explanations={
        "a": "False. There are four: weight and bias of each Linear. The ReLU has a line and no parameter; "
        "a line stands for a module.",
        "b": "True. The name in parentheses is the name under which the module is registered, and "
        "registered modules can be read as attributes.",
        "c": "False. nn.Linear keeps its weight as (outputs, inputs), here (50, 784), and computes x @ "
        "weight.T + bias.",
        "d": "True. 784 * 50 + 50 = 39,250 in the first layer and 50 * 10 + 10 = 510 in the last.",
        "e": "False. The repr shows what is registered, in that order. What `forward` does with it, nobody "
        "can tell from it: it might skip a layer, or use one twice.",
        "f": "True. nn.Module's repr goes through the registry. It would be just RegisteredModel().",
    },
    model_answer="The repr lists the registered modules with the names under which they are registered; "
    "each shows itself, an nn.Linear with its sizes. So one can check that each layer is there, and count "
    "the parameters: 784*50 + 50 and 50*10 + 10, in four tensors, while ReLU has none. It does not say what "
    "forward does, and would not show layers that are only in a list.",
    rubric=[
        "1 point: names and modules are those that are registered.",
        "1 point: counts the parameters from the sizes (four tensors, or 39,760 numbers).",
        "1 point: says what the repr does not show (forward, or what is not registered).",
    ],
)


@read_the_repr.experiment
def print_three_of_them():
    nn = torch.nn

    class RegisteredModel(nn.Module):
        def __init__(self, layers, register):
            super().__init__()
            self.layers = layers
            for i, layer in enumerate(layers if register else []):
                self.add_module(f"layer_{i}", layer)

        def forward(self, x):
            return self.layers[0](x)  # skips all but the first, and the repr does not know

    layers = [nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 10)]
    model = RegisteredModel(layers, True)
    lines = repr(model).splitlines()
    lines.append(f"model.layer_1: {model.layer_1}   shape of layer_0.weight: {tuple(model.layer_0.weight.shape)}")
    lines.append(f"tensors: {len(list(model.parameters()))}   numbers: {sum(p.numel() for p in model.parameters()):,}")
    shape = tuple(model(torch.rand(64, 784)).shape)
    lines.append(f"This one's forward skips two layers: its output has the shape {shape}")
    lines.append(f"The same list, not registered, prints as: {RegisteredModel(layers, False)!r}")
    return lines
