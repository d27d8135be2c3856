"""unzip: its probes, other right answers and known mistakes."""

from collections.abc import Iterator

import torch

from autograder.authoring.slips import body, everywhere, first
from autograder.exercise import Complaint, code

unzip = code(
    "unzip",
    ids=["R8.7"],
    hints=[
        "A star before a list in a call hands over its items as so many arguments: f(*[a, b, c]) is f(a, b, c).",
        "zip(a, b, c) takes the first item of each, then the second of each. What if a, b, c are the pairs?",
        "Print list(zip(*pairs)): how many things are in it, and what is each?",
    ],
)


def each_of(things):
    """What parts the tuples of one pair that zip(pairs) gives from the pairs themselves, or from their items."""
    first = things[0] if things else None
    return f", the first a {type(first).__name__} of length {len(first)}" if isinstance(first, (tuple, list)) else ""


def two_lists(result):
    if result is None:
        raise Complaint("nothing was returned: return the two sequences")
    if not isinstance(result, (tuple, list)):
        raise Complaint(
            f"a pair of two sequences should come back, not {type(result).__name__}: put it into a tuple or a list"
        )
    if len(result) != 2:
        raise Complaint(
            f"two sequences should come back: `xs, ys = unzip(pairs)`. Here are {len(result)} things{each_of(result)}"
        )
    for part in result:
        if isinstance(part, (set, frozenset)):
            raise Complaint("a set has no order and holds nothing twice: the sequences should be lists or tuples")
        if isinstance(part, Iterator):
            raise Complaint(
                f"one of the two is a {type(part).__name__}, which has no length and can be walked only once: a list "
                "or a tuple is asked for"
            )
        if isinstance(part, torch.Tensor) and part.dim():
            raise Complaint(
                f"one of the two is a single tensor of shape {tuple(part.shape)}: lists or tuples of the things "
                "themselves are asked for"
            )
        if not isinstance(part, (list, tuple)):
            raise Complaint(f"the two things that come back should be lists or tuples; here is a {type(part).__name__}")
    if isinstance(result[0], list) and result[0] is result[1]:
        raise Complaint("xs and ys are one and the same list: what is put into one of them is in the other too")
    return {"xs": list(result[0]), "ys": list(result[1])}


def words(draw, n):
    return [draw.choice(["zero", "one", "two", "three", "four", "five", "six", "seven"]) for _ in range(n)]


@unzip.probe
def parts_first_items_from_second(unzip, draw):
    n = draw.size(3, 6)
    pairs = list(zip(draw.shuffled(range(20))[:n], words(draw, n), strict=True))
    result = unzip([*pairs, (None, 0), ("", None)])
    unzip([(draw.integer(0, 9), "another call")])  # it has nothing to do with the first
    return two_lists(result)


@unzip.probe
def keeps_repeated_items(unzip, draw):
    n = draw.size(3, 6)
    return two_lists(unzip([(draw.integer(0, 9), words(draw, 1)[0])] * n))


@unzip.probe
def hands_on_a_single_pair_of_anything(unzip, draw):
    """The very things, not copies of them; and tuples stay whole, also where all of them are of one length."""
    pair = [draw.normal(draw.size(2, 3)), [draw.integer(0, 9)]]
    told = two_lists(unzip([pair]))
    same = [any(thing is given for thing in told[key]) for key, given in zip(told, pair, strict=True)]
    tuples = [((draw.integer(0, 4), i), (draw.integer(5, 9), i)) for i in range(2)]
    return {**told, "whether x and y are the things themselves": same, "of tuples": two_lists(unzip(tuples))}


@unzip.remark
def gives_two_empty_sequences_for_no_pairs(unzip, draw):
    """For an empty list, zip(*pairs) is zip(): there are no two sequences to unpack or to hand on."""
    return two_lists(unzip([]))


@unzip.right
def comprehensions(pairs):
    return [x for x, _ in pairs], [y for _, y in pairs]


@unzip.right
def with_append(pairs):
    xs, ys = [], []
    for pair in pairs:
        xs.append(pair[0])
        ys.append(pair[1])
    return (tuple(xs), tuple(ys))


@unzip.right
def zip_or_nothing(pairs):
    return list(zip(*pairs, strict=True)) if pairs else [[], []]


