"""Section 2, the loss: from scores to cross entropy, one small function at a time.

True of every exercise here: a number may come back as a float or as a tensor without dimensions. What you are given
stays as it was, unless the prompt asks for the change, and torch records gradients afterwards as it did before.
"""

import math

import torch


def softmax_formula(xs):
    """Softmax of a list of numbers, straight from the formula: the exponential of each number, divided by their sum.

    xs: a list of floats, at least one

    Return a list of as many floats, in the same order. Plain Python and `math` are enough, no torch: this is the
    formula itself. `xs` stays as it was. Numbers so large that their exponential overflows are not asked for yet.

    >>> softmax_formula([0.0, 0.0])
    [0.5, 0.5]
    """
    raise NotImplementedError


def why_softmax():
    """Why does a network that sorts things into classes have a softmax at its end?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) It can change which class has the largest value, and in this way it makes predictions right that were wrong.
    b) It turns any scores, negative ones too, into positive numbers that sum to one, so that they can be read as
       probabilities.
    c) Dividing each score by the sum of the scores would do just as well; the exponential only makes the numbers
       larger.
    d) Only the differences between the scores of a row matter to it: adding 100 to all of them changes nothing.
    e) As its outputs are probabilities, of all the predictions made with 0.9 nine in ten will turn out right.
    f) If one score of a row rises and the others stay, the probability of every other class falls.
    """
    raise NotImplementedError


def softmax(x):
    """Softmax over the last dimension, on tensors.

    x: float tensor of any number of dimensions; the scores of one example stand along the last

    Return a tensor of the same shape and dtype in which the values of each example are positive and sum to one, through
    which gradients flow back to `x`. Build it from exp, sum and a division. Scores so large that their exponential
    overflows are not asked for yet.

    >>> softmax(torch.tensor([[0.0, 0.0], [5.0, 5.0]]))
    tensor([[0.5000, 0.5000],
            [0.5000, 0.5000]])
    """
    raise NotImplementedError


def why_log_softmax():
    """Why does a loss work with the logarithm of the softmax, and why is log_softmax a function of its own?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) The probability of a whole batch is a product of many numbers below one. Its logarithm is a sum, which does not
       shrink to 0.0 as the product does.
    b) The log-probabilities of a row sum to one.
    c) In float32, softmax(x).log() and log_softmax(x) are two ways to write the same thing, whatever x is.
    d) Where the network is confidently wrong, the probability of the right class is almost flat in its score. Its
       logarithm is still steep, so these rows keep a gradient to learn from.
    e) A class can come out on top after log_softmax that did not have the largest probability.
    """
    raise NotImplementedError


def log_softmax_naive(x):
    """The logarithm of the softmax over the last dimension, from its definition.

    x: float tensor of any number of dimensions; the scores of one example stand along the last

    Return a tensor of the same shape and dtype, through which gradients flow back: the natural logarithm of what
    softmax gives. Any correct form is right, except torch's log_softmax, which you are building. Scores so large that
    exp overflows come at the end of this section.

    >>> log_softmax_naive(torch.tensor([[0.0, 0.0]]))       # ln 0.5, twice
    tensor([[-0.6931, -0.6931]])
    """
    raise NotImplementedError


def cross_entropy_formula(p, q):
    """Cross entropy of two distributions, straight from the formula: minus the sum of p times ln q over all classes.

    p: list of floats, the target distribution: what is true
    q: list of as many floats, the predicted distribution: what the model says

    Return a float; plain Python and `math` are enough, no torch. A class with p = 0 adds nothing, even where q is 0 and
    has no logarithm. Elsewhere q may be very small, and counts as it is.

    >>> cross_entropy_formula([0.0, 1.0], [0.5, 0.5])     # -ln 0.5
    0.6931471805599453
    """
    raise NotImplementedError


def why_cross_entropy():
    """Why is cross entropy a fitting loss when the target is one of several classes?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) With a one-hot target all that is left of the sum is minus the log of the probability given to the right class.
    b) It takes the class numbers as quantities: to say 3 where 2 is right costs less than to say 9.
    c) If one model is right more often than another on the same rows, its cross entropy on them is lower too.
    d) A wrong answer costs more the more confident it is, without any upper limit.
    e) Accuracy would serve gradient descent as well: it, too, changes a little with every small change of a weight.
    f) Together with softmax its gradient with respect to the scores of a row is simple: the probabilities minus the
       one-hot target.
    """
    raise NotImplementedError


