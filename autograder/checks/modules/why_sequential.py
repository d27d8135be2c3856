"""why_sequential: the explanation of each statement."""

import torch

from autograder.concept import concept

why_sequential = concept(
    "why_sequential",
    ids=["R4.20"],
    hints=[
        "Compare the lines of the fifth model with those of the sixth. Which ones could you leave out, and "
        "who does their work?",
        "Make nn.Sequential(nn.Linear(4, 3), nn.Linear(99, 2)). Does it complain? When?",
    ],
    explanations={
        "a": "True. It is the fifth model ready-made: it registers its layers under their positions, and "
        "its `forward` is the loop over them.",
        "b": "False. It takes any modules. Sizes that do not fit show up at the first call, as a matrix "
        "product of shapes that do not match.",
        "c": "False. The layers do the same work at the same speed. What is saved is our time.",
        "d": "True. A chain is all that it can do: the output of each layer is the one input of the next.",
        "e": "False. It knows nothing of how results could be combined. For x + layer(x), or for two "
        "inputs, you write a class with a `forward` of its own.",
    },
    model_answer="nn.Sequential is a module that registers the layers it is given and whose forward calls "
    "them one after the other. For a model that is a plain chain of layers, which many are, neither a class "
    "nor a loop has to be written, so less can go wrong. A model in which results are combined otherwise "
    "needs a forward of its own. Nothing is computed faster.",
    rubric=[
        "1 point: registering and forward are done already.",
        "1 point: fits chains of layers alone, or computes the same as a class of one's own.",
    ],
)


@why_sequential.experiment
def what_it_can_do():
    nn = torch.nn
    model = nn.Sequential(nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 10))
    x = torch.rand(64, 784)
    by_hand = x
    for layer in model:
        by_hand = layer(by_hand)
    lines = [f"Largest difference to a loop over its layers: {float((model(x) - by_hand).detach().abs().max())}"]
    misfit = nn.Sequential(nn.Linear(784, 50), nn.Linear(99, 10))
    lines.append(f"Linear(784, 50) and Linear(99, 10) go in without complaint: {len(misfit)} layers.")
    try:
        misfit(x)
    except RuntimeError as error:
        lines.append(f"Called, they raise {type(error).__name__}:")
        lines.append(f"  {str(error).splitlines()[0]}")
    chain = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    z = torch.ones(1, 3)
    plain = chain[1](chain[0](z))
    same = torch.equal(chain(z), plain)
    lines.append(f"chain(z) is l2(l1(z)): {same}; is it l2(l1(z)) + z? {torch.equal(chain(z), plain + z)}")
    return lines
