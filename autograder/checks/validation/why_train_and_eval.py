"""why_train_and_eval: the explanation of each statement."""

import torch

from autograder.concept import concept

why_train_and_eval = concept(
    "why_train_and_eval",
    ids=["R7.4"],
    hints=[
        "Only a few kinds of layers look at the mode at all. Which of them do you know, and what does each do in"
        " the two modes?",
        "Two switches: one says how layers behave, the other whether operations are recorded. Which call turns which?",
    ],
    explanations={
        "a": "True. The larger ones make up for those that were set to zero, so that the sum stays about the same. In"
        " inference every unit takes part.",
        "b": "False. eval() tells the layers how to behave and nothing else: the graph is still built. no_grad()"
        " stops the recording and tells the layers nothing. Validation wants both.",
        "c": "True. While training it also moves the running averages a little towards each batch; in evaluation"
        " mode they are used and stay as they are.",
        "d": "True. Linear and ReLU do not look at the mode. Call train() and eval() all the same: the day"
        " somebody adds a Dropout layer, the loop is right already.",
        "e": "True. A mode stays until it is changed. This is why train() belongs at the beginning of every epoch,"
        " not once before the first.",
        "f": "False. That is training mode. In inference one image's prediction must not depend on its neighbours,"
        " and with the running averages it does not.",
    },
    model_answer="Some layers behave differently while training. Dropout switches units off at random, and BatchNorm"
    " normalises with the statistics of the batch and gathers running averages. In inference, that is when we only"
    " want predictions, all units should take part. An example's prediction should not depend on chance, or on its "
    "neighbours in the batch. eval() switches to that, with the running averages in BatchNorm. train() switches"
    " back, so both are called in every epoch. Neither has to do with recording gradients.",
    rubric=[
        "1 point: Dropout in both modes",
        "1 point: BatchNorm in both modes (batch statistics or running averages)",
        "1 point: inference is to give predictions that are free of chance and of the rest of the batch",
        "1 point: train() must be called again after validating",
    ],
)


@why_train_and_eval.experiment
def _both_modes():
    def shown(values):
        return "[" + ", ".join(f"{value:5.2f}" for value in values.flatten().tolist()) + "]"

    lines = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        x, dropout = torch.ones(6), torch.nn.Dropout(0.5)
        lines += [
            "Six ones through Dropout(0.5):",
            f"  training, once:       {shown(dropout(x))}",
            f"  training, once more:  {shown(dropout(x))}",
            f"  evaluation:           {shown(dropout.eval()(x))}",
        ]
        norm, same, others = torch.nn.BatchNorm1d(1), torch.tensor([[1.0]]), torch.tensor([[1.0], [5.0], [9.0]])
        norm(torch.randn(64, 1))
        mean = norm.running_mean.item()
        lines.append("The value 1.0 through BatchNorm1d, in two different batches:")
        for mode in (True, False):
            norm.train(mode)
            first, second = norm(torch.cat([same, others]))[0].item(), norm(torch.cat([same, -others]))[0].item()
            lines.append(f"  {'training: ' if mode else 'evaluation:':11} {first:6.3f} and {second:6.3f}")
            if mode:
                lines.append(
                    f"    (meanwhile its running mean moved from {mean:.3f} to {norm.running_mean.item():.3f})"
                )
        linear = torch.nn.Linear(2, 2).eval()
        lines.append(f"In evaluation mode, without no_grad: has the output a graph? {linear(x[:2]).requires_grad}")
    return lines
