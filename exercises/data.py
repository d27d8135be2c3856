"""Section 6, the data: a dataset, loaders that cut it into batches, samplers that choose what is in them.

True of every exercise here: a number may come back as a float or as a tensor without dimensions. What you are given
stays as it was, unless the prompt asks for the change, and torch records gradients afterwards as it did before.
"""

import torch


class Dataset:
    """Inputs and targets under one roof.

    `x` and `y` are tensors (n, ...), row i of `y` the target of row i of `x`. `len(ds)` is n, and `ds[i]` the pair
    (x[i], y[i]). As with a tensor, `i` is an int, a slice, or a 1-d int64 tensor of at least one row number; an int
    beyond either end is an IndexError.

    Write it yourself, without TensorDataset.

    >>> ds = Dataset(torch.rand(100, 784), torch.arange(100))
    >>> len(ds), ds[0:5][0].shape, ds[0:5][1]
    (100, torch.Size([5, 784]), tensor([0, 1, 2, 3, 4]))
    """

    def __init__(self, x, y):
        raise NotImplementedError


def three_dataset_methods():
    """`Dataset(x, y)` is written with three special methods, so that `len(ds)`, `ds[3]` and `ds[3:7]` work.

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) `ds[3:7]` needs a method of its own beside `__getitem__`, which serves single numbers.
    b) `__init__` stores x and y on the object; it is the only one of the three that runs when `Dataset(x,
       y)` is called.
    c) `len(ds)` ends up in `__len__`; a training loop uses it to know when all rows have been used.
    d) Without an `__iter__` method, `for x, y in ds:` raises a TypeError.
    e) What stands between the brackets reaches `__getitem__` as it is, a slice object for `ds[3:7]`, so the
       tensors inside can do the work.
    f) torch's own DataLoader accepts only datasets whose class inherits from torch.utils.data.Dataset.
    """
    raise NotImplementedError


def batch_shapes(ds, start, stop):
    """The shapes of the x and of the y that a dataset gives for its rows start, ..., stop - 1.

    `ds` is a dataset as above: it has a length and can be indexed. Use nothing else of it (its tensors may have other
    names than yours). `stop` may lie beyond the end.

    Return the two shapes, x's first, each a torch.Size or a tuple of ints.

    >>> batch_shapes(Dataset(torch.rand(100, 784), torch.arange(100)), 0, 5)
    (torch.Size([5, 784]), torch.Size([5]))
    """
    raise NotImplementedError


def fit_dataset(model, opt, loss_func, train_ds, bs, epochs=1):
    """The fifth loop: batches are slices of a dataset.

    `train_ds` is a dataset as above: it has a length, and a slice of it is a pair (xb, yb). Use nothing of it but its
    length and its rows. As before: these in order, `bs` at a time, `epochs` times over, the last batch shorter where bs
    does not divide the length, none empty. `loss_func(model(xb), yb)` is the loss. Each batch makes one step of `opt`,
    from the gradients of that batch alone (at first there are none). Nothing needs to be returned.

    >>> fit_dataset(model, opt, F.cross_entropy, Dataset(x_train, y_train), bs=64)
    """
    raise NotImplementedError


class SliceLoader:
    """A loader: `for xb, yb in SliceLoader(ds, bs):` goes through a dataset in order, `bs` rows at a time.

    `ds` is a dataset as above: use nothing of it but its length and its rows. Each batch is the pair that a slice of
    `bs` rows gives; the last may be short, none is empty. Each new loop begins at the first batch, also when the last
    one was left with `break`.

    Write it yourself, without torch's DataLoader.

    >>> [len(xb) for xb, yb in SliceLoader(Dataset(torch.rand(10, 4), torch.arange(10)), 4)]
    [4, 4, 2]
    """

    def __init__(self, ds, bs):
        raise NotImplementedError


