from __future__ import annotations

import subprocess
import sys

import pytest

from autograder import lesson, places, source
from autograder.beside.observe import exercise_from
from autograder.exercise import code


def test_reading_the_checks_of_the_whole_lesson_does_not_import_torch() -> None:
    program = "import sys; from autograder import lesson; lesson.exercises(); print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True, cwd=places.KIT).strip() == "False"


def test_a_postponed_module_is_imported_when_it_is_used() -> None:
    program = (
        "import sys\nfrom autograder.postponed import postponed\n"
        "with postponed('colorsys'):\n    import colorsys as module\n"
        "assert 'colorsys' not in sys.modules\nassert module.rgb_to_hsv(0, 0, 0) == (0, 0, 0)\nimport colorsys\n"
        "assert colorsys.rgb_to_hsv is module.rgb_to_hsv"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=places.KIT)


def test_so_is_what_stands_in_it_however_it_is_imported() -> None:
    program = """
import sys
from autograder.postponed import postponed
with postponed("xml"):
    from xml import etree
    import xml.etree.ElementTree as ET
    from xml.etree import ElementTree
    from xml.etree.ElementTree import fromstring
    def parsed(text: str | ET.Element): ...
assert "xml" not in sys.modules
assert etree.ElementTree.Element is ET.Element is ElementTree.Element
assert fromstring("<a/>").tag == "a"
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=places.KIT)


def test_that_an_answer_is_a_class_shows_in_the_reference_alone() -> None:
    """Beside a learner's code there is no reference, so it goes along with the probes."""
    for name, is_class in {"ListModel": True, "get_data": False}.items():
        assert lesson.find(name).is_class is is_class
        assert exercise_from(source.probes("setup"), name).is_class is is_class
        assert exercise_from(source.probes("setup", name), name).is_class is is_class
    told_needlessly = code("get_data", ids=["X1"], hints=[], is_class=True)
    assert not told_needlessly.is_class


def test_near_names_are_suggested() -> None:
    with pytest.raises(lesson.UnknownName, match="Did you mean softmax"):
        lesson.find("Softmx")
    with pytest.raises(lesson.UnknownName, match="make list"):
        lesson.find("zzzzzz")


def test_of_a_section_and_an_exercise_each_is_said_to_be_what_it_is() -> None:
    with pytest.raises(lesson.UnknownName, match=r"setup is a section\. Its first exercise is get_data"):
        lesson.find("setup")
    with pytest.raises(lesson.UnknownName, match="softmax is an exercise, of the section cross_entropy"):
        lesson.select([], "softmax")


def test_a_section_stands_for_its_exercises_and_no_name_for_all() -> None:
    assert [e.name for e in lesson.select(["setup"])] == list(lesson.load("setup"))
    assert lesson.select([]) == lesson.exercises()
    assert len({e.name for e in lesson.exercises()}) == len(lesson.exercises())
