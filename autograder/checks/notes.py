"""How section 8, the notes, is observed: the closing questions with their experiments, and two small tools."""

import itertools
import random
from collections.abc import Iterator

import torch

from autograder.concept import concept
from autograder.exercise import Complaint, code

which_curve_is_easier = concept(
    "which_curve_is_easier",
    ids=["R8.1"],
    hints=[
        "Draw a cup and a cap, put a ball on each, and let it roll. Where does it end, and does that depend "
        "on where it starts?",
        "Minimising f and maximising -f move x in the same way. And what does a learning rate that is too "
        "large do in a cup?",
    ],
    explanations={
        "a": "False. Ascent on -f makes exactly the steps of descent on f. That we speak of a loss and go "
        "down is a convention.",
        "b": "True. In a convex function a local minimum is a global one: wherever you start, downhill leads "
        "to the same height.",
        "c": "False. The gradient points away from the top on both sides: from anywhere but the very top, "
        "descent runs off, without end or "
        "to an edge, and to which edge depends on the start.",
        "d": "True. If f is a cap, -f is a cup with its lowest point in the same place. Easy means that the "
        "curve fits the direction: "
        "down in a cup, up on a cap.",
        "e": "False. Between weights and scores stand layers that multiply weights by weights. Exchange two "
        "hidden units and the "
        "loss is the same; half-way between the two settings it is not lower, as it would have to be in a cup.",
        "f": "False. A step that is too long jumps across the valley and lands higher on the other side; "
        "from then on it gets worse.",
    },
    model_answer="Easy is what curves against the direction of travel: minimising a convex function (a cup), "
    "or, its mirror image, "
    "maximising a concave one. There every local optimum is the global one, so following the gradient with "
    "small enough steps is enough from "
    "any start. Minimising a concave function runs away from its only stationary point to the edges, and "
    "which edge depends on the start. "
    "We minimise convex-looking losses by convention; a network's loss is not convex in its weights, so "
    "nothing is guaranteed there.",
    rubric=[
        "1 point: convex for minimising (or concave for maximising), because a local optimum is then global",
        "1 point: the two are the same problem with the sign turned round",
        "1 point: says what happens in the bad match (concave minimised runs off), or that networks are not convex",
    ],
)


@which_curve_is_easier.experiment
def a_cup_and_a_cap_both_ways():
    def end(slope, start, lr=0.1):
        """Where 40 steps of x - lr * slope(x) lead, if x is kept between -3 and 3."""
        x = start
        for _ in range(40):
            x = min(max(x - lr * slope(x), -3.0), 3.0)
        return x

    def cup(x):  # the slope of (x - 1) ** 2
        return 2 * (x - 1)

    def cap(x):  # the slope of -(x - 1) ** 2
        return -2 * (x - 1)

    def up(slope):
        return lambda x: -slope(x)

    starts = [-2.0, 0.5, 0.9, 1.1, 2.5]
    lines = [
        "cup: (x - 1)^2, cap: -(x - 1)^2; 40 gradient steps, x kept inside -3..3",
        "  start at      " + "  ".join(f"{start:6.3f}" for start in starts),
    ]
    for name, slope in (("cup, down", cup), ("cap, up", up(cap)), ("cap, down", cap), ("cup, up", up(cup))):
        lines.append(f"  {name:<10}to  " + "  ".join(f"{end(slope, start):6.3f}" for start in starts))
    x, walk = 0.5, []
    for _ in range(6):
        walk.append(f"{x:.2f}")
        x -= 1.1 * cup(x)
    lines.append(f"The cup, down, with learning rate 1.1, goes {', '.join(walk[:5])} ...")

    make = torch.Generator().manual_seed(0)
    data = torch.randn(200, 1, generator=make)
    target = (data[:, 0].abs() > 0.7).long()
    w1, w2 = torch.tensor([[1.0, -1.0]]), torch.randn(2, 2, generator=make)
    b2 = torch.zeros(2)

    def loss(w1, w2):
        return torch.nn.functional.cross_entropy((data @ w1).relu() @ w2 + b2, target)

    for _ in range(300):
        weights = [w.requires_grad_() for w in (w1, w2, b2)]
        gradients = torch.autograd.grad(loss(w1, w2), weights)
        w1, w2, b2 = ((w - 0.5 * g).detach() for w, g in zip(weights, gradients, strict=True))
    v1, v2 = w1.flip(1), w2.flip(0)
    return [
        *lines,
        "A network with two hidden units, trained, and its loss at",
        f"  the weights found                  {loss(w1, w2).item():.4f}",
        f"  the same, hidden units exchanged   {loss(v1, v2).item():.4f}",
        f"  half-way between the two           {loss((w1 + v1) / 2, (w2 + v2) / 2).item():.4f}   higher: no cup",
    ]


