"""What each recipe (recipes.py) is made of, and which recipe shows an answer at work. Imports nothing."""

from __future__ import annotations

COMMON = ["get_data", "hyperparameters", "cross_entropy"]
#: What each recipe takes, in the order in which it is told. What these call in turn is found by `_called`.
COMPOSED = {
    "training_loop": [*COMMON, "ListModel", "fit_layers", "evaluate"],
    "optim": [*COMMON, "evaluate", "get_model", "Optimizer", "fit_optimizer"],
    "data": [*COMMON, "evaluate", "get_model", "Dataset", "Sampler", "collate", "DataLoader", "fit_loader"],
    "validation": [*COMMON, "get_model", "Dataset", "get_dls", "fit", "validate", "train_in_three_lines"],
    "step_by_step": [*COMMON, "sequential_model", "training_step"],
    "through_parameters": [*COMMON, "AttributeModel", "fit_parameters"],
    "over_a_dataset": [*COMMON, "get_model", "Dataset", "fit_dataset"],
    "over_slices": [*COMMON, "get_model", "Dataset", "SliceLoader", "fit_loader"],
}

#: The recipe that shows best what an answer does, for a short run that draws its loss.
DRAWN = {
    "cross_entropy": "training_loop",
    "ListModel": "training_loop",
    "fit_layers": "training_loop",
    "training_step": "step_by_step",
    "AttributeModel": "through_parameters",
    "sequential_model": "step_by_step",
    "fit_parameters": "through_parameters",
    "Optimizer": "optim",
    "fit_optimizer": "optim",
    "get_model": "optim",
    "Dataset": "data",
    "fit_dataset": "over_a_dataset",
    "SliceLoader": "over_slices",
    "fit_loader": "data",
    "Sampler": "data",
    "collate": "data",
    "DataLoader": "data",
    "fit": "validation",
    "get_dls": "validation",
    "train_in_three_lines": "validation",
}
