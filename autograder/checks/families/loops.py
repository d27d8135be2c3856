"""Loops over batches, and the update in them."""

from autograder.authoring.families import slip
from autograder.authoring.slips import after, before, change, everywhere, first, outdent, swap


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
    """The gradients are cleared between backward() and step(), so the step finds none and nothing is learnt. First
    backward(), then the step; clear before the two or after them."""


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
    """`opt.step()` changes the parameters before `backward()` has followed a loss that was worked out with them. Which
    of the two has to come first, for each batch?"""


@slip(after("opt.step()", "opt.step()"))
def steps_twice():
    """There are two steps with the gradients of one batch. One `opt.step()` after each backward() is enough."""


@slip("A.backward()", "A.detach().backward()")
def loss_without_a_graph():
    """backward() has nothing to follow: the loss is computed under no_grad, or cut off from the model, as detach() does
    it."""


@slip(change("A.backward()", "A"))
def never_goes_backward():
    """No gradients are worked out, so `opt.step()` has nothing to go by. Which method of the loss is missing?"""


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


@slip(everywhere("lr", "0.5"))
def always_the_same_rate():
    """The learning rate is 0.5 whatever `lr` says."""


@slip("opt.step()", "with torch.no_grad():\n    for p in model.parameters():\n        p -= opt.lr * p.grad")
def updates_by_hand():
    """You update the parameters yourself. That is the task of `opt`, whatever its rule is: call its step."""


@slip(
    before("loss_func(A, B).backward()", "torch.set_grad_enabled(True)"),
    after("loss_func(A, B).backward()", "torch.set_grad_enabled(False)"),
)
def leaves_recording_off():
    """After training torch records nothing for gradients any more: set_grad_enabled(False) holds until it is undone.
    torch.no_grad() in a `with` ends by itself."""


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


@slip(change("opt.step()", "opt.step()"), first("model.eval()"))
def in_eval_mode_from_the_start():
    """The model is set to eval mode, in which layers such as dropout do not act as they should in training."""


@slip(change("opt.step()", "opt.step()"), after("for _ in range(epochs):", "model.eval()"))
def ends_in_eval_mode():
    """The model is put into eval mode, and was in training mode when it came. Leave its mode as it was."""


@slip(everywhere("loss_func(A, B)", "loss_func(B, A)"))
def swaps_the_arguments_of_the_loss():
    """The loss function gets its two arguments the wrong way round: the model's outputs come first, then the
    targets."""


@slip(everywhere("loss_func", "torch.nn.functional.cross_entropy"))
def ignores_loss_func():
    """You use cross entropy, whatever loss function is passed in. Call `loss_func`."""


@slip(after("opt.zero_grad()", "yield loss.item()"))
def yields_the_losses():
    """Nothing is trained: no loop is run. A function with `yield` in it waits until somebody loops over what it
    returns. Or is the loop empty, or never called?"""