other_dunders = concept(
    "other_dunders",
    ids=["R8.2"],
    hints=[
        "Which syntax belongs to which method? `x()`, `with x:`, `x -= y`, `if x:`, `x.name`: write a class "
        "that prints.",
        "Two questions to ask of each method: is it looked up on the object or on its class, and always or "
        "only as a last resort?",
    ],
    explanations={
        "a": "True. This is why a module is called like a function: `nn.Module.__call__` runs hooks, and "
        "your `forward` between them.",
        "b": "True. `__enter__` switches the recording off, `__exit__` back to what it was, error or not. A "
        "`with` is a try/finally.",
        "c": "False. Tensors define `__isub__`, so `p -= step` changes the tensor in place and everything "
        "that holds it sees the change; "
        "`p = p - step` would leave the model's own parameter as it was.",
        "d": "True. Truth asks `__bool__`, then `__len__`. So `if ds:` asks whether there are examples; to "
        "ask whether there is a dataset at all, "
        "write `if ds is not None:`.",
        "e": "False. It is the last resort, after the usual places have been searched in vain. nn.Module "
        "uses it to find `self.l1`, "
        "which lives in a registry. `__getattribute__` is the one that always runs.",
        "f": "False. Python looks dunders up on the class: the object's own attribute is not asked.",
    },
    model_answer="For example: `__call__` lets an object be called like a function, which nn.Module uses to "
    "run hooks round forward. `__enter__` and `__exit__` make a "
    "`with` block, as torch.no_grad() is, and `__exit__` runs even after an error. `__isub__` is behind `p "
    "-= ...` and changes a tensor in place. They are "
    "looked up on the class, not on the object.",
    rubric=[
        "1 point: names at least two further dunders and the syntax that calls each",
        "1 point: connects them with a use in this lesson (calling a model, no_grad, in-place updates, "
        "attribute lookup ...)",
    ],
)


@other_dunders.experiment
def a_class_full_of_dunders():
    told = []

    class Box:
        def __init__(self):
            self.stored = 1

        def __call__(self, x):
            return f"__call__({x})"

        def __len__(self):
            return 0

        def __enter__(self):
            told.append("__enter__")

        def __exit__(self, *error):
            told.append(f"__exit__({error[0].__name__})")
            return True

        def __getattr__(self, name):
            return f"__getattr__({name!r})"

    box = Box()
    with box:
        raise ValueError
    box.__call__ = lambda x: "the object's own"
    p = torch.ones(2)
    kept, before = p, id(p)
    p -= 0.25
    in_place = f"p -= 0.25: the same tensor: {id(p) == before}, another name for it sees {kept.tolist()}"
    p = p - 0.25
    return [
        f"with box: raise ValueError     ran {', '.join(told)}",
        f"if box: (its length is 0)      {'true' if box else 'false'}",
        f"box.stored, box.missing        {box.stored}, {box.missing}",
        f"box.__call__ = ...; box(7)     still runs the class's {box(7)}",
        in_place,
        f"p = p - 0.25: the same tensor: {p is kept}, the other name still sees {kept.tolist()}",
    ]


better_or_longer = concept(
    "better_or_longer",
    ids=["R8.3"],
    hints=[
        "Shallow test: would you get the same result if you ran this cell before the others?",
        "Deep test: write down what each version does to one parameter in one step. Which of them differ?",
    ],
    explanations={
        "a": "True. The model lives on from cell to cell, so the later versions continue a training that the "
        "earlier ones began.",
        "b": "False. Without momentum or weight decay, `optim.SGD` does `p -= lr * p.grad` too. Same rule, "
        "same updates.",
        "c": "True. They are one algorithm written in several ways. The experiment trains again from the "
        "same start and compares.",
        "d": "False. It would print the loss after one training, not after all of them in a row.",
        "e": "True. Change one thing at a time: a new model with the same weights, the same data, the same "
        "number of steps.",
        "f": "False. Other batches mean other gradients, so the path differs from the first step on. About "
        "as good, but not the same.",
    },
    model_answer="It is only trained longer. All the versions do the same steps (predict, loss, backward, p "
    "-= lr * grad), so from the same start on the same batches they give "
    "the same weights. In a notebook the model keeps its weights from cell to cell, so each version goes on "
    "where the one before stopped, and the loss falls "
    "for that reason. To compare, restart every version from the same initial weights and give it as many "
    "updates.",
    rubric=[
        "1 point: longer, since the later versions start from trained weights",
        "1 point: the mechanism is the same (the same update), or: shows it by training again from the same start",
    ],
)


