"""Dataset: its probes, other right answers and known mistakes."""

import itertools

import torch

from autograder.authoring.slips import after, before, change, everywhere, first, inside
from autograder.checks.data import pair
from autograder.exercise import code

Dataset = code(
    "Dataset",
    ids=["R6.1"],
    hints=[
        "What do `len(ds)` and `ds[i]` call? There is one special method for each, and one that stores x and y.",
        "You need not tell an int from a slice or an index tensor: a tensor takes all three between its brackets.",
        "`__len__` asks x for its length; `__getitem__` hands the index to x and to y and returns both results.",
    ],
    shortcut=["torch.utils.data.TensorDataset", "torch.utils.data.StackDataset"],
    instead="three special methods: __init__, __len__ and __getitem__",
)


@Dataset.probe
def has_as_many_examples_as_x_has_rows(Dataset, draw):
    sizes = [draw.size(1, 40) for _ in range(3)]
    return [len(Dataset(draw.normal(n, draw.size(3, 6)), draw.labels(n, 10))) for n in sizes]


@Dataset.probe
def gives_one_example_for_an_int(Dataset, draw):
    n = draw.size(3, 8)
    ds = Dataset(draw.normal(n, draw.size(2, 4)), draw.labels(n, 10))
    return {f"ds[{i}]": pair(ds[i], f"ds[{i}]") for i in (0, n - 1, -1, -n, draw.integer(0, n - 1))}


@Dataset.probe
def gives_rows_for_a_slice(Dataset, draw):
    n = draw.size(5, 9)
    ds = Dataset(draw.normal(n, draw.size(2, 4)), draw.labels(n, 10))
    start = draw.integer(1, 3)
    return {
        f"ds[{start}:{start + 2}]": pair(ds[start : start + 2], "what a slice gives"),
        f"ds[{start}:{start + 1}]": pair(ds[start : start + 1], "what a slice gives"),
        f"ds[{n - 2}:{n + 3}]": pair(ds[n - 2 : n + 3], "what a slice gives"),
        "ds[::2]": pair(ds[::2], "what a slice gives"),
        "ds[-2:]": pair(ds[-2:], "what a slice gives"),
        "ds[:-2]": pair(ds[:-2], "what a slice gives"),
    }


@Dataset.probe
def gives_rows_for_an_index_tensor(Dataset, draw):
    n = draw.size(4, 8)
    ds = Dataset(draw.normal(n, draw.size(2, 4)), draw.labels(n, 10))
    rows = torch.tensor(draw.shuffled(range(n)))
    rows = torch.cat([rows, rows[:1]])  # out of order, and one row comes again
    draw.note(n=n, rows=rows)
    return {
        "ds[rows]": pair(ds[rows], "what an index tensor gives"),
        "ds[rows[:1]]": pair(ds[rows[:1]], "what an index tensor gives"),
    }


@Dataset.probe
def ends_with_an_index_error(Dataset, draw):
    n = draw.size(2, 40)
    draw.note(n=n)
    ds = Dataset(draw.normal(n, 3), draw.labels(n, 10))
    beyond = {}
    for name, i in (("ds[n]", n), ("ds[-n - 1]", -n - 1)):
        try:
            beyond[name] = ds[i]
        except IndexError:
            beyond[name] = "IndexError"
    return {**beyond, "items that a for loop sees": len(list(itertools.islice(ds, n + 3)))}


@Dataset.probe
def takes_tensors_of_any_shape_and_dtype(Dataset, draw):
    n = draw.size(3, 5)
    pixels = draw.integers(0, 255, n, 2, 2).to(torch.uint8)
    ds = Dataset(pixels, draw.normal(n, 2))
    told = {"len(ds)": len(ds), "ds[0]": pair(ds[0], "ds[0]"), "ds[1]": pair(ds[1], "ds[1]")}
    columns = Dataset(draw.normal(n, 1), draw.normal(n, 1, 1))
    return {**told, "columns[0]": pair(columns[0], "ds[0]"), "columns[0:1]": pair(columns[0:1], "ds[0:1]")}


@Dataset.probe
def keeps_two_datasets_apart(Dataset, draw):
    n = draw.size(3, 5)
    train = Dataset(draw.normal(n, 3), draw.labels(n, 10))
    valid = Dataset(draw.normal(n, 3), draw.labels(n, 10))
    return {"train_ds[0]": pair(train[0], "train_ds[0]"), "valid_ds[0]": pair(valid[0], "valid_ds[0]")}


@Dataset.right
def length_from_the_shape():
    class Dataset(torch.utils.data.Dataset):
        def __init__(self, x, y):
            super().__init__()
            self.inputs, self.targets = x, y

        def __len__(self):
            return self.inputs.shape[0]

        def __getitem__(self, index):
            return [self.inputs[index], self.targets[index]]

    return Dataset


@Dataset.right
def list_of_tensors():
    class Dataset:
        def __init__(self, *tensors):
            self.tensors = tensors

        def __len__(self):
            return self.tensors[-1].size(0)

        def __getitem__(self, index):
            return tuple(tensor[index] for tensor in self.tensors)

    return Dataset


