"""training_steps: the explanation of each statement."""

import torch

from autograder.concept import concept

training_steps = concept(
    "training_steps",
    ids=["R3.1"],
    hints=[
        "For each step, ask what it needs. Which of them needs nothing but the batch?",
        "The gradient is the gradient of something. What must be there before it can be worked out?",
        "Read the code backwards: an update needs gradients, gradients need a loss, a loss needs outputs.",
    ],
    explanations={
        "a": "The update comes last. It uses the gradients, so before backward() there is nothing to use (or worse, the"
        " gradients of the batch before).",
        "b": "Predicting comes first: it needs only the batch and the parameters as they are, and all else is made from"
        " its outputs.",
        "c": "backward() starts from the loss and ends at the parameters, so the loss must exist, and the update must"
        " still be to come.",
        "d": "The loss compares outputs with targets: it can be had as soon as there are outputs, and it is what"
        " backward() starts from.",
    },
    model_answer="First the model predicts: the batch goes through it and comes out as scores. The loss function"
    " compares the scores with the targets and gives one number. backward() works out how that number changes with each"
    " parameter. Then each parameter moves a little against its gradient, in steps set by the learning rate. Before the"
    " next batch the gradients are cleared, since backward() adds to what is there.",
    rubric=[
        "1 point: names prediction, loss, gradients and update",
        "1 point: has them in this order",
        "1 point: says what each step needs from the one before it",
    ],
    ordered=True,
)


@training_steps.experiment
def _three_orders():
    x, y, lr = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2.0, 4.0, 6.0]), 0.05

    def losses(order, steps=5):
        w = torch.zeros(1, requires_grad=True)
        seen, loss = [], None
        for _ in range(steps):
            for step in order:
                if step == "loss":
                    loss = ((w * x - y) ** 2).mean()
                    seen.append(loss.item())
                elif step == "backward":
                    loss.backward()
                elif w.grad is not None:
                    with torch.no_grad():
                        w -= lr * w.grad
                        w.grad.zero_()
        return "".join(f"{value:9.4f}" for value in seen)

    return [
        "One weight w, starting at 0, is to learn y = 2x. Five steps in two orders:",
        "  predict, loss, gradient, update:",
        f"    losses {losses(['loss', 'backward', 'update'])}",
        "  predict, loss, update, gradient:",
        f"    losses {losses(['loss', 'update', 'backward'])}",
        "In the second order the first update finds no gradient at all, and each",
        "later one uses the gradient of the step before, taken where w no longer is:",
        "it lags behind, overshoots, and turns back late.",
    ]
