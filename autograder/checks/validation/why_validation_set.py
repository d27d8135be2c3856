"""why_validation_set: the explanation of each statement."""

import torch

from autograder.concept import concept

why_validation_set = concept(
    "why_validation_set",
    ids=["R7.3"],
    hints=[
        "Imagine a model that has learnt the training examples by heart. Which numbers would look splendid, and which"
        " would not?",
        "A high accuracy of the best of fifty settings: what part of it may be luck?",
    ],
    explanations={
        "a": "False. With enough parameters a model can learn all its training examples by heart, noise included, and"
        " still guess on new ones. How well it does there can only be seen there.",
        "b": "True. While the model learns what holds in general, both losses fall. Once it learns what is"
        " peculiar to the training examples, only the training loss goes on falling.",
        "c": "False. A small training loss is what training is for; a model that has learnt the rule perfectly has"
        " one too. It takes the comparison with examples that were not trained on.",
        "d": "True. On a training example, a rule and a good memory give the same answer.",
        "e": "False. Setting examples aside only takes them away from training. What helps is what you do with the"
        " results: stop earlier, choose a smaller model, use dropout or more data.",
        "f": "True. Among fifty results the best one is partly the best by luck on these very examples. That is why a"
        " test set, looked at once at the end, is kept besides.",
    },
    model_answer="A model can learn its training examples by heart, so its results on them do not tell whether it"
    " will do well on new ones. The validation set holds examples that no gradient has come from; the results"
    " there estimate how the model generalises. The model overfits when the training loss goes on falling while"
    " the validation loss stops falling or rises again. That comparison tells when to stop, and which of several"
    " settings to choose.",
    rubric=[
        "1 point: results on training examples do not tell how the model does on new ones",
        "1 point: no learning from the validation set",
        "1 point: overfitting = training loss falls further while validation loss rises (or stays)",
    ],
)


@why_validation_set.experiment
def _overfit_a_small_set():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        x, x_valid = torch.randn(30, 10), torch.randn(500, 10)

        def labels(x):
            noise = torch.rand(len(x)) < 0.15
            return ((x[:, 0] + x[:, 1] > 0) ^ noise).long()

        y, y_valid = labels(x), labels(x_valid)
        model = torch.nn.Sequential(torch.nn.Linear(10, 64), torch.nn.ReLU(), torch.nn.Linear(64, 2))
    measure = torch.nn.functional.cross_entropy
    lines = [
        "30 training examples, 500 to validate, 15 % of all labels wrong on purpose:",
        "  epoch   training: loss  accuracy   validation: loss  accuracy",
    ]
    lowest, at = float("inf"), 0
    for epoch in range(1, 301):
        model.zero_grad()
        measure(model(x), y).backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= 0.3 * p.grad
            if epoch in (1, 3, 6, 10, 15, 20, 30, 50, 100, 200, 300):
                row = f"  {epoch:5d}"
                for width, inputs, targets in ((16, x, y), (19, x_valid, y_valid)):
                    out = model(inputs)
                    loss, share = measure(out, targets).item(), (out.argmax(1) == targets).float().mean().item()
                    row += f"{loss:{width}.3f}{share:10.2f}"
                lines.append(row)
                lowest, at = min((lowest, at), (loss, epoch))
    return [
        *lines,
        "The training loss falls to the end. The validation loss, of those shown, is",
        f"lowest ({lowest:.3f}) after epoch {at}. From there on the model learns the wrong",
        "labels by heart.",
    ]
