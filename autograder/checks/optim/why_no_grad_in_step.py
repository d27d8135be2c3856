"""why_no_grad_in_step: the explanation of each statement."""

import torch

from autograder.concept import concept

why_no_grad_in_step = concept(
    "why_no_grad_in_step",
    ids=["R5.2"],
    hints=[
        "Take the no_grad out of your `step` and read the error. Then try p = p - lr * p.grad in its place.",
        "What does autograd record operations for, and is there a backward() that should pass through the update?",
    ],
    explanations={
        "a": "True. The error is a RuntimeError: a leaf Variable that requires grad is being used in an in-place "
        "operation. Changing the very tensor that gradients are taken for would make the record of it meaningless.",
        "b": "False. no_grad does not touch gradients that are there: `step` reads them. Clearing them is "
        "what zero_grad is for.",
        "c": "True. The error is gone and so is the training: the model still has the old tensor. Were the new one "
        "used, it would be no leaf: backward() would leave no .grad in it, and its graph would grow with each step.",
        "d": "False. no_grad says what is recorded inside its block. requires_grad of the parameters stays "
        "True all the while, and after the block recording goes on by itself.",
        "e": "True. We want the gradient of the loss with respect to the parameters as they are now. How "
        "they became what they are is not differentiated, and recording it would only cost time and memory.",
        "f": "False. The direction is decided by the sign in the update. no_grad changes no number that is computed.",
    },
    model_answer="The parameters require grad, so autograd would record the update as if it were a part of the model. "
    "In place that is forbidden for such a tensor and raises a RuntimeError; out of place it makes a new tensor, with "
    "a graph, that the model does not use. But the update is not a part of the function that we differentiate, so it "
    "is made where nothing is recorded. no_grad changes neither the gradients nor requires_grad.",
    rubric=[
        "1 point: operations on parameters would be recorded by autograd.",
        "1 point: what happens then (an error in place; a new tensor or a growing graph out of place).",
        "1 point: the update does not belong to the function to be differentiated.",
    ],
)


@why_no_grad_in_step.experiment
def step_without_no_grad():
    lines = ["One parameter w = 3.0, the loss w ** 2, so its gradient is 6.0; lr = 0.1"]

    def parameter():
        w = torch.tensor(3.0, requires_grad=True)
        (w**2).backward()
        return w

    w = parameter()
    try:
        w -= 0.1 * w.grad
    except RuntimeError as error:
        lines += ["w -= lr * w.grad raises RuntimeError:", f"  {str(error)[:76]}"]
    models_own = w = parameter()
    w = w - 0.1 * w.grad
    lines += ["w = w - lr * w.grad", f"  a new tensor {w.item():.1f}, a leaf: {w.is_leaf}"]
    lines.append(f"  the tensor that the model has is still {models_own.item():.1f}")
    for _ in range(2):
        w = w - 0.1 * 2 * w
    depth, node = 0, w.grad_fn
    while node is not None:
        depth, node = depth + 1, next((f for f, _ in node.next_functions if f is not None), None)
    lines.append(f"  after three such steps the graph behind w is {depth} operations deep")
    w = parameter()
    with torch.no_grad():
        w -= 0.1 * w.grad
    lines += ["with torch.no_grad(): w -= lr * w.grad", f"  {w.item():.1f}, a leaf: {w.is_leaf}"]
    lines.append(f"  requires grad: {w.requires_grad}, and its gradient is still {w.grad.item():.1f}")
    return lines
