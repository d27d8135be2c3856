"""three_dunders: the explanation of each statement."""

from autograder.concept import concept

three_dunders = concept(
    "three_dunders",
    ids=["R4.9"],
    hints=[
        "Put a print into each of the three methods of a small class, make an object, set one of its "
        "attributes and read it.",
        "Which of the three hands something back to whoever called it? What does Python do with that?",
    ],
    explanations={
        "a": "False. The object is there before `__init__` runs (it arrives as self), and `__init__` fills "
        "it. It returns None; returning anything else is a TypeError.",
        "b": "True. `self.l1 = ...` calls it, wherever the line stands. That is why the registry has to "
        "exist before the first layer is set in `__init__`.",
        "c": "False. Reading takes another way (`__getattribute__`, then `__getattr__`); `__setattr__` is "
        "about setting only.",
        "d": "False. It returns a string, and whoever asked decides what happens to it: print shows it, a "
        "notebook displays it, a debugger or a list puts it into a longer text.",
        "e": "True. print asks for str(model), and str falls back on `__repr__` when there is no `__str__`. "
        "A notebook cell that ends in `model` uses `__repr__` directly.",
    },
    model_answer="Python calls `__init__` when a new object has been made, to fill it. It calls `__setattr__` "
    "whenever an attribute of the object is set, also inside `__init__`, and `__repr__` when a description "
    "is needed, as in a notebook or by print. DummyModule uses the second one to register each layer that "
    "it is given and the third one to show what is registered.",
    rubric=[
        "1 point: `__init__` fills a new object.",
        "1 point: `__setattr__` runs at each assignment to an attribute (not when one is read).",
        "1 point: `__repr__` returns the string by which the object is shown.",
    ],
)


@three_dunders.experiment
def who_is_called_when():
    calls = []

    class Watched:
        def __init__(self):
            calls.append("__init__")
            self.size = 3

        def __setattr__(self, name, value):
            calls.append(f"__setattr__({name!r}, {value!r})")
            super().__setattr__(name, value)

        def __repr__(self):
            calls.append("__repr__")
            return "<watched>"

    lines = ["A class whose methods tell when they are called; __init__ sets self.size = 3:"]

    def during(line, action):
        calls.clear()
        result = action()
        told = "" if result is None else f"  and gives {result!r}"
        lines.append(f"  {line:18}calls {', '.join(calls) or 'none of them'}{told}")

    during("model = Watched()", lambda: Watched() and None)
    model = Watched()
    during("model.size = 4", lambda: setattr(model, "size", 4))
    during("model.size", lambda: model.size)
    during("str(model)", lambda: str(model))
    during("str([model])", lambda: str([model]))
    return lines