def fit_loader(epochs, model, loss_func, opt, train_dl):
    """The sixth loop: it no longer knows how batches are made.

    `train_dl` is looped over anew in each epoch and gives pairs (xb, yb); use nothing else of it: it may have no
    length, and other batches in the next epoch. As before, `loss_func(model(xb), yb)` is the loss, and each batch makes
    one step of `opt`, from the gradients of that batch alone (at first there are none). Nothing needs to be returned.

    >>> fit_loader(5, model, F.cross_entropy, opt, train_dl)
    """
    raise NotImplementedError


def why_shuffle_training_only():
    """The training set is shuffled before it is cut into batches; the validation set is not. Why?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) Shuffling moves images and labels independently of each other, which keeps the model from learning by
       heart.
    b) In data sorted by class a batch holds one class alone: each step pulls the model toward the class at
       hand, and away from those before.
    c) The validation rows must stay in order, or else the model would learn from them.
    d) The mean loss and the accuracy over all validation rows do not depend on their order, so shuffling
       them is work for nothing.
    e) With a new order in each epoch, a row meets other neighbours in its batch every time, so the noise in
       the steps varies instead of repeating itself.
    """
    raise NotImplementedError


def when_to_reshuffle():
    """The training rows are to come in a random order. When should that order be drawn?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) At the beginning of every epoch: then each epoch uses each row exactly once, in an order drawn for
       it.
    b) Once, before the first epoch: as the order is random already, drawing it again in later epochs
       changes nothing.
    c) If every batch is drawn from *all* rows afresh, then in an "epoch" of n rows about a third of them are not
       used, others more than once.
    d) In a sampler class, drawing the order in `__init__` gives a new order for each `for` loop over the
       sampler.
    e) In a sampler class, drawing the order in `__iter__` gives a new order for each `for` loop over the
       sampler.
    f) Drawing the order anew is so slow that it is better done every tenth epoch.
    """
    raise NotImplementedError


class Sampler:
    """Decides which rows go into which batch.

    `n` is the dataset's number of rows, `bs` the batch size. A loop over the sampler gives batches of row numbers, each
    a list of ints or a 1-d int64 tensor; the last may be short, none is empty. Each row comes once: in order, or with
    `shuffle` in a random order, drawn anew for each loop, also after a `break`. Set no global seed.

    Write it yourself, without the samplers of torch.utils.data.

    >>> list(Sampler(10, 4))
    [tensor([0, 1, 2, 3]), tensor([4, 5, 6, 7]), tensor([8, 9])]
    """

    def __init__(self, n, bs, shuffle=False):
        raise NotImplementedError


def sampler_batches(n, bs, shuffle):
    """See what a sampler does: the row numbers of one pass, as a list of lists of plain ints.

    The batches are those of `Sampler(n, bs, shuffle)`: for 10 rows by 3 they have the sizes 3, 3, 3 and 1.
    Plain ints are what `tensor.tolist()` gives; tensors inside the lists are not asked for. Every call is a
    new pass.

    >>> sampler_batches(10, 3, False)
    [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    """
    raise NotImplementedError


def collate(batch):
    """Make one batch out of single examples: a list of pairs (x, y) in, a pair of tensors (xb, yb) out.

    `batch` is a list with at least one pair, as `[ds[3], ds[0], ds[7]]` gives it. Each x is a tensor, all
    of the same shape (any shape), each y a 0-d tensor. Return xb of shape (len(batch), *x.shape) and yb of
    shape (len(batch),), rows in the order of the list, dtypes as they were. The list itself stays as it
    was.

    Build it from `torch.stack`, without torch's default_collate.
    """
    raise NotImplementedError


class DataLoader:
    """The second loader: a sampler names the rows of a batch, the dataset gives them, collate_fn joins them.

    Looping over `sampler` gives one batch of row numbers after another, each a list of ints or a 1-d int64 tensor. For
    each of them yield what `collate_fn` makes of its examples: `ds[i]` for one row number at a time, in the sampler's
    order, whatever an example is. Every loop over the loader asks the sampler for a new pass.

    Write it yourself, without torch's DataLoader.

    >>> xb, yb = next(iter(DataLoader(ds, Sampler(len(ds), 64, shuffle=True))))
    """

    def __init__(self, ds, sampler, collate_fn=collate):
        raise NotImplementedError