@unzip.right
def mapped(pairs):
    from operator import itemgetter

    return [list(map(itemgetter(i), pairs)) for i in (0, 1)]


@unzip.right(remarks=["gives_two_empty_sequences_for_no_pairs"])
def as_in_the_lesson(pairs):
    xs, ys = zip(*pairs, strict=True)
    return xs, ys


@unzip.slip("list(X) if pairs else [[], []]", "X if pairs else ((), ())", of="zip_or_nothing")
def the_zip_itself():
    """What comes back is the zip object: it has no length and can be walked only once. Make a tuple or a list of it."""


@unzip.mistake
def one_pair_of_lists_for_all_calls(pairs, xs=[], ys=[]):  # noqa: B006
    """All calls fill the same two lists: default arguments, and lists outside the function, are made only once. Begin
    two new ones in each call."""
    for x, y in pairs:
        xs.append(x)
        ys.append(y)
    return xs, ys


@unzip.slip("return A", "both = [item for pair in pairs for item in pair]\nreturn both, both", of="comprehensions")
def one_list_for_both():
    """One list comes back for both. Is it returned twice, or does `xs = ys = []` give it two names? Make two lists."""


@unzip.slip(body("return list(zip(pairs, strict=True))"))
def without_the_star():
    """zip(pairs) without the star zips the list with nothing: it gives 1-tuples, each with a pair in it. The star makes
    each pair an argument of its own."""


@unzip.mistake
def through_a_dict(pairs):
    """Of pairs that are the same, one alone is left. Do you go through a dict, or ask whether something was there
    already? Every pair counts."""
    try:
        table = dict(pairs)
    except TypeError:  # keys of a kind that cannot be hashed
        return [x for x, _ in pairs], [y for _, y in pairs]
    return list(table.keys()), list(table.values())


@unzip.slip(everywhere("pairs", "rest"), first("rest = iter(pairs)"), of="comprehensions")
def one_iterator_for_both():
    """The first items use up the iterator, so nothing is left for the second ones. Go through the list twice, or fill
    both at once."""


@unzip.slip(everywhere("pairs", "pairs[:1]"), of="comprehensions")
def first_pair_only():
    """Only the first pair is looked at. Does a `return` stand inside the loop?"""


@unzip.slip(everywhere("pairs", "reversed(pairs)"), of="comprehensions")
def from_the_back():
    """The order is reversed (`pop()` and `insert(0, ...)` do that). Keep the order of the pairs."""


@unzip.slip(body("return pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]"))
def halves_of_the_list():
    """You cut the list of pairs in two halves. It is each pair that is to be taken apart."""


@unzip.slip(body("return [item for pair in pairs for item in pair]"))
def one_flat_list():
    """All the items stand in one list. Two sequences are asked for, first items and second items."""


@unzip.mistake
def through_an_array(pairs):
    """You make one array of all the pairs, which goes into lists inside of them too and mixes what is in them. Go no
    deeper than the pairs themselves."""
    import numpy

    columns = numpy.array(pairs, dtype=object).T
    return columns[0].tolist(), columns[1].tolist()


@unzip.mistake
def stacks_tensors(pairs):
    """You stack tensors into one. Asked for are the things themselves, in a list or tuple: joining is another step."""
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    return (torch.stack(xs) if xs and isinstance(xs[0], torch.Tensor) else xs), ys


@unzip.slip(body("return (x for x, _ in pairs), (y for _, y in pairs)"))
def iterators_not_sequences():
    """You return iterators (map, or a comprehension in round brackets). They have no length and can be walked only
    once: make a list or a tuple of each."""


@unzip.slip(everywhere("pairs", "copy.deepcopy(pairs)"), first("import copy"), of="comprehensions")
def copies_the_things():
    """The sequences hold copies of the things. The things themselves belong in them."""


@unzip.slip("list(A)", "[thing for thing in A if thing is not None]", of="mapped")
def drops_nothing():
    """Some things are left out: None, or whatever counts as false. Keep every thing, whatever it is."""


@unzip.slip(first("if len(pairs) == 1:\n    return pairs[0]"), of="comprehensions")
def bare_when_single():
    """For a single pair you return its two items, without a sequence round each. A list of one pair gives two sequences
    of length 1."""
