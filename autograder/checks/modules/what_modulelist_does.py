"""what_modulelist_does: the explanation of each statement."""

import torch

from autograder.concept import concept

what_modulelist_does = concept(
    "what_modulelist_does",
    ids=["R4.18"],
    hints=[
        "Make nn.ModuleList([nn.Linear(2, 2)]), append another layer, look at its parameters, and call it with some x.",
        "Compare with your fourth model: which of its lines does the list replace, and which not?",
    ],
    explanations={
        "a": "False. It is no layer: it keeps modules and leaves it to your `forward` what to do with them. "
        "Calling it raises NotImplementedError. nn.Sequential is the one that runs them.",
        "b": "True. It does the loop with add_module that you wrote in the fourth model, with the positions as "
        "names. Being a module itself, it is registered in your model under the attribute's name.",
        "c": "True. Its append, extend and insert register what they are given. That is the difference from "
        "appending to a plain list in an attribute.",
        "d": "False. It holds the very modules. Two models made from the same layers share their weights.",
        "e": "True. It behaves like a list in these ways; a slice is a new nn.ModuleList with the same modules.",
        "f": "False. The computation is the same. It is the parameters that are found now, so that they can "
        "be trained, saved and moved.",
    },
    model_answer="nn.ModuleList is a list that is a module: it registers each module in it under its "
    "position, also those that are appended later. So the model that has it in an attribute finds all their "
    "parameters, which it would not in a plain list. It can be indexed and looped over like a list. It does "
    "not call its modules; that stays the work of forward.",
    rubric=[
        "1 point: registers the modules of a list, so that their parameters are found.",
        "1 point: otherwise a list; it does not run them (forward does).",
    ],
)


@what_modulelist_does.experiment
def three_containers():
    nn = torch.nn
    lines = ["Linear(4, 3) in a container in an attribute, then Linear(3, 2) appended to it:"]
    x = torch.rand(5, 4)
    for kind in (list, nn.ModuleList, nn.Sequential):
        model = nn.Module()
        first = nn.Linear(4, 3)
        model.layers = nn.Sequential(first) if kind is nn.Sequential else kind([first])
        model.layers.append(nn.Linear(3, 2))
        try:
            called = f"gives {tuple(model.layers(x).shape)}"
        except (TypeError, NotImplementedError) as error:
            called = f"raises {type(error).__name__}"
        names = ", ".join(name for name, _ in model.named_parameters() if name.endswith("weight"))
        lines.append(f"  {kind.__name__:11} weights found: {names or 'none'}")
        lines.append(f"  {'':11} calling it {called}")
    lines.append(f"Is what nn.ModuleList holds the very module? {nn.ModuleList([first])[0] is first}")
    return lines