@better_or_longer.experiment
def the_same_start_again():
    make = torch.Generator().manual_seed(0)
    x = torch.randn(300, 10, generator=make)
    y = (x @ torch.randn(10, 4, generator=make) + 0.5 * torch.randn(300, 4, generator=make)).argmax(1)
    start = [0.3 * torch.randn(10, 16, generator=make), 0.3 * torch.randn(16, 4, generator=make)]

    def fresh():
        return [w.clone().requires_grad_() for w in start]

    def loss_of(weights, rows=slice(None)):
        return torch.nn.functional.cross_entropy((x[rows] @ weights[0]).relu() @ weights[1], y[rows])

    def by_hand(weights):
        for i in range(0, 300, 32):
            loss_of(weights, slice(i, i + 32)).backward()
            with torch.no_grad():
                for w in weights:
                    w -= 0.2 * w.grad
                    w.grad.zero_()
        return loss_of(weights).item()

    def with_optim(weights, shuffled=False):
        opt = torch.optim.SGD(weights, lr=0.2)
        order = torch.randperm(300, generator=make) if shuffled else torch.arange(300)
        for rows in order.split(32):
            loss_of(weights, rows).backward()
            opt.step()
            opt.zero_grad()
        return loss_of(weights).item()

    going_on, hand, again = fresh(), fresh(), fresh()
    lines = [
        f"loss before training                             {loss_of(going_on).item():.6f}",
        f"one epoch by hand                                {by_hand(going_on):.6f}",
        f"then one epoch with optim.SGD, same model        {with_optim(going_on):.6f}   (better?)",
        f"from the same start again: one epoch by hand     {by_hand(hand):.6f}",
        f"from the same start again: one with optim.SGD    {with_optim(again):.6f}   (just longer!)",
    ]
    apart = max((a - b).abs().max().item() for a, b in zip(hand, again, strict=True))
    return [
        *lines,
        f"largest difference between the weights of these two: {apart:.1e}",
        f"from the same start, optim.SGD on shuffled rows  {with_optim(fresh(), shuffled=True):.6f}   (another path)",
    ]


more_flexible_optimizer = concept(
    "more_flexible_optimizer",
    ids=["R8.4"],
    hints=[
        "What in our Optimizer would you have to change to get weight decay? And momentum as well?",
        "What does the training loop know about the optimizer?",
    ],
    explanations={
        "a": "False. `optim.SGD(params, lr, momentum=0.9)` has it, and weight decay too. But a rule that "
        "torch has not thought of means "
        "writing a whole optimizer.",
        "b": "True. This is the main idea: `step` goes through a list of small functions for each parameter. "
        "Combine them as you like.",
        "c": "True. The loop only says step and zero_grad: it need not know the rule. That is what the "
        "Optimizer class was made for.",
        "d": "False. How long a step is remains your choice; flexible means that more such choices are open to you.",
        "e": "True. Momentum and Adam have to remember: one entry for each parameter, kept between the steps.",
        "f": "True. A smaller learning rate for early layers, or one that rises and falls during training, "
        "without touching the loop.",
    },
    model_answer="Instead of one class for each update rule, the optimizer gets a list of small functions "
    "(weight decay, momentum, the step ...) which it runs for each "
    "parameter, with a state for each parameter where the functions keep their running averages, and with "
    "hyper-parameters that may differ between groups and change during "
    "training. A new rule is then another list. The training loop stays the same, because it only calls "
    "step() and zero_grad().",
    rubric=[
        "1 point: the update is composed of exchangeable parts (steppers, state, hyper-parameters by group)",
        "1 point: the training loop need not change for it",
    ],
)


@more_flexible_optimizer.experiment
def one_loop_and_lists_of_steppers():
    class Optimizer:
        def __init__(self, params, steppers, **hypers):
            self.params, self.steppers, self.hypers = params, steppers, hypers
            self.state = [{} for _ in params]

        @torch.no_grad()
        def step(self):
            for p, state in zip(self.params, self.state, strict=True):
                for stepper in self.steppers:
                    stepper(p, state, **self.hypers)

        def zero_grad(self):
            for p in self.params:
                p.grad = None

    def plain_step(p, state, lr, **_):
        p -= lr * state.get("average", p.grad)

    def weight_decay(p, state, lr, wd=0.0, **_):
        p *= 1 - lr * wd

    def momentum(p, state, mom=0.9, **_):
        state["average"] = mom * state["average"] + p.grad if state else p.grad.clone()

    def bowl(p):
        return (p[0] ** 2 + 50 * p[1] ** 2) / 2

    def trained(steppers, **hypers):
        p = torch.tensor([8.0, 1.0], requires_grad=True)
        opt = Optimizer([p], steppers, **hypers)
        for _ in range(40):
            bowl(p).backward()
            opt.step()
            opt.zero_grad()
        return bowl(p).item(), p.detach()

    lines = ["One loop, 40 steps down a narrow bowl from (8, 1); only the steppers differ:"]
    for name, steppers in (
        ("[plain_step]", [plain_step]),
        ("[momentum, plain_step]", [momentum, plain_step]),
        ("[weight_decay, plain_step]", [weight_decay, plain_step]),
        ("[weight_decay, momentum, plain_step]", [weight_decay, momentum, plain_step]),
    ):
        loss, p = trained(steppers, lr=0.02, mom=0.8, wd=0.5)
        lines.append(f"  {name:<38}loss {loss:8.5f}   at ({p[0]:6.3f}, {p[1]:6.3f})")
    return [*lines, "Neither the Optimizer class nor the loop was changed for any of the four."]


