"""Trees are copied as what they say, whatever hangs at them."""

from __future__ import annotations

import ast
from collections import Counter
from typing import Any

from autograder.repair.edit import KEPT, labels
from autograder.repair.reading import reads
from autograder.trees import children, copied, walk

TEXT = "def f(x, *, n=1):\n    with no_grad():\n        return -x[1:n] + {**a} if (y := x) else lambda: None\n"


def test_a_copy_says_the_same_at_the_same_place_and_shares_nothing_that_is_changed() -> None:
    tree = ast.parse(TEXT)
    made = copied(tree)
    assert ast.dump(made, include_attributes=True) == ast.dump(tree, include_attributes=True)
    ours = {id(node) for node in ast.walk(tree) if node._fields}
    assert not ours & {id(node) for node in ast.walk(made)}


def test_the_ways_through_a_tree_are_those_of_ast() -> None:
    tree = ast.parse(TEXT)
    assert list(walk(tree)) == list(ast.walk(tree))
    assert all(list(children(node)) == list(ast.iter_child_nodes(node)) for node in ast.walk(tree))


def test_what_others_hang_at_the_one_load_of_all_trees_is_no_part_of_any() -> None:
    """IPython does it, as soon as it shows an error."""
    tree = ast.parse(TEXT)
    shared: list[Any] = [n for n in ast.walk(ast.parse("x ^ 1")) if isinstance(n, ast.Load | ast.BitXor)]
    whole = ast.parse("y = [x ^ 1]")
    try:
        for node in shared:
            node.parent = whole
        assert not any(hasattr(node, "parent") for node in ast.walk(copied(tree)))
        assert labels(ast.parse("x ^ y", mode="eval").body) == Counter(["BinOp", "x", "BitXor", "y"])
    finally:
        for node in shared:
            del node.parent


def test_what_is_kept_at_a_node_takes_the_place_of_nothing_that_the_grammar_has_there() -> None:
    every = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)]
    assert not {name for kind in every for name in (*kind._fields, *kind._attributes)} & {*KEPT}
    assert reads(ast.parse("import torch").body[0]) == set()
