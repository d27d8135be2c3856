"""The vocabulary: an exercise and the decorators that declare how it is observed.

An author writes the reference in `solutions/<section>.py` and, under the same name, this in
`autograder/checks/<section>/softmax.py`:

    softmax = code("softmax", ids=["R2.3"], hints=["...", "..."], shortcut=["softmax"])

    @softmax.probe
    def each_row_is_a_distribution(softmax, draw):      # uses the implementation, returns what it saw
        return softmax(draw.normal(3, 4))

    @softmax.right
    def by_hand(x): ...                                 # another correct implementation, in another style

    @softmax.slip("-1", "0")
    def over_the_wrong_dimension():                     # a known mistake: an edit of the reference
        '''You normalise each column; the scores of one example stand in a row.'''

    @softmax.mistake
    def sigmoid_of_each(x):                             # or another program
        '''This is the sigmoid of each score. Softmax weighs them against each other.'''
        return x.sigmoid()

Nothing here imports torch: the trusted side reads these declarations without running any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from autograder import declaring
from autograder.declaring import Misdeclared

#: Of each probe, so many calls of the answer are recorded, to be shown.
MOST_CALLS = 4

Function = Callable[..., Any]


class Complaint(Exception):
    """Raised by a probe (or by the kit) when what came back is not of the promised kind; its text is the feedback."""


@dataclass(frozen=True)
class Probe:
    """A function (implementation, draw) -> observation. Its name is the behaviour that it watches."""

    name: str
    function: Function
    points: int = 1
    rtol: float = 1e-5
    atol: float = 5e-6
    #: Said when the probe fails and nothing more precise is known; a question or a pointer, not the answer.
    says: str = ""
    #: Why this probe sees the same under every seed (an error that must be raised); others must not.
    fixed: str = ""

    @property
    def title(self) -> str:
        return self.name.replace("_", " ")

    @property
    def place(self) -> tuple[str, int]:
        """File and line of its declaration."""
        return self.function.__code__.co_filename, self.function.__code__.co_firstlineno


@dataclass(frozen=True)
class Variant:
    """Another implementation: a right one, or a known mistake with the sentence its author should read."""

    name: str
    function: Function
    message: str = ""
    #: Names of mistakes that no probe can tell from this one; they must bear the same advice.
    twins: tuple[str, ...] = ()
    #: Names of the remarks that this right answer gets.
    remarks: tuple[str, ...] = ()
    #: For a mistake that is an edit of a right answer: which edits, of which right (the reference, when empty).
    #: autograder/authoring/slips.py makes something of them.
    edits: tuple[Any, ...] = ()
    of: str = ""
    #: File and line of a mistake's declaration.
    declared: tuple[str, int] = ("", 0)


@dataclass
class Exercise:
    """One question of the lesson. `kind` is "code" or "concept"; `section` and `order` are filled in on loading."""

    name: str
    kind: str = "code"
    ids: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    #: torch functions ("softmax") or classes ("torch.optim.Optimizer") that the learner is asked to build.
    shortcut: list[str] = field(default_factory=list)
    #: What to build it from instead, said when a shortcut was taken.
    instead: str = ""
    #: Relations to the right answer (autograder/authoring/relations.py) that count as mistakes of this exercise.
    relations: list[str] = field(default_factory=list)
    #: The reference is a class (filled in on loading): rights and mistakes are then functions that return one.
    is_class: bool = False
    probes: dict[str, Probe] = field(default_factory=dict)
    #: Probes of good manners beyond the lesson: they cost no points and keep no answer from passing.
    remarks: dict[str, Probe] = field(default_factory=dict)
    rights: dict[str, Variant] = field(default_factory=dict)
    mistakes: dict[str, Variant] = field(default_factory=dict)
    #: Slips that sister exercises share (autograder/authoring/families.py): those that are not to be taken for mistakes
    #: of this one, with the reason, and those that apply, once somebody has looked.
    refuses: dict[str, str] = field(default_factory=dict)
    family: dict[str, Variant] | None = None
    statements: dict[str, Statement] = field(default_factory=dict)
    experiment_function: Function | None = None
    #: For the written answer that people grade in a class: an answer in words, and what each point is given for.
    model_answer: str = ""
    rubric: list[str] = field(default_factory=list)
    ordered: bool = False
    section: str = ""

    @property
    def points(self) -> int:
        return sum(probe.points for probe in self.probes.values())

    def twins_of(self, mistake: str) -> set[str]:
        """The mistakes that this one names as its twins, and those that name it."""
        known = (self.family or {}) | self.mistakes
        named = known[mistake].twins if mistake in known else ()
        return {*named, *(m.name for m in known.values() if mistake in m.twins)}

    @property
    def watched(self) -> dict[str, Probe]:
        """All that is observed of an answer: the probes, then the remarks."""
        return self.probes | self.remarks

    def probe(
        self,
        function: Function | None = None,
        *,
        points: int = 1,
        rtol: float = 1e-5,
        atol: float = 5e-6,
        fixed: str = "",
    ) -> Any:
        """Declare a probe. It returns raw observations (the tensor), never a verdict (whether the tensor is right).

        Its docstring, if there is one, is said when it fails and nothing more precise is known.
        """

        declaring.numbers(points, rtol, atol)
        declaring.text("fixed", fixed)

        def declare(function: Function) -> Function:
            name, says, _ = self._declaration("probe", function)
            self.probes[name] = Probe(name, function, points, rtol, atol, says, fixed)
            return function

        return declare if function is None else declare(function)

    def remark(self, function: Function | None = None, *, rtol: float = 1e-5, atol: float = 5e-6) -> Any:
        """Declare a probe whose docstring is said after the pass, when it sees something else than in the reference."""

        declaring.numbers(1, rtol, atol)

        def declare(function: Function) -> Function:
            name, says, _ = self._declaration("remark", function)
            self.remarks[name] = Probe(name, function, 0, rtol, atol, says)
            return function

        return declare if function is None else declare(function)

    def right(self, function: Function | None = None, *, remarks: Sequence[str] = ()) -> Any:
        """Declare another correct implementation. No probe may tell it from the reference; these `remarks` do."""

        gets = tuple(declaring.texts("remarks", remarks))

        def declare(function: Function) -> Function:
            name, _, declared = self._declaration("right", function)
            self.rights[name] = Variant(name, function, remarks=gets, declared=declared)
            return function

        return declare if function is None else declare(function)

    def mistake(self, function: Function | None = None, *, twins: Sequence[str] = ()) -> Any:
        """Declare a known mistake; its docstring is what a learner who made it reads."""

        named = tuple(declaring.texts("twins", twins))

        def declare(function: Function) -> Function:
            name, says, declared = self._declaration("mistake", function)
            self.mistakes[name] = Variant(name, function, says, named, declared=declared)
            return function

        return declare if function is None else declare(function)

    def slip(self, *edits: Any, of: str = "", twins: Sequence[str] = ()) -> Any:
        """Declare a known mistake as an edit of the reference, or of the right that `of` names.

        `slip("old code", "new code")` or `slip(change(...), swap(...), ...)`: autograder/authoring/slips.py. The
        function that is decorated has a name and a docstring, and no body.
        """

        named, of = tuple(declaring.texts("twins", twins)), declaring.text("of", of)
        if not edits or callable(edits[0]):
            raise Misdeclared(f'a slip takes old code and new code: @{self.name}.slip("old code", "new code").')

        def declare(function: Function) -> Function:
            name, says, declared = self._declaration("slip", function)
            declaring.bodiless(self.name, function)
            self.mistakes[name] = Variant(name, function, says, named, (), edits, of, declared)
            return function

        return declare

    def experiment(self, function: Function) -> Function:
        """Declare a function without arguments that shows the answer: it returns lines of text with real numbers."""
        self._declaration("experiment", function)
        if self.experiment_function:
            told = f"`{self.experiment_function.__name__}` is the experiment already: put both into one."
            raise Misdeclared(told)
        self.experiment_function = function
        return function

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        told = f"Call the first parameter of the probe, and name that {self.name}"
        raise Misdeclared(f"`{self.name}(...)` calls the exercise and no answer to it. {told}")

    def _declaration(self, kind: str, function: Function) -> tuple[str, str, tuple[str, int]]:
        """(its name, its docstring, its file and line) of what is decorated, if it can be meant."""
        declaring.decorated(f"@{self.name}.{kind}", function)
        if self.kind == "concept" and kind != "experiment":
            told = "each letter is a probe, and each wrong letter a mistake. Take it out."
            raise Misdeclared(f"a question of letters takes no @{self.name}.{kind}: {told}")
        if kind in ("probe", "remark"):
            declaring.watches(self.name, function)
        name, code = function.__name__, function.__code__
        if name == self.name:
            raise Misdeclared(f"`{name}` is the exercise. Call this function something else.")
        if any(name in table for table in (self.watched, self.rights, self.mistakes)):
            raise Misdeclared(f"`{name}` is declared twice. Rename or drop one.")
        return name, _text(function), (code.co_filename, code.co_firstlineno)


@dataclass(frozen=True)
class Statement:
    """A lettered statement of a concept question, with the explanation that a learner who misjudged it reads."""

    letter: str
    explanation: str


def code(
    name: str,
    *,
    ids: Iterable[str],
    hints: Iterable[str],
    shortcut: Iterable[str] = (),
    instead: str = "",
    relations: Iterable[str] = (),
    refuses: dict[str, str] | None = None,
    is_class: bool = False,
) -> Exercise:
    """Declare an exercise whose answer is what the reference is, a function or a class.

    `is_class` had to be told once, and may still stand there: it is of no use.
    """
    return Exercise(
        declaring.text("name", name),
        ids=declaring.ids(ids),
        hints=declaring.texts("hints", hints),
        shortcut=declaring.texts("shortcut", shortcut),
        instead=declaring.text("instead", instead),
        relations=declaring.texts("relations", relations),
        refuses=declaring.table("refuses", refuses or {}),
    )


def _text(function: Function) -> str:
    """The function's docstring as one paragraph of plain text."""
    return " ".join((function.__doc__ or "").split())
