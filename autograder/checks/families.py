"""Slips that sister exercises share: they apply wherever the code that they change stands in the reference or a right.

Their sentences are true of any exercise; what an exercise can say better, it says under the same name or its own.
"""

from autograder.authoring.families import slip
from autograder.authoring.slips import after, before, change, everywhere, inside, outdent, swap

# Loops over batches


@slip("opt.zero_grad()", "")
def never_clears():
    """The gradients are never cleared, so each step follows the sum of all batches so far. Which method of the
    optimizer is missing?"""


@slip(outdent("opt.zero_grad()"))
def clears_once_an_epoch():
    """You clear the gradients once an epoch, so within it they pile up from batch to batch. Clear them for every
    batch."""


@slip(swap("opt.step()", "opt.zero_grad()"))
def clears_before_the_step():
    """The gradients are cleared between backward() and step(), so the step finds none and nothing is learnt. Clear
    them after the step, or before backward()."""


@slip("opt.step()", "")
def never_steps():
    """The gradients are computed and cleared, and the weights stay as they are: `opt.step()` is not called. Are the
    parentheses there?"""


@slip(outdent("opt.step()"))
def one_step_an_epoch():
    """The step stands outside the loop over the batches: there is one an epoch."""


@slip(outdent("opt.zero_grad()"), outdent("opt.step()"))
def steps_once_an_epoch():
    """There is one step an epoch, from gradients that added up: `opt.step()` and `opt.zero_grad()` stand outside the
    loop over the batches."""


@slip(change("A.backward()\nopt.step()\nopt.zero_grad()", "loss = A\nopt.step()\nopt.zero_grad()\nloss.backward()"))
def steps_before_backward():
    """`opt.step()` comes before `backward()`: it uses the gradients of the batch before, and the last batch's are
    never used."""


@slip("A.backward()", "A.detach().backward()")
def loss_without_a_graph():
    """backward() has nothing to follow: the loss is computed under no_grad, or cut off from the model by detach()."""


@slip(change("A.backward()", "A"))
def never_goes_backward():
    """No gradients are worked out, so `opt.step()` has nothing to go by. Which method of the loss is missing?"""


@slip(after("opt.zero_grad()", "return"))
def returns_after_the_first_batch():
    """Training stops after the first batch. Does a `return` or a `break` stand inside the loop?"""


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


@slip(everywhere("loss_func(A, B)", "loss_func(B, A)"))
def swaps_the_arguments_of_the_loss():
    """The loss function gets its two arguments the wrong way round: the model's outputs come first, then the
    targets."""


@slip(everywhere("loss_func", "torch.nn.functional.cross_entropy"))
def ignores_loss_func():
    """You use cross entropy, whatever loss function is passed in. Call `loss_func`."""


# Slices


@slip("range(0, len(A), B)", "range(len(A))")
def a_batch_at_every_row():
    """A batch begins at every row, so that neighbouring batches overlap. range() has a third argument: the step."""


@slip("range(0, len(A), B)", "range(0, len(A) - B, B)")
def stops_a_batch_early():
    """The last batch is always left out, full or short: the batches are to go on up to the number of rows."""


@slip("range(0, len(A), B)", "range(0, len(A) - B + 1, B)")
def drops_the_short_batch():
    """The last batch is left out when it is shorter than the others: a division such as n // bs, or the end of a
    range(), counts full ones alone."""


@slip(everywhere("start + bs", "start + bs + 1"))
def overlapping_batches():
    """Neighbouring batches share a row: a slice leaves its end out already, so no + 1 is needed."""


@slip("loss_func(model(x[A]), y[A])", "loss_func(model(x), y)")
def all_the_data_every_time():
    """Each step uses all the rows of x and y. Cut the batch out first, and predict from it."""


@slip(
    change("for start in range(0, len(x), bs):", "for start in range(0, len(x), bs):"),
    before("A.backward()", "start = max(0, min(start, len(x) - bs))"),
)
def the_last_batch_made_full():
    """The last batch is filled up to bs rows with rows that the batch before it had. Let it be shorter."""


@slip(everywhere("bs", "64"))
def its_own_batch_size():
    """The batches have 64 rows whatever `bs` says."""


@slip("(A - 1) // B + 1", "(A - 1) // B", twins=["stops_a_batch_early"])
def one_batch_too_few():
    """The last batch is always left out, full or short: the batches are to go on up to the number of rows."""


@slip("(A - 1) // B + 1", "A // B", twins=["drops_the_short_batch"])
def full_batches_only():
    """The last batch is left out when it is shorter than the others: a division such as n // bs, or the end of a
    range(), counts full ones alone."""


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
def fifty_hidden_units():
    """The hidden layer has 50 units, whatever nh is. Which of the arguments is not used?"""


@slip(everywhere("lr", "0.5"))
def always_the_same_rate():
    """The learning rate is 0.5 whatever `lr` says."""


# Layers one after the other


@slip("x = layer(x)", "layer(x)")
def results_not_kept():
    """Each layer is called, and what it returns is dropped. Assign each result to x."""


