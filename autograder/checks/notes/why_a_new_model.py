"""why_a_new_model: the explanation of each statement."""

import torch

from autograder.concept import concept

why_a_new_model = concept(
    "why_a_new_model",
    ids=["R8.8"],
    hints=[
        "What does a training loop leave behind, and where is it kept?",
        "An optimizer was given parameters when it was made. Whose are they, after `model = ...` alone?",
    ],
    explanations={
        "a": "False. The images have 784 pixels and ten classes as before: only the way of handing them out is new.",
        "b": "True. Otherwise the loop goes on where the last one stopped, and its result is the work of both.",
        "c": "False. zero_grad clears gradients; the weights, which hold all that was learnt, stay.",
        "d": "True. `opt` refers to the old tensors. A new model with the old optimizer does not learn at "
        "all, without any error message.",
        "e": "False. The weights are drawn at random, so each new model starts elsewhere, unless the same "
        "seed is set before.",
        "f": "True. Starting again is for comparing. To get the best model one goes on from good weights; "
        "that is fine-tuning.",
    },
    model_answer="Because we want to know whether the new dataset or loader works, and trained weights would hide it: "
    "even a loop that learns nothing would print a good loss. A new model starts from untrained weights, so the result "
    "is due to this loop alone. The optimizer must be made together with it, since it holds the parameters that it "
    "updates. The start is random, so results still vary a little unless a seed is set.",
    rubric=[
        "1 point: trained weights would be carried over, and the result would not show what the new loop does",
        "1 point: the optimizer holds the model's parameters, so it has to be new as well (or: the start "
        "should be the same for a fair comparison)",
    ],
)


@why_a_new_model.experiment
def old_and_new_models_and_optimizers():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        x = torch.randn(256, 8)
        y = (x @ torch.randn(8, 3)).argmax(1)
        loss_func = torch.nn.functional.cross_entropy

        def new_model():
            return torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))

        def fit(model, opt):
            for xb, yb in zip(x.split(32), y.split(32), strict=True):
                loss_func(model(xb), yb).backward()
                opt.step()
                opt.zero_grad()
            return loss_func(model(x), y).item()

        model = new_model()
        opt = torch.optim.SGD(model.parameters(), lr=0.2)
        lines = [
            f"a new model, untrained                               loss {loss_func(model(x), y).item():.4f}",
            f"after one epoch                                      loss {fit(model, opt):.4f}",
            f"the next loop on the same model                      loss {fit(model, opt):.4f}   of both loops",
        ]
        idle = loss_func(model(x), y).item()
        lines.append(f"a loop that learns nothing, on the same model        loss {idle:.4f}   looks as good")
        second = new_model()
        before = loss_func(second(x), y).item()
        lines += [
            f"another new model, untrained                         loss {before:.4f}",
            f"after one epoch with the old optimizer               loss {fit(second, opt):.4f}   no change",
        ]
        third = new_model()
        opt = torch.optim.SGD(third.parameters(), lr=0.2)
        lines.append(f"a new model, a new optimizer, one epoch              loss {fit(third, opt):.4f}")
        starts = [loss_func(new_model()(x), y).item() for _ in range(3)]
        return [
            *lines,
            f"three new models before training: {', '.join(f'{value:.4f}' for value in starts)}, all different",
        ]
