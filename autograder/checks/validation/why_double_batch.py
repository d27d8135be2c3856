"""why_double_batch: the explanation of each statement."""

import torch

from autograder.concept import concept

why_double_batch = concept(
    "why_double_batch",
    ids=["R7.8"],
    hints=[
        "The question is what becomes possible, not what becomes better. What limits the size of a batch?",
        "What must a training step remember between the forward and the backward pass?",
    ],
    explanations={
        "a": "False. The accuracy is a share of the examples; how they are cut into batches does not change"
        " whether one of them is right (in evaluation mode).",
        "b": "False. Any size does, as long as it fits into memory and the batches are weighed by their size:"
        " means are comparable, however many examples they are taken over. Twice is a rule of thumb.",
        "c": "False. When validating there is no gradient at all.",
        "d": "True. For backward() the outputs of the layers must be kept until it has run. Without it, a layer's"
        " output can be let go as soon as the next layer has used it.",
    },
    model_answer="In training, the outputs of the layers are kept until the backward pass has used them, and that"
    " takes most of the memory. Validation has no backward pass, so under no_grad they can be let go at once. The"
    " memory left over is room for more examples, and fewer, larger batches are quicker. The results do not change"
    " with the batch size; twice is a rule of thumb.",
    rubric=[
        "1 point: no backward pass, so less has to be kept",
        "1 point: that memory allows larger batches, which are quicker",
        "1 point: the results do not depend on it",
    ],
)


@why_double_batch.experiment
def _kept_for_backward():
    with torch.random.fork_rng(devices=[]):
        model = torch.nn.Sequential(torch.nn.Linear(784, 50), torch.nn.ReLU(), torch.nn.Linear(50, 10))
    own = {p.data_ptr() for p in model.parameters()}

    def kept(examples, record):
        seen = {}

        def pack(tensor):
            if tensor.data_ptr() not in own:
                seen[tensor.data_ptr()] = tensor.numel() * tensor.element_size()
            return tensor

        x, y = torch.zeros(examples, 784), torch.zeros(examples, dtype=torch.int64)
        with torch.set_grad_enabled(record), torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            loss = torch.nn.functional.cross_entropy(model(x), y)
        del loss
        return sum(seen.values()) / 1024

    runs = (("training  ", 64, True), ("training  ", 128, True), ("validating", 128, False))
    return [
        "What one forward pass of the lesson's model keeps for backward():",
        *(f"  {what} with {n:3d} examples: {kept(n, record):6.1f} KiB" for what, n, record in runs),
        "(The parameters are not counted; the batch itself, which the first layer's",
        "gradient needs, is most of it.) It grows with the batch and with every layer.",
        "Without a graph nothing is kept, so there is room for more at a time.",
    ]
