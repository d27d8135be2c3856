"""sampler_batches: its probes, other right answers and known mistakes."""

import random

import torch

from autograder.checks.data import flat, thoroughly
from autograder.exercise import Complaint, code

sampler_batches = code(
    "sampler_batches",
    ids=["R6.10"],
    hints=[
        "Make a sampler and go through it once: what does each step of the loop give?",
        "If your sampler yields tensors, `.tolist()` makes a list of plain ints of each.",
    ],
    refuses={"shuffles_nearby_rows_alone": "how many checks see it depends on the order that is drawn"},
)


@sampler_batches.probe
def lists_the_rows_in_order(sampler_batches, draw):
    bs = draw.integer(5, 40)  # 2 * bs + 1 rows, at least 11: in three parts as equal as can be they are other batches
    return lists_of_rows(sampler_batches(2 * bs + 1, bs, False))


@sampler_batches.probe
def lists_full_batches_alone_where_bs_divides_n(sampler_batches, draw):
    bs = draw.size(2, 5)
    few, more = bs * 3, bs * draw.integer(4, 5)  # two shuffles hardly leave so many rows as they were
    return {f"{n} rows": lists_of_rows(sampler_batches(n, bs, False)) for n in (few, more)}


@sampler_batches.probe
def lists_one_batch_of_all_rows_where_bs_is_larger(sampler_batches, draw):
    n = draw.size(9, 12)  # so many rows hardly come out of a shuffle as they were
    return lists_of_rows(sampler_batches(n, n + draw.size(1, 4), False))


@sampler_batches.probe
def makes_every_order_possible(sampler_batches, draw):
    bs = draw.integer(4, 6)
    n = bs * (180 // bs + draw.integer(0, 6))
    told = thoroughly([flat(lists_of_rows(sampler_batches(n, bs, True))) for _ in range(40)])
    return {"rows, batch size": [n, bs], **told}


@sampler_batches.probe
def lists_every_row_once_when_shuffled(sampler_batches, draw):
    bs = draw.integer(16, 20)
    n = bs * 8 - draw.integer(1, 7)  # in eight parts as equal as can be they are the same batches
    calls = [sampler_batches(n, bs, True) for _ in range(3)]
    calls = [lists_of_rows(call) for call in calls]  # not before all are made: none changes what another gave
    orders = {tuple(flat(batches)) for batches in calls}
    # 24 batches of at least 16 rows: all of them rising is as good as impossible (8 batches in the other case, in
    # three calls: 1 in 40320^3).
    return {
        "how many rows, how many different ones": [len(flat(calls[0])), len(set(flat(calls[0])))],
        "rows that are none of 0 to n - 1": sorted(set(flat(calls[0])) - set(range(n))),
        "what the rows are": sorted({type(row).__name__ for row in flat(calls[0])}),
        "batch sizes": [len(batch) for batch in calls[0]],
        "whether all 3 calls give one order": len(orders) == 1,
        "whether all 3 calls give the plain order": orders == {tuple(range(n))},
        "whether the rows of every batch stand in rising order": all(
            list(batch) == sorted(batch) for batches in calls for batch in batches
        ),
        "whether the batches of every call stand in rising order": all(
            list(batches) == sorted(batches) for batches in calls
        ),
    }


def lists_of_rows(batches):
    if not isinstance(batches, list):
        raise Complaint(f"a list of lists should come back, not {type(batches).__name__}")
    for batch in batches:
        if not isinstance(batch, list):
            raise Complaint(f"each batch should be a list of ints; here is a {type(batch).__name__}")
        for row in batch:
            if not isinstance(row, (int, torch.Tensor)):
                raise Complaint(f"each row number should be a plain int; here is a {type(row).__name__}")
    return batches


@sampler_batches.right
def slices_of_a_list(n, bs, shuffle):
    rows = random.sample(range(n), n) if shuffle else list(range(n))
    return [rows[i : i + bs] for i in range(0, n, bs)]


@sampler_batches.right
def from_split_tensors(n, bs, shuffle):
    rows = torch.randperm(n) if shuffle else torch.arange(n)
    return [[int(row) for row in batch] for batch in rows.split(bs)]


@sampler_batches.slip("[A for rows in B]", "list((torch.randperm(n) if shuffle else torch.arange(n)).split(bs))")
def batches_stay_tensors():
    """The batches are tensors. Lists of plain ints are asked for: which method of a tensor gives one?"""


@sampler_batches.slip("rows.tolist()", "list(torch.as_tensor(rows))")
def rows_stay_tensors():
    """The lists hold 0-d tensors: `list(tensor)` does that. For plain ints there is `.tolist()`."""


@sampler_batches.slip("[int(row) for row in batch]", "tuple(batch.tolist())", of="from_split_tensors")
def tuples_of_rows():
    """The batches are tuples. A list of lists is asked for."""


@sampler_batches.mistake
def one_list_for_all_calls(n, bs, shuffle, batches=[]):  # noqa: B006
    """All calls fill the same list (a default argument, or one outside the function). Make a new one in each call."""
    rows = torch.randperm(n) if shuffle else torch.arange(n)
    batches.extend(batch.tolist() for batch in rows.split(bs))
    return batches


@sampler_batches.slip("return A", "return sampler_batches.__dict__.setdefault((n, bs, shuffle), A)")
def one_pass_for_all_calls():
    """Asked once more with the same arguments, it gives the same pass: is that kept, in a cache for instance? Every
    call is a new one."""


@sampler_batches.slip("[A for rows in B]", "[row for rows in B for row in A]")
def all_in_one_list():
    """All the rows stand in one flat list. There should be a list of its own for each batch."""


@sampler_batches.slip("Sampler(n, bs, shuffle)", "Sampler(n, bs)")
def shuffle_is_ignored():
    """The rows come in order whatever `shuffle` says: is it handed on to the sampler, and used there?"""


@sampler_batches.slip("Sampler(n, bs, shuffle)", "Sampler(n, bs, True)")
def shuffled_in_any_case():
    """The rows are shuffled whatever `shuffle` says: is it handed on to the sampler, and used there?"""


@sampler_batches.slip("Sampler(n, bs, shuffle)", "Sampler(10, 3, shuffle)")
def ten_by_three():
    """These are always 10 rows by 3, whatever the arguments say."""


@sampler_batches.slip("rows.tolist()", "sorted(rows.tolist())")
def sorts_each_batch():
    """The rows of each batch come sorted. Leave them in the order in which the sampler names them."""


@sampler_batches.slip("return A", "return sorted(A)")
def sorts_the_batches():
    """The batches come sorted. Leave them in the order in which the sampler gives them."""


@sampler_batches.slip("[A for rows in B]", "[A for rows in B][:1]")
def first_batch_alone():
    """Only the first batch comes back: does a `return` stand inside the loop?"""
