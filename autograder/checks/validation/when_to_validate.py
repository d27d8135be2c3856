"""when_to_validate: the explanation of each statement."""

import torch

from autograder.concept import concept

when_to_validate = concept(
    "when_to_validate",
    ids=["R7.2"],
    hints=[
        "What does validating cost, and what does it change in the model? Go through the statements with these two.",
        "Think of the curve of validation losses, one point for each epoch. What does it tell that its last point"
        " does not?",
    ],
    explanations={
        "a": "False. Validation must change nothing: no backward(), no step. If the model learnt from this data,"
        " it would no longer tell how the model does on examples that it has not seen.",
        "b": "False. Before the training of epoch 3 the model is the one that epoch 2 left: the numbers would be"
        " one epoch late. Validate after the training of the epoch.",
        "c": "True. One pass over the validation data, without backward(), costs a small part of an epoch, and"
        " gives one point of the curve for each epoch.",
        "d": "True. Validating does not change the model, so nothing is learnt from it. What grows is the time: one"
        " pass over the validation data for every single batch.",
        "e": "False. The last number may come long after the best one. Only the results after each epoch show when"
        " the validation loss began to rise again, and whether it was still falling at the end.",
    },
    model_answer="Usually once an epoch, after its training. Validation only measures: it changes nothing in the"
    " model, so doing it more often costs time and teaches it nothing. Doing it after each epoch gives a"
    " curve, and the curve shows whether the model is still getting better or has begun to overfit. A single"
    " validation at the end would show neither.",
    rubric=[
        "1 point: after the training of each epoch",
        "1 point: says that validating changes nothing, it costs time only",
        "1 point: says what the results over the epochs are good for (trend, overfitting, when to stop)",
    ],
)


@when_to_validate.experiment
def _each_epoch_or_each_batch():
    import time

    def train(after_each_batch):
        generator = torch.Generator().manual_seed(3)
        x, x_valid = torch.randn(320, 20, generator=generator), torch.randn(320, 20, generator=generator)
        rule = torch.randn(20, generator=generator)
        y, y_valid = (x @ rule > 0).long(), (x_valid @ rule > 0).long()
        w = (0.1 * torch.randn(20, 2, generator=generator)).requires_grad_()
        passes, curve, started = 0, [], time.perf_counter()
        for _epoch in range(4):
            for start in range(0, 320, 16):
                loss = torch.nn.functional.cross_entropy(x[start : start + 16] @ w, y[start : start + 16])
                loss.backward()
                with torch.no_grad():
                    w -= 0.1 * w.grad
                    w.grad.zero_()
                    if after_each_batch or start + 16 == 320:
                        passes += 1
                        share = ((x_valid @ w).argmax(1) == y_valid).float().mean().item()
            curve.append(share)
        return w.detach(), passes, curve, 1000 * (time.perf_counter() - started)

    train(False)  # the first time is slower
    w1, passes1, curve1, ms1 = train(False)
    w2, passes2, _, ms2 = train(True)
    return [
        "A small model, trained twice from the same start for 4 epochs of 20 batches:",
        f"  validated after each epoch: {passes1:3d} passes over the validation set, {ms1:4.0f} ms",
        f"  validated after each batch: {passes2:3d} passes over the validation set, {ms2:4.0f} ms",
        f"Largest difference between the weights of the two models: {(w1 - w2).abs().max().item():g}",
        "Accuracy after each epoch: " + "  ".join(f"{share:.3f}" for share in curve1),
        "The last number alone would not tell whether it was still rising.",
    ]
