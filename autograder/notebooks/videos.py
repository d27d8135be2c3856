"""Where in the lesson video each part starts, in seconds."""

from __future__ import annotations

URL = "https://course19.fast.ai/videos/?lesson=9&t={seconds}"

SECTIONS = {
    "setup": 1786,
    "cross_entropy": 2081,
    "training_loop": 2542,
    "modules": 2818,
    "optim": 3278,
    "data": 3578,
    "validation": 4260,
}
#: Parts that start within a section, by the exercise that they lead to.
EXERCISES = {
    "DummyModule": 2997,
    "RegisteredModel": 2997,
    "SequentialModel": 3173,
    "sequential_model": 3199,
    "fit_optimizer": 3442,
    "SliceLoader": 3674,
    "Sampler": 3942,
    "explicit_loaders": 4171,
}


def link(seconds: int, words: str = "video") -> str:
    return f"[{words} {seconds // 60}:{seconds % 60:02}]({URL.format(seconds=seconds)})"