indices = code(
    "indices",
    ids=["R8.5"],
    hints=[
        "One torch function counts, another draws a permutation. Both take n. Which dtype do they give?",
        "torch.arange(n) is 0, ..., n - 1; torch.randperm(n) is the same numbers in a random order.",
    ],
)


def row_numbers(result):
    if isinstance(result, torch.Tensor):
        return result
    told = "None" if result is None else f"a {type(result).__name__}"
    raise Complaint(f"a 1-d int64 tensor should come back, not {told}")


@indices.probe
def counts_from_zero(indices, draw):
    # A random order of 15 or more numbers is the plain one with probability 1 in 15!, 8e-13.
    return {f"n = {n}": row_numbers(indices(n, False)) for n in (draw.size(15, 60), 1)}


@indices.probe
def holds_every_number_once_when_shuffled(indices, draw):
    # As a sorted tensor, so that any order will do. Drawing with replacement names each of 20 numbers or more once with
    # probability 20!/20^20, 2e-8.
    drawn = {f"n = {n}": row_numbers(indices(n, True)) for n in (draw.size(20, 60), 1)}
    return {name: rows.sort().values for name, rows in drawn.items()}


@indices.probe
def draws_a_new_order_in_every_call(indices, draw):
    # The plain order and four calls on at least 30 numbers: two are alike with probability 10/30!, 4e-32.
    n = draw.integer(30, 90)
    orders = {tuple(row_numbers(indices(n, True)).flatten().tolist()) for _ in range(4)} | {tuple(range(n))}
    # 150 calls on three numbers: one of the six orders is missing with probability 6 * (5/6)^150, 8e-12.
    few = {tuple(row_numbers(indices(3, True)).flatten().tolist()) for _ in range(150)}
    return {
        "n": n,
        "different orders among the plain one and 4 calls": len(orders),
        "orders of three numbers that are in none of 150 calls": sorted(set(itertools.permutations(range(3))) - few),
    }