def why_collate():
    """Our DataLoader asks the dataset for single examples and hands the list of them to `collate_fn`.

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) `collate_fn` chooses which rows come together in a batch.
    b) `torch.cat` would serve as well as `torch.stack`: for 64 images of shape (784,) both give shape (64,
       784).
    c) A Linear layer cannot take a list of 64 pairs; collating makes a tensor of inputs and one of targets of it,
       with the rows along a new first dimension.
    d) For sentences of different lengths, a collate_fn of your own can pad each batch to its longest
       sentence, where `torch.stack` alone would raise an error.
    e) A collate_fn has to return a pair of tensors; torch's DataLoader refuses anything else.
    f) As it sees a whole batch at a time, collate_fn is a place for what mixes examples, such as blending
       pairs of images.
    """
    raise NotImplementedError


def plot_item(xb, yb, i=0):
    """Draw item `i` of a batch with matplotlib, its label as the title.

    `xb` is a float tensor (bs, 784), each row a 28 x 28 image laid out row after row; `yb` an int64 tensor (bs,). Show
    the 28 x 28 values with `imshow`, first row at the top, in any colours. The title holds the label, alone or in
    words ("label 7"), and no other number. Return the figure, the axes, or both.

    matplotlib takes a while to import: do it inside the function.
    """
    raise NotImplementedError


def why_batches_differ():
    """Three batches are taken from a loader. Which rows can they have in common?

    `train_dl` uses a sampler with shuffle=True, `valid_dl` one with shuffle=False; both are loaders as you
    wrote them.

        batches = iter(train_dl)
        first = next(batches)
        second = next(batches)
        third = next(iter(train_dl))

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) `first` and `second` have no row in common.
    b) `third` holds the same rows as `first`, because a new iterator starts at the beginning.
    c) `third` may hold rows that are in `first` or `second` too.
    d) Had the third line been `second = next(iter(batches))`, it would have begun a new pass.
    e) With `valid_dl` in place of `train_dl`, `third` would hold the same rows as `first`.
    """
    raise NotImplementedError


def explicit_loaders(train_ds, valid_ds, bs, collate_fn):
    """PyTorch has the pieces that you wrote: build two loaders from them, every part named.

    `train_ds` and `valid_ds` are datasets. Return two `torch.utils.data.DataLoader`s, for training and for
    validation, both with batches of `bs` (the last one short) and both with `collate_fn`. The first visits
    the rows of `train_ds` through a `torch.utils.data.RandomSampler`, each row once a pass; the second
    those of `valid_ds` through a `torch.utils.data.SequentialSampler`.

    Write `torch.utils.data.DataLoader` in full: in this file, `DataLoader` alone is your own.
    """
    raise NotImplementedError


def default_loaders(train_ds, valid_ds, bs):
    """The same once more, with torch choosing sampler and collate function from two switches.

    Return two `torch.utils.data.DataLoader`s, for training and for validation, both with batches of `bs`.
    The first shuffles the rows of `train_ds` and leaves out a last batch that is shorter than `bs`. The second goes
    through all rows of `valid_ds`, in order, with a short last batch. Use `shuffle` and `drop_last`; no
    sampler or collate function of your own is needed.
    """
    raise NotImplementedError


def what_the_defaults_do():
    """What does torch's DataLoader do where you name no sampler and no collate function?

    The loader in question is `torch.utils.data.DataLoader(ds, 64, shuffle=True, drop_last=True)`.

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) For `shuffle=True` it makes itself a RandomSampler, otherwise a SequentialSampler.
    b) Without a collate function it gives each batch as a list of (x, y) pairs.
    c) With `drop_last=True`, the same few rows at the end of the dataset are never trained on.
    d) Its default collate function also copes with examples that are dicts, or that hold Python numbers.
    e) With `drop_last=True` on the validation set too, the accuracy would still be that of the whole set.
    f) `DataLoader(ds, 64, shuffle=True, sampler=RandomSampler(ds))` shuffles twice.
    """
    raise NotImplementedError
