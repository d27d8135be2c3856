"""Section 8, the notes: questions that were left open on the way, and two small tools of Python and torch.

True of every exercise here: a number may come back as a float or as a tensor without dimensions. What you are given
stays as it was, unless the prompt asks for the change, and torch records gradients afterwards as it did before.
"""

import torch


def which_curve_is_easier():
    """Some functions curve like a cup, others like a cap: which are easier to optimise?

    A cup is called convex (x ** 2), a cap concave (-x ** 2).

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) We minimise a loss rather than maximise a score because gradient descent is faster than gradient
       ascent.
    b) Minimising a cup is the easy case: a point from which no small step leads down is the lowest point of
       all.
    c) Minimising a cap is easy too: gradient descent comes to rest at its top, where the gradient is zero.
    d) Maximising a cap is as easy as minimising a cup: it is the same problem with the sign turned round.
    e) Cross entropy is convex in the scores, so the loss of a network is convex in its weights.
    f) On a cup, gradient descent arrives at the lowest point with any learning rate above zero.
    """
    raise NotImplementedError


def other_dunders():
    """Which other special methods are at work, unseen, in this lesson?

    `__init__`, `__len__`, `__getitem__`, `__setattr__`, `__repr__` and `__iter__` have been met. There are
    more.

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) `model(x)` runs the class's `__call__`; the one of nn.Module goes on to call your `forward`.
    b) `with torch.no_grad():` works through `__enter__` and `__exit__`, and `__exit__` also runs when the
       block raises.
    c) For a tensor p, `p -= step` computes a new tensor through `__sub__` and gives it the name p.
    d) If a class has `__len__` and no `__bool__`, then `if ds:` is false for a dataset of length 0.
    e) `__getattr__` runs whenever an attribute is read, also one that `__init__` stored in the usual way.
    f) `obj.__call__ = f`, on a single object, makes `obj()` run f.
    """
    raise NotImplementedError


def better_or_longer():
    """Is the loss lower because the loop is better, or because it has trained for longer?

    The training loop was rewritten again and again: by hand, with parameters(), with an optimizer, with a
    loader. Run one after the other on the same model, each version prints a lower loss than the one before.

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) Each version starts from the weights that the one before left behind, so the falling loss says nothing
       about the versions.
    b) `optim.SGD` finds better updates than our own `p -= p.grad * lr`, and that is why the loss is lower
       after it.
    c) From the same start, with the same batches in the same order, all these versions arrive at the same
       weights, up to rounding.
    d) Opening the notebook afresh and running only the last version would print the same low loss.
    e) A fair comparison gives each version the same start and the same number of updates.
    f) A loader that shuffles would print exactly the same loss, too, from the same start.
    """
    raise NotImplementedError


def more_flexible_optimizer():
    """What can it mean that an optimizer is "more flexible"?

    Our Optimizer does plain SGD. torch's does momentum and more, and the lesson promises to do that later,
    too, but in a more flexible way.

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) torch's optim.SGD has no momentum, so another class has to be written for it.
    b) The update is put together from small functions (weight decay, momentum, the step itself), so that a
       new rule is another list of functions and not another class.
    c) With momentum or a rule of your own it is still called by `step()` and `zero_grad()`, so the training
       loop stays as it is.
    d) It finds the right learning rate by itself, so that nobody has to choose one.
    e) Each parameter can have a state of its own that outlives a step, such as a running average of its
       gradients.
    f) Hyper-parameters can differ between groups of parameters, and change while training goes on.
    """
    raise NotImplementedError


def indices(n, shuffle):
    """The row numbers 0, 1, ..., n - 1 as a 1-d int64 tensor: in order or shuffled.

    `n` is an int of at least 1. Without `shuffle` the numbers come in order. With `shuffle` every call draws
    a new order (any order being possible) in which each number comes exactly once. Leave the global seeds
    alone: no `torch.manual_seed`, no `random.seed`.

    >>> indices(5, False)
    tensor([0, 1, 2, 3, 4])
    >>> indices(5, True)  # for example
    tensor([3, 0, 4, 1, 2])
    """
    raise NotImplementedError


def why_iter_returns_self():
    """Why does an iterator return itself?

    In a class with `__next__` one often reads `def __iter__(self): return self`, and nothing else in it.

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) It sets the iterator back to its beginning, so that every `for` loop starts at the first item.
    b) `for` calls iter() on whatever it is given; with this method an iterator can stand there itself.
    c) Our DataLoader, too, should return itself from `__iter__`: then loops over it can be nested.
    d) The generator that a function with `yield` gives does the same: iter(generator) is that generator.
    e) After one full loop over such an object, the next loop over it finds nothing, unless `__iter__` also
       rewinds.
    """
    raise NotImplementedError


def unzip(pairs):
    """Turn a list of pairs into a pair of sequences: all the first items, and all the second ones.

    `pairs` is a list of tuples or lists of two things of any kind, at least one. Return (xs, ys), two lists or tuples
    with the things themselves in them, in the same order, repeated ones included.

    >>> xs, ys = unzip([(1, "one"), (2, "two"), (3, "three")])
    >>> list(xs), list(ys)
    ([1, 2, 3], ['one', 'two', 'three'])
    """
    raise NotImplementedError


def why_a_new_model():
    """Why is a new model made before each new dataset or loader is tried?

    Before each of these trials the lesson says `model, opt = get_model()` once more.

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) A new dataset needs a model with another number of parameters.
    b) The weights are untrained again, so that what comes out is the work of this loop alone.
    c) `opt.zero_grad()` on the old model would have done as well.
    d) The optimizer has to be new, too: the old one holds the parameters of the old model and would go on
       updating those.
    e) The new model starts with exactly the weights that the old one started with.
    f) To get one model as good as possible, not to compare, training on from the weights at hand is fine.
    """
    raise NotImplementedError


def why_second_loss_is_lower():
    """Two runs, and the second prints the lower loss. Why?

    Each run makes a new model, trains it for one epoch, and prints the loss on one batch of 64. The first
    uses a sampler and a collate function written out and prints 0.21; the second uses torch's defaults
    (shuffle=True) and prints 0.13.

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) The runs differ in their random start and in the order of the batches; differences like this come by
       chance.
    b) With the same weights, the loss of one batch of 64 differs a good deal from that of another batch.
    c) torch's own collate function makes better batches than one that stacks the tensors.
    d) Running each of the two several times, with other seeds, would show whether there is a difference at
       all.
    e) As the second model is new, chance cannot be the reason.
    f) Had the second run gone on with the first one's model, then twice the training would have been a real
       reason for a lower loss.
    """
    raise NotImplementedError