@slip(after("x = layer(x)", "return x"))
def returns_after_the_first_layer():
    """The first layer's result comes back. Does a `return` stand inside the loop?"""


@slip("with torch.no_grad():", "")
def with_the_graph_on():
    """What is done here is recorded for gradients: torch.no_grad() is missing."""


@slip("with torch.no_grad():", "with torch.no_grad:")
def no_grad_without_parentheses():
    """torch.no_grad is a class: `with` needs an object of it. The parentheses are missing."""


@slip("model.parameters()", "model.parameters")
def parameters_without_parentheses():
    """model.parameters is a method: call it, with parentheses, to get the parameters."""


@slip("p -= A", "p += A")
def climbs():
    """The parameters move along the gradient, so the loss grows. Which sign leads downhill?"""


@slip("x = layer(x)", "x = layer(x).relu()")
def a_relu_of_its_own():
    """A relu is applied after each layer, beside the layers that were passed. Apply those layers and nothing else."""


# Layers of given sizes


@slip(everywhere("nn.Linear(A, B)", "nn.Linear(B, A)"))
def outputs_before_inputs():
    """The sizes of a layer are the wrong way round: nn.Linear takes the number of inputs first, then of outputs."""


@slip(everywhere("nn.Linear(A, B)", "nn.Linear(A, B, bias=False)"))
def without_bias():
    """The layers have no bias. An nn.Linear has one unless it is told otherwise."""


@slip(everywhere("nh", "max(nh, n_out)"))
def at_least_as_many_hidden_units():
    """The sizes are put in order, or limited. nh may be smaller than n_in and n_out: use it as it is."""


@slip(everywhere("n_in", "784"), everywhere("n_out", "10"))
def sizes_of_mnist():
    """The layers have the sizes of MNIST, whatever is passed. Use the arguments."""


@slip(everywhere("n_in", "784"), everywhere("nh", "50"), everywhere("n_out", "10"))
def sizes_of_mnist_all():
    """The layers have the sizes of MNIST, 784, 50 and 10, whatever is passed. Use the arguments."""


@slip("nn.Sequential(A, nn.ReLU(), B)", "nn.Sequential(A, B)")
def no_relu():
    """There is no ReLU between the two Linear layers."""


@slip("nn.Sequential(A, B, C)", "nn.Sequential(A, B, C, nn.ReLU())")
def two_relus():
    """A second ReLU comes after the last layer, so no score is ever negative. Nothing is to follow the last Linear."""


@slip("nn.ReLU()", "nn.Sigmoid()")
def with_sigmoid():
    """The layer in the middle is a Sigmoid, not a ReLU."""


@slip(everywhere("x", "x.float()"))
def made_float32():
    """float64 went in and float32 came out: something on the way converts. Keep the dtype of the input."""


# Loops over layers


@slip(change("return x", "return out"), change("x = A", "out = A"))
def each_layer_on_the_input():
    """Each layer gets the input of the model, and all results but the last are lost. Give each layer what the one
    before it returned."""


@slip("return x", "return x.softmax(-1)")
def a_softmax_of_its_own():
    """There is a softmax at the end that was not among the layers. Apply the layers that were passed, and nothing
    else."""


@slip("for layer in self.layers:", "for layer in self.layers[:-1]:")
def skips_the_last_layer():
    """`forward` leaves the last layer out."""


@slip(inside("forward", change("return x", "")))
def forward_returns_none():
    """Calling the model gives None: `forward` has no `return` after the loop."""


@slip("nn.Sequential(A, B, C)", "nn.Sequential([A, B, C])")
def a_list_for_the_layers():
    """nn.Sequential is given a list. It takes each layer as an argument of its own: a star in front of the list makes
    it so."""


@slip("nn.Sequential(A, B, C)", "nn.Sequential(A, B, C, nn.LogSoftmax(-1))")
def with_log_softmax():
    """A softmax, or its logarithm, comes last. The loss function takes raw scores: nothing is to follow the last
    Linear."""


# Batches that are not asked for


@slip(
    change("range(0, len(x), bs)", "range(0, len(x), bs)"),
    before("for _ in range(epochs):", "bs = min(bs, len(x) - 1)"),
)
def a_batch_smaller_than_the_data():
    """When bs is greater than the number of rows, all the rows should be one batch."""


@slip(everywhere("start + bs", "start + 1"), change("range(0, len(x), bs)", "range(len(x))"))
def a_row_at_a_time():
    """There is a step for each row, whatever `bs` says. Each batch is to have `bs` rows."""


@slip(after("opt.zero_grad()", "yield loss.item()"))
def yields_the_losses():
    """Nothing is trained: a function with `yield` in it runs only when somebody loops over what it returns. Train when
    called; losses can be kept in a list."""


@slip(after("opt.step()", "opt.step()"))
def steps_twice():
    """There are two steps with the gradients of one batch. One `opt.step()` after each backward() is enough."""


@slip("opt.step()", "with torch.no_grad():\n    for p in model.parameters():\n        p -= opt.lr * p.grad")
def updates_by_hand():
    """You update the parameters yourself. That is the task of `opt`, whatever its rule is: call its step."""