@Dataset.right
def index_kind_by_kind():
    class Dataset:
        def __init__(self, x, y):
            self.x, self.y, self.n = x, y, len(y)

        def __len__(self):
            return self.n

        def __getitem__(self, i):
            if isinstance(i, slice):
                rows = torch.tensor(list(range(*i.indices(self.n))))
                return self.x.index_select(0, rows), self.y.index_select(0, rows)
            if isinstance(i, int):
                if not -self.n <= i < self.n:
                    raise IndexError(i)
                return self.x[i], self.y[i]
            return torch.stack([self.x[j] for j in i]), torch.stack([self.y[j] for j in i])

    return Dataset


@Dataset.slip("len(X)", "X.shape[-1]")
def length_counts_the_columns():
    """`len(ds)` gives the number of columns of x. How many examples there are is the number of its rows."""


@Dataset.slip("len(self.x)", "len((self.x, self.y))")
def length_counts_x_and_y():
    """`len(ds)` is always 2: it counts x and y, where the rows of x should be counted."""


@Dataset.slip("len(X)", "X.numel()")
def length_counts_the_elements():
    """`len(ds)` gives the number of elements of x, all pixels of all images. Count rows: what is `len` of a tensor?"""


@Dataset.slip(change("self.y[i]", "self.x[i]"), change("(X, X)", "(self.y[i], X)"))
def y_comes_first():
    """The pair comes the wrong way round: targets first. Everything that says `xb, yb = ds[...]` would mix them up."""


@Dataset.slip("self.y[i]", "self.y")
def gives_all_of_y():
    """You index x alone: with each item comes the whole of y. The same index belongs in both."""


@Dataset.slip("(X, self.y[i])", "X")
def gives_x_alone():
    """Indexing gives one thing, where a training step needs two, the input and its target. Return a pair."""


@Dataset.slip("(A[i], B[i])", "list(zip(A[i], B[i])) if isinstance(i, slice) else (A[i], B[i])")
def slices_become_lists_of_pairs():
    """For a slice you give a list of pairs, one for each row. A batch should be one pair of tensors: let the tensors do
    the slicing."""


@Dataset.slip("(A[i], B[i])", "list(zip(A[i], B[i])) if isinstance(i, torch.Tensor) and i.dim() else (A[i], B[i])")
def tensors_of_rows_become_lists_of_pairs():
    """For a tensor of row numbers you give a list of pairs. It should give what a slice gives, one pair of tensors: let
    the tensors do the indexing."""


@Dataset.slip("(A[i], B[i])", "(A[[i]], B[[i]]) if isinstance(i, int) else (A[i], B[i])")
def ints_are_taken_as_slices():
    """`ds[3]` keeps a dimension of size 1, as if it were `ds[3:4]`. One example has the shape of one row: (784,), and
    its label is 0-d."""


@Dataset.slip("(A[i], B[i])", "(A[i].squeeze(), B[i].squeeze()) if isinstance(i, int) else (A[i], B[i])")
def dimensions_of_size_one_are_lost():
    """Dimensions of size 1 are lost (`squeeze`). A row of a tensor (n, 1) has the shape (1,): hand out what the index
    gives."""


@Dataset.slip("(A[i], B[i])", "(A[i].squeeze(0), B[i].squeeze(0)) if isinstance(i, torch.Tensor) else (A[i], B[i])")
def one_row_of_an_index_tensor_is_squeezed():
    """An index tensor with a single row number gives an example without its batch dimension. One row number in a tensor
    is still a batch, of one row."""


@Dataset.slip(
    before("return A, B", "n = len(self.x)"),
    after("n = A", "i = [*range(i.start or 0, min(i.stop or n, n), i.step or 1)] if isinstance(i, slice) else i"),
)
def takes_slices_apart():
    """You count the rows of a slice yourself, from start to stop, and negative numbers are not what you take them for.
    A tensor understands the slice as it is."""


@Dataset.slip(before("return self.x[i], self.y[i]", "if isinstance(i, int) and i < 0:\n    i = i % len(self.x)"))
def wraps_round_below_zero():
    """Every negative number is taken as a row (`i % len`), however far it lies before the beginning. Beyond either end
    there is nothing but an IndexError."""


@Dataset.slip(inside("__getitem__", first("if isinstance(i, int) and i < 0:\n    raise IndexError(i)")))
def refuses_negative_numbers():
    """`ds[-1]` is an IndexError. As in a list, it should be the last row; the tensors inside know that themselves."""


@Dataset.slip(before("return self.x[i], self.y[i]", "if isinstance(i, int):\n    i = i % len(self.x)"))
def wraps_round():
    """Beyond the end you begin again at row 0, so `for item in ds` never ends. The tensors raise an IndexError there by
    themselves: let them."""


@Dataset.slip("(x, y)", "(x.float(), y.long())")
def changes_the_dtypes():
    """You turn x into floats or y into int64 on the way. A dataset hands out what it was given; y may hold floats."""


@Dataset.slip(everywhere("self", "Dataset"))
def stored_on_the_class():
    """x and y are kept on the class (or in a global), so a second dataset overwrites the first. Keep them on `self`."""