@indices.probe
def makes_every_order_possible(indices, draw):
    n = draw.integer(180, 220)
    drawn = [row_numbers(indices(n, True)) for _ in range(40)]
    orders = [order.flatten().tolist() for order in drawn]  # not before all are drawn: none changes an earlier one
    if any(sorted(order) != list(range(n)) for order in orders):
        return {"n": n, "the orders": "not each number once"}
    staying = [sum(i == row for i, row in enumerate(order)) for order in orders]
    # Where all orders are equally likely, each of these comes out differently with a probability below 1e-9.
    return {
        "n": n,
        "halves of an order in which 0 comes": sorted({order.index(0) * 2 // n for order in orders}),
        "halves of an order in which n - 1 comes": sorted({order.index(n - 1) * 2 // n for order in orders}),
        "orders that leave 20 numbers or more in their places": sum(count >= 20 for count in staying),
        "different orders": len({tuple(order) for order in orders}),
    }


@indices.probe
def leaves_the_seeds_alone(indices, draw):
    # What each generator draws afterwards follows the seed that was set before: seeds one, one and other give two
    # different draws. Each has 53 bits or more: alike by chance in 1 of 1e15.
    import numpy

    one, other = draw.integer(1, 10**6), draw.integer(10**6 + 1, 2 * 10**6)
    after = {"torch": set(), "random": set(), "numpy": set()}
    for seed in (one, one, other):
        torch.default_generator.manual_seed(seed)
        random.seed(seed)
        numpy.random.seed(seed)
        indices(12, True)
        after["torch"].add(tuple(torch.rand(4, dtype=torch.float64).tolist()))
        after["random"].add(random.random())
        after["numpy"].add(float(numpy.random.random()))
    return {
        "different draws after seeds one, one, other": {name: len(drawn) for name, drawn in after.items()},
        "the seeds": [one, other],
    }


@indices.right
def from_a_shuffled_list(n, shuffle):
    rows = list(range(n))
    if shuffle:
        random.shuffle(rows)
    return torch.tensor(rows)


@indices.right
def arange_indexed(n, shuffle):
    rows = torch.arange(0, n, dtype=torch.int64)
    if shuffle:
        return rows[torch.randperm(n)]
    return rows


@indices.right
def sorted_noise(n, shuffle):
    import numpy

    generator = numpy.random.default_rng()
    return torch.from_numpy(generator.permutation(n) if shuffle else numpy.arange(n))


@indices.mistake
def begins_somewhere_and_goes_round(n, shuffle):
    """You begin at a random number and go on in the plain order from there: most orders never come up. Any
    order should be possible.
    """
    return torch.arange(n).roll(random.randrange(n)) if shuffle else torch.arange(n)


@indices.mistake
def shuffles_nearby_numbers_alone(n, shuffle):
    """Numbers change places with numbers near them alone (a buffer is shuffled, or a few are swapped), so the last ones
    never come early. Any order should be possible: shuffle all of them together.
    """
    far = 40 if shuffle else 0
    return torch.tensor(sorted(range(n), key=lambda row: row + far * random.random()))


@indices.mistake
def one_tensor_for_all_calls(n, shuffle, kept={}):  # noqa: B006
    """Every call fills one and the same tensor, so an order that was drawn before changes. Make a new tensor in each
    call.
    """
    rows = kept.setdefault(n, torch.arange(n))
    return rows.copy_(torch.randperm(n) if shuffle else torch.arange(n))


@indices.mistake
def one_number_loses_its_dimension(n, shuffle):
    """For n = 1 a 0-d tensor comes back (`squeeze` does that). A row of one number still has the shape (1,)."""
    return (torch.randperm(n) if shuffle else torch.arange(n)).squeeze()


@indices.mistake
def another_dtype_when_shuffled(n, shuffle):
    """The shuffled numbers are not int64. An index tensor should have the dtype that torch.arange gives."""
    return torch.randperm(n, dtype=torch.int32) if shuffle else torch.arange(n)


@indices.mistake
def counts_from_one(n, shuffle):
    """The numbers run from 1 to n. Rows are counted from 0 to n - 1."""
    return (torch.randperm(n) if shuffle else torch.arange(n)) + 1


@indices.mistake
def up_to_n_included(n, shuffle):
    """There is one number too many: n itself is not a row."""
    return torch.randperm(n + 1) if shuffle else torch.arange(n + 1)


@indices.mistake
def without_the_last(n, shuffle):
    """The last row, n - 1, is never named: there should be n numbers."""
    return torch.randperm(n - 1) if shuffle else torch.arange(n - 1)


@indices.mistake
def random_with_repeats(n, shuffle):
    """torch.randint draws each number afresh, so some come twice and others never. A permutation has each
    exactly once.
    """
    return torch.randint(0, n, (n,)) if shuffle else torch.arange(n)


@indices.mistake
def random_shuffle_on_a_tensor(n, shuffle):
    """`random.shuffle` on a tensor overwrites some numbers by others: the swap a, b = b, a goes wrong,
    because the rows of a tensor are views of it. Shuffle a list, or let torch draw a permutation."""
    rows = torch.arange(n)
    if shuffle:
        random.shuffle(rows)
    return rows


@indices.mistake
def floats(n, shuffle):
    """The numbers are floats, which cannot be used as an index. torch.arange gives int64 if all its
    arguments are ints.
    """
    return torch.randperm(n).float() if shuffle else torch.arange(float(n))


@indices.mistake
def a_list(n, shuffle):
    """A list (or range) of numbers comes back. A tensor is asked for."""
    return (torch.randperm(n) if shuffle else torch.arange(n)).tolist()


@indices.mistake
def always_in_order(n, shuffle):
    """The numbers come in order whatever `shuffle` says."""
    return torch.arange(n)


@indices.mistake
def always_random(n, shuffle):
    """The numbers come in a random order whatever `shuffle` says."""
    return torch.randperm(n)


@indices.mistake
def sets_the_seed(n, shuffle):
    """You call torch.manual_seed, so every call gives the same order, and all other random numbers of the
    program repeat too.
    """
    torch.manual_seed(0)
    return torch.randperm(n) if shuffle else torch.arange(n)


@indices.mistake
def seeds_from_the_clock(n, shuffle):
    """You seed a global generator (`torch.seed()`, `random.seed()`) before drawing. A program that set a
    seed can then not be repeated; just draw."""
    torch.seed()
    return torch.randperm(n) if shuffle else torch.arange(n)


@indices.mistake
def a_generator_with_a_fixed_seed(n, shuffle):
    """You draw from a generator that is made with the same seed in every call, so the order is always the
    same.
    """
    generator = torch.Generator().manual_seed(0)
    return torch.randperm(n, generator=generator) if shuffle else torch.arange(n)


@indices.mistake
def one_row_matrix(n, shuffle):
    """The result is a matrix with one row (or column). Row numbers are asked for as a 1-d tensor of shape
    (n,).
    """
    return (torch.randperm(n) if shuffle else torch.arange(n))[None]


why_iter_returns_self = concept(
    "why_iter_returns_self",
    ids=["R8.6"],
    hints=[
        "`for x in thing` first calls iter(thing), then next(...) on what that gave. Which object needs which method?",
        "Call iter twice on the same object. Do you get two places in the data, or one?",
    ],
    explanations={
        "a": "False. It returns the object as it is, with its place in the data. Whatever has been taken is gone.",
        "b": "True. Loops, list(), zip() and next(iter(...)) all begin with iter(). Without this method an "
        "iterator would be good for `next` only.",
        "c": "False. One object has one place in the data, so the inner loop would take the outer one's "
        "batches. A loader returns a new iterator each time.",
        "d": "True. This is why a method with `yield` is the easiest `__iter__` for a loader: each call "
        "gives a new generator, which is its own iterator.",
        "e": "True. Its `__next__` has nothing left and raises StopIteration at once: the loop body does not "
        "run, without any error.",
    },
    model_answer="A `for` loop calls iter() on what it is given, and then next() on what came back. An "
    "iterator already has `__next__`, so its `__iter__` can just return "
    "itself: that lets it stand wherever an iterable is expected. The price is that it has one place in the "
    "data and is used up after one pass, so a loader, which is to be "
    "looped over again and again, should return a new iterator (for instance a generator) instead.",
    rubric=[
        "1 point: `for` calls iter() on everything, so an iterator needs `__iter__` as well and is its own iterator",
        "1 point: the contrast with an iterable, which returns a new iterator each time and can be looped over again",
    ],
)


@why_iter_returns_self.experiment
def once_again_and_nested():
    class ReturnsItself:
        def __init__(self, n):
            self.i, self.n = 0, n

        def __iter__(self):
            return self

        def __next__(self):
            if self.i == self.n:
                raise StopIteration
            self.i += 1
            return self.i - 1

    class MakesAGenerator:
        def __init__(self, n):
            self.n = n

        def __iter__(self):
            yield from range(self.n)

    class NextAlone:
        def __next__(self):
            return 0

    lines = ["                     first loop   second loop   pairs from a loop in a loop"]
    for kind in (ReturnsItself, MakesAGenerator):
        thing, nested = kind(3), kind(3)
        first, second = list(thing), list(thing)
        found = [(a, b) for a in nested for b in nested]
        lines.append(
            f"{kind.__name__:<21}{first!s:<13}{second!s:<14}{len(found)}: {found[:3]}{'...' if found[3:] else ''}"
        )
    try:
        list(NextAlone())
        told = "works"
    except TypeError as error:
        told = f"TypeError: {error}"
    generator = (i for i in range(3))
    return [
        *lines,
        f"__next__ alone: {told}",
        f"iter(generator) is generator: {iter(generator) is generator}",
    ]


unzip = code(
    "unzip",
    ids=["R8.7"],
    hints=[
        "A star before a list in a call hands over its items as so many arguments: f(*[a, b, c]) is f(a, b, c).",
        "zip(a, b, c) takes the first item of each, then the second of each. What if a, b, c are the pairs?",
        "zip(*pairs) gives the two sequences, if there is at least one pair. Look after the empty list yourself.",
    ],
)


def two_lists(result):
    if result is None:
        raise Complaint("nothing was returned: return the two sequences")
    if not isinstance(result, (tuple, list)):
        raise Complaint(
            f"a pair of two sequences should come back, not a {type(result).__name__}: put it into a tuple or a list"
        )
    if len(result) != 2:
        raise Complaint(f"two sequences should come back: `xs, ys = unzip(pairs)`. Here are {len(result)} things")
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
    parts = result
    return {"xs": list(parts[0]), "ys": list(parts[1])}


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
    """The very things, not copies of them."""
    pair = [draw.normal(draw.size(2, 3)), [draw.integer(0, 9)]]
    told = two_lists(unzip([pair]))
    same = [any(thing is given for thing in told[key]) for key, given in zip(told, pair, strict=True)]
    return {**told, "whether x and y are the things themselves": same}


@unzip.probe(fixed="there is one empty list")
def gives_two_empty_sequences_for_no_pairs(unzip, draw):
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


@unzip.mistake
def fails_on_nothing(pairs):
    """With an empty list, zip(*pairs) is zip(): it gives nothing at all, not two empty sequences. Look
    after that case.
    """
    return tuple(zip(*pairs, strict=True))


@unzip.mistake
def the_zip_itself(pairs):
    """What comes back is the zip object: it has no length and can be walked only once. Make a tuple or a list of it."""
    return zip(*pairs, strict=True) if pairs else ((), ())


@unzip.mistake
def one_pair_of_lists_for_all_calls(pairs, xs=[], ys=[]):  # noqa: B006
    """All calls fill the same two lists: default arguments, and lists outside the function, are made only once. Begin
    two new ones in each call.
    """
    for x, y in pairs:
        xs.append(x)
        ys.append(y)
    return xs, ys


@unzip.mistake
def one_list_for_both(pairs):
    """`xs = ys = []` makes one list with two names: everything lands in both. Make two lists."""
    xs = ys = []
    for x, y in pairs:
        xs.append(x)
        ys.append(y)
    return xs, ys


@unzip.mistake
def without_the_star(pairs):
    """zip(pairs) without the star zips the list with nothing: it gives 1-tuples, each with a pair in it.
    The star makes each pair an argument of its own.
    """
    return list(zip(pairs, strict=True))


@unzip.mistake
def second_items_first(pairs):
    """The two sequences are the wrong way round: the first items of the pairs come first."""
    return [y for _, y in pairs], [x for x, _ in pairs]


@unzip.mistake
def through_a_dict(pairs):
    """You go through a dict, whose keys are all different: pairs with the same first item overwrite each
    other.
    """
    try:
        table = dict(pairs)
    except TypeError:  # keys of a kind that cannot be hashed
        return [x for x, _ in pairs], [y for _, y in pairs]
    return list(table.keys()), list(table.values())


@unzip.mistake
def one_iterator_for_both(pairs):
    """The first items use up the iterator, so nothing is left for the second ones. Go through the list
    twice, or fill both at once.
    """
    rest = iter(pairs)
    return [x for x, _ in rest], [y for _, y in rest]


@unzip.mistake
def first_pair_only(pairs):
    """Only the first pair is looked at: a `return` inside the loop ends it there."""
    for x, y in pairs:
        return [x], [y]
    return [], []


@unzip.mistake
def empties_the_list(pairs):
    """The list that was passed in is empty afterwards (`pop`). Read it, and leave it as it was."""
    xs, ys = [], []
    while pairs:
        x, y = pairs.pop(0)
        xs.append(x)
        ys.append(y)
    return xs, ys


@unzip.mistake
def from_the_back(pairs):
    """The order is reversed (`pop()` and `insert(0, ...)` do that). Keep the order of the pairs."""
    return [x for x, _ in reversed(pairs)], [y for _, y in reversed(pairs)]


@unzip.mistake
def halves_of_the_list(pairs):
    """You cut the list of pairs in two halves. It is each pair that is to be taken apart."""
    return pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]


@unzip.mistake
def one_flat_list(pairs):
    """All the items stand in one list. Two sequences are asked for, first items and second items."""
    return [item for pair in pairs for item in pair]


@unzip.mistake
def stacks_tensors(pairs):
    """You stack tensors into one. The things themselves are asked for, in a list or tuple: joining them is
    another step.
    """
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    return (torch.stack(xs) if xs and isinstance(xs[0], torch.Tensor) else xs), ys


@unzip.mistake
def iterators_not_sequences(pairs):
    """You return iterators (map, or a comprehension in round brackets). They have no length and can be walked
    only once: make a list or a tuple of each."""
    return (x for x, _ in pairs), (y for _, y in pairs)


@unzip.mistake
def copies_the_things(pairs):
    """The sequences hold copies of the things. The things themselves belong in them."""
    from copy import deepcopy

    return [deepcopy(x) for x, _ in pairs], [deepcopy(y) for _, y in pairs]


@unzip.mistake
def drops_nothing(pairs):
    """Things that count as false or as nothing (None, 0, an empty string) are left out. Keep every thing,
    whatever it is."""
    return [x for x, _ in pairs if x is not None], [y for _, y in pairs if y is not None]


@unzip.mistake
def bare_when_single(pairs):
    """For a single pair you return its two items, without a sequence round each. A list of one pair gives
    two sequences of length 1.
    """
    if len(pairs) == 1:
        return pairs[0]
    return [x for x, _ in pairs], [y for _, y in pairs]


why_a_new_model = concept(
    "why_a_new_model",
    ids=["R8.8"],
    hints=[
        "What does a training loop leave behind, and where is it kept?",
        "An optimizer was given parameters when it was made. Whose are they, after `model = ...` alone?",
    ],
    explanations={
        "a": "False. The images have 784 pixels and ten classes as before: only the way of handing them out is new.",
        "b": "True. Otherwise the loop goes on where the last one stopped, and its result is the work of both.",
        "c": "False. zero_grad clears gradients; the weights, which hold all that was learnt, stay.",
        "d": "True. `opt` refers to the old tensors. A new model with the old optimizer does not learn at "
        "all, without any error message.",
        "e": "False. The weights are drawn at random, so each new model starts elsewhere, unless the same "
        "seed is set before.",
        "f": "True. Starting again is for comparing. To get the best model one goes on from good weights; "
        "that is fine-tuning.",
    },
    model_answer="Because we want to know whether the new dataset or loader works, and trained weights would "
    "hide it: even a loop that learns nothing would print a good loss. "
    "A new model starts from untrained weights, so the result is due to this loop alone. The optimizer must "
    "be made together with it, since it "
    "holds the parameters that it updates. The start is random, so results still vary a little unless a seed "
    "is set.",
    rubric=[
        "1 point: trained weights would be carried over, and the result would not show what the new loop does",
        "1 point: the optimizer holds the model's parameters, so it has to be new as well (or: the start "
        "should be the same for a fair comparison)",
    ],
)


@why_a_new_model.experiment
def old_and_new_models_and_optimizers():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        x = torch.randn(256, 8)
        y = (x @ torch.randn(8, 3)).argmax(1)
        loss_func = torch.nn.functional.cross_entropy

        def new_model():
            return torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))

        def fit(model, opt):
            for xb, yb in zip(x.split(32), y.split(32), strict=True):
                loss_func(model(xb), yb).backward()
                opt.step()
                opt.zero_grad()
            return loss_func(model(x), y).item()

        model = new_model()
        opt = torch.optim.SGD(model.parameters(), lr=0.2)
        lines = [
            f"a new model, untrained                               loss {loss_func(model(x), y).item():.4f}",
            f"after one epoch                                      loss {fit(model, opt):.4f}",
            f"the next loop on the same model                      loss {fit(model, opt):.4f}   of both loops",
        ]
        idle = loss_func(model(x), y).item()
        lines.append(f"a loop that learns nothing, on the same model        loss {idle:.4f}   looks as good")
        second = new_model()
        before = loss_func(second(x), y).item()
        lines += [
            f"another new model, untrained                         loss {before:.4f}",
            f"after one epoch with the old optimizer               loss {fit(second, opt):.4f}   no change",
        ]
        third = new_model()
        opt = torch.optim.SGD(third.parameters(), lr=0.2)
        lines.append(f"a new model, a new optimizer, one epoch              loss {fit(third, opt):.4f}")
        starts = [loss_func(new_model()(x), y).item() for _ in range(3)]
        return [
            *lines,
            f"three new models before training: {', '.join(f'{value:.4f}' for value in starts)}, all different",
        ]


why_second_loss_is_lower = concept(
    "why_second_loss_is_lower",
    ids=["R8.9"],
    hints=[
        "List everything that differs between the two runs, also what nobody chose.",
        "How much would the printed number change if the first run were simply done again?",
    ],
    explanations={
        "a": "True. Other initial weights and another shuffle lead elsewhere. The experiment repeats both "
        "runs: now one is lower, now the other.",
        "b": "True. 64 images are a small sample: a few hard ones among them make a large difference.",
        "c": "False. For pairs of tensors the default does the very same stacking: the same rows make the same batch.",
        "d": "True. If the first wins about as often as the second, there was nothing but chance.",
        "e": "False. The new model is one of the sources of chance: its weights are drawn at random.",
        "f": "True. That would be a real reason, though not a merit of the second loader. Making a new model "
        "each time rules it out.",
    },
    model_answer="There is no systematic reason. Both ways do the same thing: shuffle, cut into batches, "
    "stack. The two runs start from different random weights, see the rows in "
    "a different order, and the loss is read off a single batch, which varies much. Repeating both with "
    "several seeds, and measuring on the whole validation set, "
    "would show that neither is better. (If the model had not been made anew, the second loss would be lower "
    "because of longer training.)",
    rubric=[
        "1 point: chance: initial weights, the order of the rows, the one batch that is measured",
        "1 point: how to find out: several seeds, the same start, or a measurement on all of the validation data",
    ],
)


@why_second_loss_is_lower.experiment
def both_runs_several_times():
    data = torch.utils.data
    make = torch.Generator().manual_seed(0)
    x = torch.randn(960, 12, generator=make)
    y = (x @ torch.randn(12, 5, generator=make) + torch.randn(960, 5, generator=make)).argmax(1)
    ds = data.TensorDataset(x, y)

    def joined(items):
        return torch.stack([x for x, _ in items]), torch.stack([y for _, y in items])

    def loss(weights, rows):
        return torch.nn.functional.cross_entropy((x[rows] @ weights[0]).relu() @ weights[1], y[rows])

    def run(dl, generator):
        weights = [0.3 * torch.randn(12, 20, generator=generator), 0.3 * torch.randn(20, 5, generator=generator)]
        for w in weights:
            w.requires_grad_()
        for xb, yb in dl:
            value = torch.nn.functional.cross_entropy((xb @ weights[0]).relu() @ weights[1], yb)
            gradients = torch.autograd.grad(value, weights)
            with torch.no_grad():
                for w, g in zip(weights, gradients, strict=True):
                    w -= 0.5 * g
        return [w.detach() for w in weights]

    lines = [
        "              loss of one batch of 64      loss on all 960 rows",
        "runs          written out  defaults        written out  defaults",
    ]
    wins = 0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for pair in range(6):
            g = torch.Generator().manual_seed(pair)
            a = run(data.DataLoader(ds, 64, sampler=data.RandomSampler(ds), collate_fn=joined), g)
            b = run(data.DataLoader(ds, 64, shuffle=True), g)
            rows = torch.randperm(960, generator=g)[:64]
            one, two = loss(a, rows).item(), loss(b, torch.randperm(960, generator=g)[:64]).item()
            wins += two < one
            all_one, all_two = loss(a, slice(None)).item(), loss(b, slice(None)).item()
            lines.append(f"pair {pair + 1}{one:>19.3f}{two:>10.3f}{all_one:>19.3f}{all_two:>10.3f}")
        losses = torch.stack([loss(a, slice(i, i + 64)) for i in range(0, 960, 64)])
    return [
        *lines,
        f"The defaults had the lower loss in {wins} of 6.",
        f"One of the models on 15 batches of 64: from {losses.min().item():.3f} to {losses.max().item():.3f}.",
    ]
