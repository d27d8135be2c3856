"""A sample of what `make attack` tries."""

from __future__ import annotations

from attacks.fuzz import attack


def test_nothing_made_at_random_earns_a_point_or_stops_the_grading() -> None:
    rows = attack(200, seed=1)
    assert sum(row.cases for row in rows) == 200
    assert [row.points for row in rows] == [0.0] * 3
    assert all(row.megabytes < 200 for row in rows)
