"""Section 7, validation: how good is the model on examples that it did not learn from?

True of every exercise here: a number may come back as a float or as a tensor without dimensions. What you are given
stays as it was, unless the prompt asks for the change, and torch records gradients afterwards as it did before.
"""

import torch
from torch.utils.data import DataLoader


def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    """Train for some epochs and validate after each: the loop that the whole lesson leads up to.

    `train_dl` and `valid_dl` give batches (xb, yb), yb being class labels; `len(valid_dl)` counts them. As before,
    `loss_func(model(xb), yb)` is the loss of a batch, and `opt` has `step()` and `zero_grad()`.

    Each epoch trains first, in training mode: one step a batch, with its gradients alone (at first there are none).
    Then it validates, in evaluation mode: on all of `valid_dl`, no graph, nothing learnt.

    Return a list with each epoch's (loss, accuracy): the means over the validation batches, which are of one size.

    >>> fit(2, model, loss_func, opt, train_dl, valid_dl)   # perhaps
    [(0.2149, 0.9341), (0.1282, 0.9631)]
    """
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()

        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(dim=1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


def when_to_validate():
    """When should a training loop validate?

    Which of these are true? Return the set of their letters, for example {"a", "b"}.

    a) Validate as often as you can: the model learns a little from the validation data each time.
    b) Validate at the beginning of an epoch, before its training, so that the numbers of epoch 3 are those of the
       model that epoch 3 has produced.
    c) At the end of every epoch is a good habit: often enough to see a trend, and cheap beside the training itself.
    d) Validating after every batch instead of after every epoch takes longer, and the model learns nothing from it.
    e) Once, after the last epoch, tells you all that a result after each epoch would have told you.
    """
    return {"c", "d"}


def why_validation_set():
    """Why do we keep a validation set, and how does it show that a model overfits?

    Which of these are true? Return the set of their letters, for example {"a", "b"}.

    a) A model that gets all its training examples right is going to be about as good on new ones.
    b) The training loss goes on falling while the validation loss rises again: that is what overfitting looks like.
    c) Overfitting shows in the training loss alone: it becomes too small.
    d) Examples that the model was trained on cannot tell whether it learnt a rule or learnt them by heart.
    e) Setting a validation set aside makes the model generalise better, even if nobody looks at the results.
    f) If you try fifty settings and keep the one with the best validation accuracy, that accuracy promises a little
       too much.
    """
    return {"b", "d", "f"}


def why_train_and_eval():
    """Why do we call `model.train()` before training and `model.eval()` before validating? What is different in
    inference, that is, when a trained model is used to predict?

    Which of these are true? Return the set of their letters, for example {"a", "b"}.

    a) In training mode Dropout sets some of its inputs to zero, at random, and makes the others larger; in evaluation
       mode it lets everything through as it is.
    b) `model.eval()` stops torch from building the graph, so `torch.no_grad()` is not needed after it.
    c) In training mode BatchNorm normalises with the mean and variance of the batch at hand; in evaluation mode with
       the running averages that it gathered during training.
    d) For a model made of Linear and ReLU layers alone, both modes give the same outputs.
    e) If nobody calls `model.train()` after the first validation, Dropout stays switched off in all later epochs.
    f) In evaluation mode the prediction for an image depends on which other images are in its batch, if the model has
       a BatchNorm layer.
    """
    return {"a", "c", "d", "e"}


def validate(model, loss_func, dl):
    """Loss and accuracy over all the examples of a loader, exactly, whatever the sizes of its batches.

    `dl` gives batches (xb, yb), yb being class labels; `model(xb)` gives a score for each class, `loss_func(scores,
    yb)` the mean loss of that batch.

    Return (loss, accuracy): the mean loss per example, and the share of examples that are right. Every example counts
    the same. The model is in evaluation mode already; change nothing in it: no parameter, no gradient, no mode.

    >>> loss, acc = validate(model, loss_func, valid_dl)
    """
    loss, right, n = 0.0, 0, 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            loss += loss_func(out, yb).item() * len(xb)
            right += (out.argmax(dim=1) == yb).sum().item()
            n += len(xb)
    return loss / n, right / n


def are_batch_means_exact():
    """Our `fit` averages the losses (and the accuracies) of the validation batches. Is the result right if the batch
    size varies?

    Which of these are true? Return the set of their letters, for example {"a", "b"}.

    a) Yes: the mean of the batches' means is the mean over all examples, whatever the sizes.
    b) If all batches have the same size, it is.
    c) An example in a short batch counts for more than one in a full batch.
    d) Only the loss is affected. The accuracy is a share, so its mean over the batches is right in any case.
    e) The result comes out right if each batch's mean is multiplied by its number of examples, and the sum of these
       divided by the number of all examples.
    """
    return {"b", "c", "e"}


def get_dls(train_ds, valid_ds, bs, **kwargs):
    """The two loaders that a training loop needs.

    `train_ds`, `valid_ds`  datasets: `len(ds)` examples, and `ds[i]` is the pair (x, y) of one of them
    `bs`                    batch size for training
    `kwargs`                further arguments for torch's DataLoader, meant for both loaders

    Return a pair of torch's DataLoaders. The first gives the training set in batches of `bs`, in a new random order
    each time. The second gives the validation set in its own order, in batches twice as large. In both the last
    batch may be short: no example is left out, unless `kwargs` says so.
    """
    return (
        DataLoader(train_ds, batch_size=bs, shuffle=True, **kwargs),
        DataLoader(valid_ds, batch_size=bs * 2, **kwargs),
    )


def why_double_batch():
    """Why can the validation batches be twice as large as the training batches?

    Which of these are true? Return the set of their letters, for example {"a", "b"}.

    a) Larger batches make the validation accuracy higher.
    b) It has to be exactly twice: otherwise losses of the two sets could not be compared.
    c) The gradient is more exact with a larger batch, and that matters most when validating.
    d) Validation needs no backward pass, so what the layers put out need not be kept, and memory is left over for
       more examples at a time.
    """
    return {"d"}


def why_no_grad_when_validating():
    """Validation calls no optimizer, and no backward(). Why do we still put it under `torch.no_grad()`?

    Which of these are true? Return the set of their letters, for example {"a", "b"}.

    a) Without it the validation data would change the parameters a little.
    b) Without it the losses and accuracies would come out differently.
    c) Without it every forward pass records a graph and keeps what a backward pass would need: time and memory for
       something that never comes.
    d) Without it, adding up the batches' losses as tensors keeps the graphs of all the batches alive until the sum is
       let go.
    e) It does the work of model.eval() too: Dropout and BatchNorm behave as in inference.
    """
    return {"c", "d"}


def train_in_three_lines(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """From two datasets to a trained model, in three lines: get the loaders, get a model, fit.

    All the parts are handed to you:

    `get_dls(train_ds, valid_ds, bs)`    returns train_dl, valid_dl
    `get_model()`                        returns a new model, and an optimizer over its parameters
    `fit(epochs, model, loss_func, opt, train_dl, valid_dl)`    trains and validates

    Call each of them once, and return what `fit` returns.
    """
    train_dl, valid_dl = get_dls(train_ds, valid_ds, bs)
    model, opt = get_model()
    return fit(epochs, model, loss_func, opt, train_dl, valid_dl)
