"""which_curve_is_easier: the explanation of each statement."""

import torch

from autograder.concept import concept

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
        "c": "False. The gradient points away from the top on both sides. From anywhere but the very top, descent "
        "runs off, without end or to an edge; the start decides to which.",
        "d": "True. If f is a cap, -f is a cup with its lowest point in the same place. Easy means that the curve fits "
        "the direction: down in a cup, up on a cap.",
        "e": "False. Between weights and scores stand layers that multiply weights by weights. Exchange two "
        "hidden units and the "
        "loss is the same; half-way between the two settings it is not lower, as it would have to be in a cup.",
        "f": "False. A step that is too long jumps across the valley and lands higher on the other side; "
        "from then on it gets worse.",
    },
    model_answer="Easy is what curves against the direction of travel: minimising a convex function (a cup), or, its "
    "mirror image, maximising a concave one. There every local optimum is the global one, so following the gradient "
    "with small enough steps is enough from any start. Minimising a concave function runs away from its only "
    "stationary point to the edges, and which edge depends on the start. We minimise convex-looking losses by "
    "convention; a network's loss is not convex in its weights, so nothing is guaranteed there.",
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
