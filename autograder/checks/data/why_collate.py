"""why_collate: the explanation of each statement."""

import torch

from autograder.concept import concept

why_collate = concept(
    "why_collate",
    ids=["R6.13"],
    hints=[
        "Follow one batch: who names the rows, who fetches them, who joins them?",
        "What are the shapes after torch.cat and after torch.stack of three tensors of shape (2,)?",
    ],
    explanations={
        "a": "False. The sampler chose them already; collate_fn gets the finished list of examples.",
        "b": "False. cat joins along a dimension that is there, giving (64 * 784,) = (50176,); stack makes a "
        "new one, giving (64, 784).",
        "c": "True. The layer multiplies a matrix (bs, 784) by its weights; a Python list of pairs has no such shape.",
        "d": "True. This is the usual reason to write one: stack demands equal shapes, and only at this point is it "
        "known how long the longest sentence of the batch is.",
        "e": "False. The loader hands on whatever comes: a dict, a triple with a mask, a list. Only your "
        "training loop has to know it.",
        "f": "True. A dataset sees one example at a time; blending images (mixup) or negatives taken from "
        "the same batch need several.",
    },
    model_answer="The dataset gives single examples, but a model computes on a tensor with a batch dimension. So the "
    "list of (x, y) pairs has to be joined: stack the x's and the y's along a new first dimension. Being a "
    "function that is passed in, it can be replaced without touching dataset, sampler or loader. It may pad "
    "sentences to the longest of a batch, take dicts for pairs, or mix examples.",
    rubric=[
        "1 point: it turns a list of examples into batch tensors that the model can compute on",
        "1 point: gives a sensible variation (padding, dicts, augmentation across a batch, other structures)",
    ],
)


@why_collate.experiment
def stack_cat_and_padding():
    images = [torch.zeros(784) for _ in range(64)]
    sentences = [torch.tensor([5, 2]), torch.tensor([7, 1, 4, 4]), torch.tensor([3])]
    try:
        torch.stack(sentences)
        told = "works"
    except RuntimeError as error:
        told = f"{str(error)[:45]}..."
    longest = max(len(s) for s in sentences)
    padded = torch.stack([torch.cat([s, s.new_zeros(longest - len(s))]) for s in sentences])
    dicts = torch.utils.data.DataLoader(range(4), 2, collate_fn=lambda items: {"numbers": items, "sum": sum(items)})
    return [
        "64 images of shape (784,): "
        f"stack gives {tuple(torch.stack(images).shape)}, cat gives {tuple(torch.cat(images).shape)}",
        f"sentences of 2, 4, 1 words: {told}",
        f"a collate function that pads first: {padded.tolist()}",
        f"one that makes dicts, in torch's DataLoader: {next(iter(dicts))}",
    ]
