"""what_parameters_yields: the explanation of each statement."""

import torch

from autograder.concept import concept

what_parameters_yields = concept(
    "what_parameters_yields",
    ids=["R4.10"],
    hints=[
        "Look at list(model.parameters()): how many items are there, and what is the type of each?",
        "Keep `params = model.parameters()` and walk through it twice. Then call model.parameters() twice.",
    ],
    explanations={
        "a": "False. Those are in the registry; `parameters()` goes one level further and yields what each "
        "layer's own parameters() yields, which are tensors.",
        "b": "True. Layers in the order of registration, and within nn.Linear first the weight, then the bias.",
        "c": "True. No copies are made: the optimizer's update reaches the layers because it gets these very tensors.",
        "d": "False. An item is a tensor, however many numbers are in it. With sizes 784, 50 and 10 there "
        "are four items and 39,760 numbers.",
        "e": "True. A generator goes forwards once. Whoever needs the parameters again, as an optimizer "
        "does at every step, keeps them in a list; or asks again, and gets a fresh generator.",
    },
    model_answer="`parameters()` goes through the registered layers in order and yields every parameter of "
    "each: for two nn.Linear layers four tensors, weight and bias of the first and of the second. They are "
    "the layers' own tensors, so an update in place changes the model. As it is a generator it can be "
    "walked once; each call makes a new one.",
    rubric=[
        "1 point: tensors, not layers: weight and bias of each layer, in order.",
        "1 point: the tensors themselves, so that an update reaches the model; or what being a generator means.",
    ],
)


@what_parameters_yields.experiment
def walk_through_them():
    nn = torch.nn
    layers = {"l1": nn.Linear(784, 50), "l2": nn.Linear(50, 10)}

    def parameters():
        for layer in layers.values():
            yield from layer.parameters()

    lines = ["A generator over the parameters of Linear(784, 50) and Linear(50, 10):"]
    lines += [f"  {type(p).__name__} of shape {tuple(p.shape)}" for p in parameters()]
    lines.append(f"Numbers in them: {sum(p.numel() for p in parameters()):,}")
    walk = parameters()
    lines.append(f"One generator, walked twice: {len(list(walk))} items, then {len(list(walk))}")
    lines.append(f"Two calls: {len(list(parameters()))} items, then {len(list(parameters()))}")
    with torch.no_grad():
        next(parameters()).zero_()
    lines.append(
        f"Largest weight of l1 after zeroing the first item in place: {float(layers['l1'].weight.detach().abs().max())}"
    )
    return lines
