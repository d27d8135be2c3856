"""why_no_grad_when_validating: the explanation of each statement."""

import torch

from autograder.concept import concept

why_no_grad_when_validating = concept(
    "why_no_grad_when_validating",
    ids=["R7.9"],
    hints=[
        "Three things are easily mixed up: recording a graph, computing gradients, changing parameters. Which call"
        " does which of them?",
        "Who keeps a graph alive? Think of `total += loss`, without `.item()`.",
    ],
    explanations={
        "a": "False. Parameters change when an optimizer steps (or somebody subtracts from them). Building a graph"
        " changes nothing, and neither does leaving it unused.",
        "b": "False. The forward pass computes the same numbers, recorded or not.",
        "c": "True. The recording happens in the forward pass, since nobody can know there whether backward() will"
        " be called.",
        "d": "True. The sum's graph leads to every loss, and from there to every layer's outputs for every batch."
        " Under no_grad, or with .item(), there is nothing to hold on to.",
        "e": "False. no_grad() is about recording, eval() about how layers behave. Under no_grad alone, Dropout"
        " goes on dropping and BatchNorm goes on moving its running averages.",
    },
    model_answer="With gradients on, every forward pass records a graph and keeps the layers' outputs for a"
    " backward pass, whether or not backward() is ever called. When validating it never is, so that is time and"
    " memory for nothing, and if losses are added up as tensors, the graphs of all the batches pile up. no_grad()"
    " stops the recording. The numbers are the same without it, and it does not replace eval().",
    rubric=[
        "1 point: without it, a graph is recorded in the forward pass, although there is no backward pass",
        "1 point: names the cost, memory (and time)",
        "1 point: the results are the same; it is not eval()",
    ],
)


@why_no_grad_when_validating.experiment
def _validate_with_and_without():
    generator = torch.Generator().manual_seed(0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(784, 50), torch.nn.ReLU(), torch.nn.Linear(50, 10)).eval()
    own = {p.data_ptr() for p in model.parameters()}
    x, y = torch.rand(1280, 784, generator=generator), torch.randint(10, (1280,), generator=generator)

    def run(record):
        kept = []

        def pack(tensor):
            if tensor.data_ptr() not in own and tensor.untyped_storage().data_ptr() != x.untyped_storage().data_ptr():
                kept.append(tensor.numel() * tensor.element_size())
            return tensor

        total, after = 0.0, []
        with torch.set_grad_enabled(record), torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            for xb, yb in zip(x.split(128), y.split(128), strict=True):
                total += torch.nn.functional.cross_entropy(model(xb), yb)
                after.append(sum(kept) / 1024)
        held = f"{after[0]:.0f}, {after[4]:.0f}, {after[9]:.0f} KiB kept after 1, 5, 10"
        return f"mean loss {total.item() / 10:.5f}, {held}"

    return [
        "Ten validation batches of 128, their losses added up as tensors:",
        f"  recording:     {run(True)}",
        f"  under no_grad: {run(False)}",
        "The loss is the same. What is kept, beside the data, waits for a backward()",
        "that never comes, and all the graphs are held as long as the sum is.",
    ]
