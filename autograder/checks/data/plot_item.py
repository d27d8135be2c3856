"""plot_item: its probes, other right answers and known mistakes."""

import re

import torch

from autograder.authoring.slips import everywhere
from autograder.exercise import Complaint, code

plot_item = code(
    "plot_item",
    ids=["R6.14"],
    hints=[
        "A row of 784 numbers is an image of 28 rows of 28: which tensor method gives it that shape?",
        "`fig, ax = plt.subplots()` makes a figure with axes; `ax.imshow(...)` shows an image, "
        "`ax.set_title(...)` its title.",
        "The label is a 0-d tensor: `.item()` makes a plain int of it, and the title is a string. Return ax (or fig).",
    ],
)


def panels_of(returned):
    """The axes that came back, or those of a figure; of a pair of both, as `plt.subplots()` gives it, each one once."""
    if returned is None:
        raise Complaint("nothing was returned: return the figure or the axes that you have drawn on")
    if isinstance(returned, (tuple, list)) and returned:
        return list(dict.fromkeys(panel for part in returned for panel in panels_of(part)))
    if hasattr(returned, "get_images"):
        return [returned]
    if hasattr(returned, "get_axes"):
        return returned.get_axes()
    raise Complaint(f"return the figure or the axes that you have drawn on; a {type(returned).__name__} came back")


def what_is_drawn(returned):
    """The image and the numbers in the title of a matplotlib figure or axes."""
    panels = panels_of(returned)
    panels = [panel for panel in panels if panel.get_images()]
    if not panels:
        raise Complaint("the figure holds no image: draw it with imshow")
    panel = panels[0]
    figure = panel.get_figure()
    titles = [panel.get_title(loc) for loc in ("center", "left", "right")] + [figure.get_suptitle()]
    data = as_seen(panel, panel.get_images()[0])
    spread = data.max() - data.min()
    return {
        "images": len(panels),
        "the image as seen, scaled to 0..1": (data - data.min()) / spread if spread else data,
        "numbers in the title": [int(number) for title in titles for number in re.findall(r"-?\d+", title)],
    }


def as_seen(panel, picture):
    """The values, the row that is seen at the top first: where it lies is up to `origin`, `extent` and the axes."""
    data = torch.as_tensor(picture.get_array().tolist(), dtype=torch.float64)
    left, right, bottom, top = picture.get_extent()
    first, last = (top, bottom) if picture.origin == "upper" else (bottom, top)
    turned = [(first > last) == panel.yaxis_inverted(), (left < right) == panel.xaxis_inverted()]
    return data.flip([dim for dim in (0, 1) if turned[dim]])


def drawn_by(plot_item, *arguments):
    import matplotlib

    matplotlib.use("Agg", force=True)
    import matplotlib.pyplot as plt

    try:
        return what_is_drawn(plot_item(*arguments))
    finally:
        plt.close("all")


@plot_item.probe
def shows_the_image_and_its_label(plot_item, draw):
    n = draw.size(3, 6)
    i = draw.integer(1, n - 1)
    labels = draw.labels(n, 10)
    # The index, the label and the first label are three different numbers.
    labels[0], labels[i] = draw.shuffled([label for label in range(10) if label != i])[:2]
    return drawn_by(plot_item, draw.uniform(n, 784), labels, i)


@plot_item.probe
def shows_the_first_unless_told_otherwise(plot_item, draw):
    n = draw.size(2, 4)
    return drawn_by(plot_item, draw.uniform(n, 784), draw.labels(n, 9) + 1)  # 0 is the number of the item


@plot_item.right
def with_the_current_figure(xb, yb, i=0):
    import matplotlib.pyplot as plt

    plt.figure(figsize=(2, 2))
    plt.imshow(xb[i].view(28, 28))
    plt.title(f"label {yb[i]}")
    plt.axis("off")
    return plt.gcf()


@plot_item.right
def without_pyplot(xb, yb, i=0):
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.add_subplot()
    picture = axes.imshow(255 * xb[i].numpy().reshape(28, -1), cmap="binary", vmin=0, vmax=255)
    figure.colorbar(picture)
    figure.suptitle(str(int(yb[i])))
    return figure


@plot_item.right
def keyword_title(xb, yb, i=0):
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(1, 1)
    axes.matshow(xb.unflatten(1, (28, 28))[i].tolist())
    axes.set(title=yb[i], xticks=[], yticks=[])
    return axes


@plot_item.right
def figure_and_axes(xb, yb, i=0):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.imshow(xb[i].reshape(28, 28))
    axes.set_title(int(yb[i]))
    return figure, axes


@plot_item.right
def flipped_and_drawn_from_below(xb, yb, i=0):
    import matplotlib.pyplot as plt

    plt.figure()
    plt.imshow(xb[i].reshape(28, 28).flip(0), origin="lower", extent=(0, 28, 0, 28))
    plt.title(int(yb[i]))
    return plt.gca()


@plot_item.slip(everywhere("A[i]", "A[0]"))
def always_the_first():
    """The first item is shown whatever `i` says."""


@plot_item.slip("yb[i]", "yb[0]")
def label_of_the_first():
    """The image is that of item `i`, the label that of item 0."""


@plot_item.slip("str(yb[i].item())", "f'item {i}'")
def index_as_title():
    """The title shows the index of the item and not its label."""


@plot_item.slip("axes.set_title(B)", "")
def no_title():
    """The image is there, but the title does not tell its label."""


@plot_item.slip("axes.imshow(X.reshape(28, 28), cmap='gray')", "axes.imshow(X.view(28, 28).t())")
def transposed_image():
    """The image is transposed: rows and columns have changed places. The 784 values are laid out row after row."""


@plot_item.slip("axes.imshow(X.reshape(28, 28), cmap='gray')", "axes.imshow(X.view(28, 28), origin='lower')")
def upside_down():
    """The image stands on its head: the first row is at the bottom (`origin="lower"`, perhaps)."""


@plot_item.slip("axes.imshow(X.reshape(28, 28), cmap='gray')", "axes.imshow(X.view(28, 28).flip(1))")
def mirrored():
    """The image is mirrored: the first column is at the right."""


@plot_item.slip("return axes", "return axes.imshow(xb[i].view(28, 28))")
def gives_the_picture():
    """You return what `imshow` returns, the picture inside the axes. Return the axes, or the figure."""


@plot_item.slip("yb[i].item", "yb.tolist")
def all_labels():
    """The title tells the labels of the whole batch. Index yb too."""


@plot_item.slip("0", "1")
def second_by_default():
    """Without `i`, the second item is shown: its default should stay 0."""


@plot_item.slip("axes.imshow(X.reshape(28, 28), cmap='gray')", "axes.imshow(X[None])")
def a_row_of_pixels():
    """You show the 784 values as one long row. Give them the shape of the image first."""
