"""Mutants of a reference that behave like it, with the reason: no probe can or should catch these.

Each is named by its changed line, as `make matrix` prints it after the arrow.
"""

NEVER_RAGGED = "the prompt promises equal lengths; `strict` only says so"

EQUIVALENT: dict[str, dict[str, str]] = {
    "cross_entropy_formula": {
        "return -sum((p_i * math.log(q_i) for p_i, q_i in zip(p, q) if p_i > 0))": NEVER_RAGGED,
        "return -sum((p_i * math.log(q_i) for p_i, q_i in zip(p, q, strict=False) if p_i > 0))": NEVER_RAGGED,
    },
    "plot_item": {"axes.imshow(xb[i].reshape(28, 28))": "the prompt leaves the colours open"},
    "explicit_loaders": {
        "valid_dl = data.DataLoader(valid_ds, bs, collate_fn=collate_fn)": "torch makes that very sampler by itself"
    },
    "collate": {
        "xs, ys = zip(*batch)": NEVER_RAGGED,
        "xs, ys = zip(*batch, strict=False)": NEVER_RAGGED,
    },
    "unzip": {
        "xs, ys = zip(*pairs)": NEVER_RAGGED,
        "xs, ys = zip(*pairs, strict=False)": NEVER_RAGGED,
    },
}