def nll(log_probs, target):
    """Negative log-likelihood: how unlikely the model finds the right answers, on average.

    log_probs: float tensor (n, c), the log-probabilities of c classes for each of n examples
    target: int64 tensor (n,), the right class of each example; not every class need occur

    Return the mean over the examples of minus the log-probability of their target: a tensor without dimensions, of the
    dtype of `log_probs`, through which gradients flow back. You are building torch's nll_loss, so don't build on it.

    >>> nll(torch.tensor([[-0.1, -2.4], [-1.2, -0.4]]), torch.tensor([0, 1]))     # (0.1 + 0.4) / 2
    tensor(0.2500)
    """
    raise NotImplementedError


def why_negative():
    """Why is there a minus in the negative log-likelihood?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) The minus is there because a network may give negative scores; if all of them were positive it could be left out.
    b) A probability is at most 1, so its logarithm is at most 0. The minus makes this a loss of 0 or more.
    c) The likelihood of the right answers is to grow, but gradient descent goes downhill: minus turns the one into the
       other.
    d) Without the minus, training would push the probability of the right class down.
    e) A perfect prediction, probability 1 for the right class, has a negative log-likelihood of 1.
    """
    raise NotImplementedError


def what_logsumexp():
    """LogSumExp of the scores x1 to xn is ln(exp(x1) + ... + exp(xn)). What is true of it?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) It is a smooth form of the maximum: never below the largest score, and at most ln n above it.
    b) As ln undoes exp, it is the sum of the scores.
    c) Adding 5 to every score adds 5 to it.
    d) Doubling every score doubles it.
    e) A score minus the LogSumExp of its row is the log of that score's softmax.
    f) Its derivatives with respect to the scores are their softmax.
    """
    raise NotImplementedError


def why_logsumexp_trick():
    """Why is it called a trick to take the largest score m out: m + ln(exp(x1 - m) + ... + exp(xn - m))?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) The result is an approximation: a little accuracy is given up so that nothing overflows.
    b) With exact real numbers nothing would be gained, whichever number m is taken out: both forms are equal.
    c) The largest score of the whole batch is as safe an m as the largest of each row.
    d) Terms such as exp(-200) become 0 in float32 after the subtraction, so the result is wrong whenever the scores lie
       far apart.
    e) One term of the sum is exp(0) = 1, so that the logarithm never meets 0 or infinity, however large the scores are.
    f) It is needed for float32 only: float64 reaches so far that exp of 1000 is no problem.
    """
    raise NotImplementedError


def logsumexp(x):
    """LogSumExp over the last dimension: ln(exp(x1) + exp(x2) + ...).

    x: float tensor (n, c), the scores of one example in each row

    Return a tensor (n,) of the same dtype, through which gradients flow back to `x`. It must be right for ordinary
    scores, around 1000 and -1000 and far beyond, where exp gives infinity or 0; and in each row, whatever the other
    rows hold. You are building torch's logsumexp: use neither it nor torch's softmax and log_softmax.

    >>> logsumexp(torch.tensor([[0.0, 0.0], [1000.0, 1000.0]]))      # ln 2 and 1000 + ln 2
    tensor([6.9315e-01, 1.0007e+03])
    """
    raise NotImplementedError


def max_abs_diff(a, b):
    """How far apart two tensors are where they differ most: to compare your own results with torch's.

    a, b: float tensors of any shape, the same for both, with at least one element

    Return the largest absolute difference between an element of `a` and the one of `b` in the same place. If the shapes
    are not the same raise ValueError, even where torch would stretch one to fit the other.

    >>> max_abs_diff(torch.tensor([1.0, 2.0]), torch.tensor([1.5, 0.0]))
    2.0
    """
    raise NotImplementedError


def log_softmax(x):
    """The logarithm of the softmax over the last dimension once more, now right for scores of any size.

    x: float tensor of any number of dimensions; the scores of one example stand along the last

    Return a tensor of the same shape and dtype, through which gradients flow back. Build it on torch's own logsumexp.
    It must be right for scores around 1000 and -1000, far apart within one row or from row to row.

    >>> log_softmax(torch.tensor([[0.0, 1000.0]]))
    tensor([[-1000.,     0.]])
    """
    raise NotImplementedError


def cross_entropy(input, target):
    """Cross entropy of scores and class labels: the loss of this lesson.

    input: float tensor (n, c), the scores of c classes for each of n examples, before any softmax
    target: int64 tensor (n,), the right class of each example

    Return the mean over the examples of minus the log of the target's softmax probability, right for scores of 1000
    too. It is a tensor without dimensions, of input's dtype, through which gradients flow. Don't build it on torch's.

    >>> cross_entropy(torch.tensor([[0.0, 0.0], [0.0, 1000.0]]), torch.tensor([1, 0]))     # (ln 2 + 1000) / 2
    tensor(500.3466)
    """
    raise NotImplementedError
