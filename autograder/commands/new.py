"""`new`: the two files of a question of one's own, to be filled in."""

from __future__ import annotations

import keyword
from pathlib import Path

import click

from autograder import lesson, places, proofread, section_files
from autograder.commands.group import USAGE, leave

SECTION = "own_questions"

HEAD = '"""{title}: questions of our own."""\n\nimport torch\n'

SOLUTION = '''

def {name}(x):
    """Twice `x`, a float tensor of any shape: say here what is asked, and what `x` may be.

    Return a new tensor.
    """
    return 2 * x
'''

CHECKS = '''"""{name}: its probes, other right answers and known mistakes."""

from autograder.exercise import code

{name} = code(
    "{name}",
    ids=["X1"],
    hints=["What is asked of one value?", "Is `x` the same afterwards?"],
    relations=["detached"],
)


@{name}.probe
def works_on_any_shape({name}, draw):
    """Returns what it saw, and never whether that is right: the reference is observed in the same way."""
    return {name}(draw.normal(draw.size(1, 3), draw.size(2, 4)))


@{name}.probe
def lets_gradients_through({name}, draw):
    x = draw.normal(draw.size(2, 4), grad=True)
    {name}(x).sum().backward()
    return x.grad


@{name}.right
def by_adding(x):
    return x + x


@{name}.slip("2 * x", "2 * x + 1")
def adds_one():
    """You add one as well. What is the double of zero?"""
'''

CLASS = '''

class {name}:
    """A number that grows: say here what is asked, and what each method is given and returns.

    add(x): takes in a float tensor of any shape
    total(): the sum of all values so far, a tensor without dimensions
    """

    def __init__(self):
        self.sum = torch.tensor(0.0)

    def add(self, x):
        self.sum = self.sum + x.sum()

    def total(self):
        return self.sum
'''

CHECKS_OF_CLASS = '''"""{name}: its probe, another right answer and a known mistake."""

from autograder.exercise import code

{name} = code(
    "{name}",
    ids=["X1"],
    hints=["What has to be kept from one call to the next?", "What does it begin with?"],
)


@{name}.probe
def gathers_what_it_is_given({name}, draw):
    """Returns what it saw, and never whether that is right: the reference is observed in the same way."""
    seen, gathering = [], {name}()
    for _ in range(3):
        gathering.add(draw.normal(draw.size(1, 3), draw.size(2, 4)))
        seen.append(gathering.total())
    return seen


@{name}.right
def keeps_all():
    class KeepsAll:
        def __init__(self):
            self.kept = []

        def add(self, x):
            self.kept.append(x)

        def total(self):
            return sum(x.sum() for x in self.kept)

    return KeepsAll


@{name}.slip("self.sum + x.sum()", "x.sum()")
def the_last_alone():
    """You keep the last sum alone. What became of those before?"""
'''


@click.command()
@click.argument("name", required=False)
@click.option("--section", help=f"Put it into this section of own questions; into {SECTION} by default.")
def new(name: str | None, section: str | None) -> None:
    """Begin a question of one's own: a solution with its prompt, and a file of checks with probes.

    A NAME that begins with a capital letter is a class. Both files stand in own/, or in the folder that course.toml
    names. What is there already is never overwritten.
    """
    from autograder import source, workspace

    if not name:
        click.echo("Say what it is to be called, as in: make new exercise=clip section=mine", err=True)
        leave(USAGE)
    section = section or SECTION
    own = lesson.current().own or places.own_to_be()
    solutions, checks = own / "solutions" / f"{section}.py", own / "checks" / section / f"{name}.py"
    _refuse(name, section, solutions, checks)
    for path in (solutions, checks):
        path.parent.mkdir(parents=True, exist_ok=True)
    if not solutions.exists():
        solutions.write_text(HEAD.format(title=section.replace("_", " ").capitalize()), encoding="utf-8")
    text = solutions.read_text(encoding="utf-8").rstrip()
    solution, observed = (CLASS, CHECKS_OF_CLASS) if name[0].isupper() else (SOLUTION, CHECKS)
    workspace.save(solutions, f"{text}\n{solution.format(name=name)}")
    checks.write_text(observed.format(name=name), encoding="utf-8")
    lesson.forget()
    source.answers.cache_clear()
    workspace.refresh(section)
    click.echo(f"{proofread.shown(solutions)} has its prompt and its reference: write yours over them.")
    click.echo(f"{proofread.shown(checks)} says how it is observed, and which mistakes are known.")
    click.echo(f'Its section is {section}; to release it, name that in course.toml: sections = ["{section}"]')
    click.echo(f"What its grading lacks:   make matrix exercise={name}")
    click.echo(f"What a learner will see:  make check exercise={name}")


def _refuse(name: str, section: str, solutions: Path, checks: Path) -> None:
    """Say what cannot be begun, and leave."""
    says = ""
    for word in (name, section):
        if not word.isidentifier() or keyword.iskeyword(word):
            says = f"{word} is no name in Python. Use letters, digits and _, as in: make new exercise=clip"
    if section in lesson.sections() and not section_files.is_own(section):
        says = (
            f"{section} is a section of the lesson. Name one of your own, as in: make new exercise={name} section=mine"
        )
    for other in lesson.sections():
        if name in lesson.names(other):
            place = proofread.shown(section_files.checks_folder(other) / f"{name}.py")
            says = f"There is an exercise {name} already: {place}. Call yours something else."
    if not says and checks.exists():
        says = f"{proofread.shown(checks)} is there already. Call yours something else."
    if not says and solutions.exists() and any(node.name == name for node in proofread.definitions(solutions)):
        says = f"{proofread.shown(solutions)} defines {name} already. Call yours something else."
    if says:
        click.echo(says, err=True)
        leave(USAGE)
