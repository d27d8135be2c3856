"""what_registering_is: the explanation of each statement."""

import torch

from autograder.concept import concept

what_registering_is = concept(
    "what_registering_is",
    ids=["R4.15"],
    hints=[
        "Look at model._modules after add_module, and at whether model.layer_0 is the very layer that you passed.",
        "Which methods of nn.Module go through the registered modules? Which one computes the output, and "
        "who writes it?",
    ],
    explanations={
        "a": "True. `_modules` is a dict from name to module, in order; registering is one more entry in "
        "it. You have built the same in DummyModule.",
        "b": "False. Nothing is copied. The outer module holds a reference to the inner one, and finds its "
        "parameters by going there whenever it is asked.",
        "c": "True. Setting an attribute to a module registers it under the attribute's name, and a registered module "
        "can be read as an attribute. add_module is for names that are made up while the program runs.",
        "d": "False. Registering says what belongs to the model, not what it does. Without a `forward`, "
        "calling it raises NotImplementedError.",
        "e": "False. `forward` may call whatever it likes, a layer in a plain list too. That is what makes "
        "a forgotten registration hard to see: the output is fine, only nothing is learnt there.",
        "f": "True. The layer computes with the weights it was born with, while the rest of the model is trained.",
    },
    model_answer="To register a module is to note it under a name in the outer module's `_modules`. Everything that "
    "nn.Module does for a model goes through these entries: parameters(), printing, state_dict(), moving to a device, "
    "train() and eval(). Setting an attribute to a module does it; add_module does it under a name given as a string. "
    "A layer that is not registered still computes, but it is not trained, saved or moved.",
    rubric=[
        "1 point: the outer module notes the inner one under a name (no copy, no call).",
        "1 point: parameters and other services are found through it.",
        "1 point: what goes wrong without it.",
    ],
)


@what_registering_is.experiment
def train_with_a_forgotten_layer():
    nn = torch.nn

    class Model(nn.Module):
        def __init__(self, register):
            super().__init__()
            self.layers = [nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1)]
            self.add_module("layer_2", self.layers[2])
            if register:
                self.add_module("layer_0", self.layers[0])

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    lines = ["Linear(4, 16), ReLU, Linear(16, 1), 300 steps from the same start:"]
    for register in (True, False):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            x = torch.randn(200, 4)
            y = x[:, :1].abs() + x[:, 1:2] * x[:, 2:3]
            model = Model(register)
        first = model.layers[0].weight.detach().clone()
        for _ in range(300):
            loss = (model(x) - y).square().mean()
            model.zero_grad()
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= 0.05 * p.grad
        moved = float((model.layers[0].weight - first).detach().abs().max())
        lines.append("  both layers registered:" if register else "  the first layer not registered:")
        lines.append(f"    tensors in parameters(): {len(list(model.parameters()))}")
        lines.append(f"    first weight moved by up to {moved:.3f}, loss at the end {float(loss.detach()):.3f}")
    one, other, layer = nn.Module(), nn.Module(), nn.Linear(2, 2)
    one.layer_0 = layer
    other.add_module("layer_0", layer)
    lines.append(f"`self.layer_0 = layer` registers {list(one._modules)}, add_module {list(other._modules)}")
    lines.append(f"Is it the very layer, not a copy? {other.layer_0 is layer}")
    return lines
