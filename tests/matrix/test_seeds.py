"""Every seed judges alike, and where one does not, the matrix names the probe, the mistake and the seeds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from small_kit import CHECKS, make, run

from autograder import lesson
from autograder.authoring.variants import implementation
from autograder.beside.draw import Draw
from autograder.checks.cross_entropy.cross_entropy import scores_and_target
from autograder.checks.modules import three_sizes
from autograder.matrix.seen import observe_all
from autograder.matrix.selfcheck import Examination, across, examine
from autograder.report import kill_matrix

#: All of them under three seeds would take the suite a minute longer.
EXERCISES_A_RUN = 3


def test_a_mistake_caught_by_luck_is_named_with_its_probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lucky = CHECKS["setup/double"].replace("draw.normal(draw.size(2, 4), draw.size(1, 3))", "draw.integer(0, 1)")
    monkeypatch.setitem(CHECKS, "setup/double", lucky)  # 0 * 0 is 0 + 0, and 0 / 2 is 0 * 2
    kit = make(tmp_path / "kit", stubs=False)
    printed = run(kit, "-m", "autograder", "matrix", "double", "--seeds", "8", "--json", check=False).stdout
    assert printed.count("by luck: doubles_each_value catches the mistake halves, but not under the seed") == 1
    assert "weak: the mistake halves" not in printed


def test_many_seeds_at_once_find_what_each_finds_alone() -> None:
    exercise = lesson.find("get_layer")
    seeds = [0, 3]
    together, alone = across(exercise, seeds), [examine(exercise, seed, with_mutants=False) for seed in seeds]
    assert together.kills == alone[0].kills
    assert together.family == alone[0].family
    for finding in (finding for found in alone for finding in found.findings):
        assert [told for told in together.findings if told.startswith(finding)]


@pytest.mark.parametrize(("seeds", "told"), [(0, "under others: "), (20, "mutants are tried under one: ")])
def test_what_was_not_tried_is_said_with_the_command_that_tries_it(
    seeds: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kill_matrix.show(Examination(lesson.find("softmax"), seeds=seeds), alone=True)
    assert f"{told}make matrix exercise=softmax" in capsys.readouterr().out


def test_what_an_answer_keeps_from_one_seed_is_not_seen_under_the_next() -> None:
    exercise = lesson.find("softmax_formula")
    spec = implementation(exercise, "mistake", "remembers_earlier_calls")
    ((_, second),) = observe_all(exercise, [spec], [7, 0])
    ((alone,),) = observe_all(exercise, [spec], [0])
    assert {name: frame["value"] for name, frame in second.items()} == {n: f["value"] for n, f in alone.items()}


@pytest.mark.parametrize("turn", range(EXERCISES_A_RUN))
def test_seeds_that_nobody_has_tried_judge_alike(turn: int) -> None:
    """Other exercises and other seeds in every run; a failure says how to see it again."""
    chance = random.SystemRandom()
    name = chance.choice([e.name for e in lesson.exercises() if e.kind == "code"][turn::EXERCISES_A_RUN])
    first = chance.randrange(10**6)
    again = f"make matrix exercise={name} seeds=3 seed={first}"
    print(again)
    assert across(lesson.find(name), [first, first + 1, first + 2]).findings == [], again


@pytest.mark.parametrize("level", [None, 0])
def test_the_hidden_size_is_the_smallest_or_the_largest_for_certain(level: int | None) -> None:
    for _ in range(50):
        draw = Draw(random.getrandbits(32), level)
        n_in, nh, n_out = three_sizes(draw, "smallest")
        assert nh < min(n_in, n_out)
        n_in, nh, n_out = three_sizes(draw, "largest")
        assert nh > max(n_in, n_out)


def test_no_drawn_probability_is_so_small_that_an_added_epsilon_shows() -> None:
    assert min(scores_and_target(Draw(seed), 6, 4)[0].softmax(1).min().item() for seed in range(100)) > 1e-4
