"""Slips that sister exercises share: they apply wherever the code that they change stands in the reference or a right.

Their sentences are true of any exercise; what an exercise can say better, it says under the same name or its own.
"""

from autograder.authoring.families import slip
from autograder.authoring.slips import after, change, everywhere, outdent, swap

# Loops over batches


@slip("opt.zero_grad()", "")
def never_clears():
    """The gradients are never cleared, so each step follows the sum of all batches so far."""


@slip(outdent("opt.zero_grad()"))
def clears_once_an_epoch():
    """The gradients are cleared once an epoch, and add up from batch to batch within it. Clear them for each batch."""


@slip(swap("opt.step()", "opt.zero_grad()"))
def clears_before_the_step():
    """The gradients are cleared between backward and the step, so the step has nothing to go by."""


@slip("opt.step()", "")
def never_steps():
    """The gradients are computed and cleared, and the weights stay as they are: no step is made."""


@slip(outdent("opt.step()"))
def one_step_an_epoch():
    """The step stands outside the loop over the batches: there is one an epoch."""


@slip(change("A.backward()", "A"))
def never_goes_backward():
    """The loss is computed and not followed back, so a step has no gradients to go by."""


@slip(after("opt.zero_grad()", "return"))
def returns_after_the_first_batch():
    """Training stops after the first batch: a `return` or a `break` stands inside the loop."""


@slip("for _ in range(epochs):", "")
def only_one_epoch():
    """There is one epoch whatever `epochs` says."""


@slip("range(epochs)", "range(epochs + 1)")
def one_epoch_too_many():
    """There is one epoch too many. How many numbers are in range(epochs)?"""


@slip("range(epochs)", "range(1, epochs)")
def one_epoch_too_few():
    """There is one epoch too few, none at all when epochs is 1. How many numbers are in range(1, epochs)?"""


@slip("model.train()", "")
def never_in_training_mode():
    """The model is never put into training mode, in which layers such as dropout are to act while it learns."""


@slip("model.eval()", "")
def never_in_evaluation_mode():
    """The model stays in training mode while it is evaluated: layers such as dropout act differently there."""


@slip(change("opt.step()", "model.eval()\nopt.step()"))
def in_eval_mode():
    """The model is set to eval mode, in which layers such as dropout do not act as they should in training."""


@slip("loss_func(A, B)", "loss_func(B, A)")
def targets_first():
    """The loss function gets its two arguments the wrong way round: the predictions come first, then the targets."""


@slip("loss_func(A, B)", "torch.nn.functional.cross_entropy(A, B)")
def its_own_loss():
    """The loss is always cross entropy; `loss_func` is not called."""


# Slices


@slip("range(0, len(A), B)", "range(len(A))")
def a_batch_at_every_row():
    """A batch begins at every row, so that neighbouring batches overlap. range() has a third argument."""


@slip("range(0, len(A), B)", "range(0, len(A) - B, B)")
def stops_a_batch_early():
    """The last batch is always left out, full or short: the starts are to go on up to the number of rows."""


@slip("range(0, len(A), B)", "range(0, len(A) - B + 1, B)")
def drops_the_short_batch():
    """The last batch is left out when it is shorter than the others. Its rows count, too."""


@slip(everywhere("start + bs", "start + bs + 1"))
def overlapping_batches():
    """Neighbouring batches share a row: a slice leaves its end out already, so no + 1 is needed."""


@slip(everywhere("bs", "64"))
def its_own_batch_size():
    """The batches have 64 rows whatever `bs` says."""


@slip("(A - 1) // B + 1", "(A - 1) // B")
def one_batch_too_few():
    """The last batch is left out: the number of batches is n / bs rounded up, which (n - 1) // bs + 1 is."""


@slip("(A - 1) // B + 1", "A // B")
def full_batches_only():
    """The last batch is left out when it is shorter than the others: // rounds down."""


@slip("(A - 1) // B + 1", "A // B + 1")
def an_empty_batch_at_the_end():
    """Where the size of a batch divides the number of rows, there is one batch too many, and it is empty."""


# Rows and columns, means and sums


@slip("A.mean()", "A.sum()")
def a_sum_for_the_mean():
    """You add up where the mean is asked for."""


@slip("A.mean()", "A.mean(0)")
def a_mean_for_each_column():
    """The mean is taken over the rows alone, so that a number for each column is left. One mean of all is asked for."""


@slip("A.sum(-1, keepdim=True)", "A.sum(-1)")
def without_keepdim():
    """The dimension that is summed over is gone, so what follows stretches the sums along the wrong one. Keep it."""


@slip("A.sum(-1, keepdim=True)", "A.sum(0, keepdim=True)")
def summed_over_the_first_dimension():
    """You sum over the first dimension, down the columns. The scores of one example stand in a row."""


@slip("A.amax(-1, keepdim=True)", "A.max(-1, keepdim=True)")
def a_pair_for_the_largest():
    """`max` with a dimension gives two things, the values and where they stand. Take its `.values`, or use `amax`."""


@slip("A.amax(-1, keepdim=True)", "A.amax(-1)")
def the_largest_without_keepdim():
    """The dimension over which the largest is taken is gone, so it is stretched along the wrong one. Keep it."""


@slip("A.amax(-1, keepdim=True)", "A.amax(0, keepdim=True)")
def the_largest_of_each_column():
    """You take the largest of each column. The scores of one example stand in a row."""


@slip("A.argmax(dim=1)", "A.max(dim=1)")
def a_pair_for_the_position():
    """`max` with a dimension gives two things, the values and where they stand. `argmax` gives the places alone."""


@slip("A.argmax(dim=1)", "A.argmax(dim=0)")
def the_row_for_each_class():
    """You look for the likeliest row of each class. It is the likeliest class of each row that counts."""


@slip("(A == B).float().mean()", "(A == B).mean()")
def booleans_averaged():
    """torch takes no mean of booleans: turn them into floats first."""


# Numbers and tensors


@slip(everywhere("A.item()", "A"))
def tensors_for_numbers():
    """Tensors come back where numbers are asked for: `.item()` makes a number of one."""


# Arguments that are not used


@slip(everywhere("n_in", "784"))
def always_784_inputs():
    """There are 784 inputs, whatever n_in is. Use the argument."""


@slip(everywhere("n_out", "10"))
def always_10_outputs():
    """There are 10 outputs, whatever n_out is. Use the argument."""


@slip(everywhere("nh", "50"))
def always_50_hidden_units():
    """The hidden layer has 50 units, whatever nh is. Use the argument."""


@slip(everywhere("lr", "0.5"))
def always_the_same_rate():
    """The learning rate is 0.5 whatever `lr` says."""


# Layers one after the other


@slip("x = layer(x)", "layer(x)")
def results_not_kept():
    """Each layer is called, and what it returns is dropped. Assign each result to x."""


@slip(after("x = layer(x)", "return x"))
def returns_after_the_first_layer():
    """The first layer's result comes back: the `return` stands inside the loop."""


@slip("with torch.no_grad():", "")
def with_the_graph_on():
    """What is done here is recorded for gradients: torch.no_grad() is missing."""
