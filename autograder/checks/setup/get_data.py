"""get_data: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import after, before, change, everywhere
from autograder.exercise import Complaint, code

get_data = code(
    "get_data",
    ids=["R1.1"],
    hints=[
        "Three small jobs: make the images flat float rows, make the labels int64, cut both in two. Print the shape "
        "and dtype after each.",
        "A tensor knows .float() and .long(); .flatten(1) or .reshape puts all the pixels of an image into one row; "
        "255 is the brightest that a pixel can be.",
        "The first len(x) - n_valid rows train. Put that number into a variable and slice x and y with it: from the "
        "start up to it, and from it to the end.",
    ],
)


def four_tensors(returned):
    """x_train, y_train, x_valid, y_valid, or a complaint that says what came back instead."""
    if hasattr(returned, "__next__"):
        returned = list(returned)  # map(...) and a generator can be unpacked as a tuple can
    if not isinstance(returned, (tuple, list)) or len(returned) != 4:
        many = f" of {len(returned)}" if isinstance(returned, (tuple, list)) else ""
        came = f"{type(returned).__name__}{many}"
        raise Complaint(f"return four tensors: x_train, y_train, x_valid, y_valid; what came back is: {came}")
    return dict(zip(["x_train", "y_train", "x_valid", "y_valid"], returned, strict=True))


def raw_images(draw, n):
    """n images that are black but for some pixels, as the real ones are; the last pixel of each is white."""
    images = torch.zeros(n, 784, dtype=torch.uint8)
    for image in images:
        image[draw.integers(1, 782, 30)] = draw.integers(20, 255, 30).to(torch.uint8)
        image[783] = 255
    return images.view(n, 28, 28)


def half(draw):
    """How many rows validate, and of how many: one half, so that it takes the_last_rows_validate to mix up the parts.
    So many rows do not come out of a shuffle as they were."""
    n_valid = draw.size(4, 5)
    return n_valid, 2 * n_valid


@get_data.probe
def the_last_rows_validate(get_data, draw):
    seen = {}
    for n_train, n_valid in ((draw.size(5, 6), draw.size(1, 2)), (1, draw.size(5, 6))):
        n = n_train + n_valid
        found = four_tensors(get_data(raw_images(draw, n), draw.labels(n, 10), n_valid))
        if torch.as_tensor(found["y_train"]).numel() >= 784:
            raise Complaint(
                "the second of the four is to be y_train, a label for each row; what comes there are images"
            )
        split = f"n_valid={n_valid} of {n}"
        for name in ("y_train", "y_valid"):
            seen[f"{name}, {split}"] = torch.as_tensor(found[name]).flatten().tolist()
        seen |= {f"rows of {name}, {split}": len(found[name]) for name in ("x_train", "x_valid")}
    return seen


@get_data.probe
def images_become_flat_float_rows_from_0_to_1(get_data, draw):
    n_valid, n = half(draw)
    found = four_tensors(get_data(raw_images(draw, n), draw.labels(n, 10), n_valid))
    alone = four_tensors(get_data(raw_images(draw, 2), draw.labels(2, 10), 1))
    xs = ("x_train", "x_valid")
    return {x: found[x] for x in xs} | {f"{x}, a single image": alone[x] for x in xs}


@get_data.probe
def dark_images_stay_dark(get_data, draw):
    n_valid, n = half(draw)
    images = raw_images(draw, n)
    brightest = [draw.integer(220, 250) - 20 * i for i in range(n)]
    for image, most in zip(images, brightest, strict=True):
        image.copy_(image.float() * most / 255)
    draw.note(brightest_pixel_of_each_image=brightest)
    found = four_tensors(get_data(images, draw.labels(n, 10), n_valid))
    seen = {f"largest value in each row of {x}": torch.as_tensor(found[x]).amax(-1) for x in ("x_train", "x_valid")}
    nearly_black = (images > 0).to(torch.uint8)
    found = four_tensors(get_data(nearly_black, draw.labels(n, 10), n_valid))
    return seen | {"largest value of x_train where no pixel is above 1": torch.as_tensor(found["x_train"]).amax()}


@get_data.probe
def labels_become_int64(get_data, draw):
    n_valid, n = half(draw)
    labels = draw.labels(n, 10).to(draw.choice([torch.uint8, torch.int16, torch.int32]))
    found = four_tensors(get_data(raw_images(draw, n), labels, n_valid))
    alone = four_tensors(get_data(raw_images(draw, 2), labels[:2], 1))
    ys = ("y_train", "y_valid")
    return {y: found[y] for y in ys} | {f"{y}, a single label": alone[y] for y in ys}


@get_data.slip("A / 255", "A / (255 if images.max() > 1 else 1)")
def left_alone_where_no_pixel_is_above_1():
    """The pixels are divided only where one of them is above 1. A raw pixel of 1 is nearly black: divide whatever the
    values are."""


@get_data.right
def split_first(images, labels, n_valid):
    x_train, x_valid = images[:-n_valid], images[-n_valid:]
    y_train, y_valid = labels[:-n_valid], labels[-n_valid:]
    flat = [x.reshape(-1, 28 * 28).to(torch.float32).div(255) for x in (x_train, x_valid)]
    return flat[0], y_train.to(torch.int64), flat[1], y_valid.to(torch.int64)


@get_data.right
def by_torch_split(images, labels, n_valid):
    sizes = [len(images) - n_valid, n_valid]
    xs = torch.split(images.view(len(images), -1) / 255.0, sizes)
    ys = torch.split(labels.type(torch.LongTensor), sizes)
    return [xs[0], ys[0], xs[1], ys[1]]


@get_data.right
def by_numpy(images, labels, n_valid):
    x = images.numpy().reshape(-1, 784).astype("float32") / 255
    y = labels.numpy().astype("int64")
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.right
def handed_out_one_by_one(images, labels, n_valid):
    x = torch.stack([image.flatten() for image in images]).float() / 255.0
    y = labels.long()
    return map(torch.Tensor.clone, (x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]))


@get_data.slip("n_train = A", "n_train = len(images) * 5 // 6")
def a_share_of_the_rows_validates():
    """The number of rows that you split off does not follow n_valid: it is a fixed number or a fixed share. How many
    validate is the caller's choice."""


@get_data.slip("return A, B, C, D", "return A.squeeze(), B, C.squeeze(), D")
def images_squeezed():
    """A part with a single image loses its first dimension: squeeze takes away every dimension of size 1. Leave the
    number of rows alone, also where n is 1."""


@get_data.slip("return A, B, C, D", "return A, B.squeeze(), C, D.squeeze()")
def labels_squeezed():
    """A part with a single label comes out without a dimension: squeeze takes away every dimension of size 1. The
    labels came with the shape (n,) and need none."""


@get_data.slip("return A, B, C, D", "return C, D, A, B")
def the_parts_change_places():
    """The two parts have changed places: the n_valid rows come back first. The order asked for is x_train, y_train,
    x_valid, y_valid."""


@get_data.slip("((X, Y), (A, B))", "(X, B, A, Y)", of="two_pairs")
def the_labels_change_places():
    """y_train and y_valid have changed places, so that row i of y is not the label of row i of x. The order asked for
    is x_train, y_train, x_valid, y_valid."""


@get_data.slip("return A, B, C, D", "return A, B, x[n_valid:], y[n_valid:]")
def n_valid_cut_from_the_front():
    """The rows from number n_valid on validate, so some of them train as well. It is the LAST n_valid rows, which begin
    where the training rows end."""


@get_data.slip("return A, B, C, D", "return A, B, x[n_train + 1 :], y[n_train + 1 :]")
def a_row_lost_before_the_valid_ones():
    """One row is missing: the validating rows begin one row too late. One cut makes two parts: where the first stops
    (not included), the second starts."""


@get_data.slip("A / 255", "A / 127.5 - 1")
def from_minus_one_to_one():
    """Black comes out as -1: the values go from -1 to 1. Black is to be 0.0 and white 1.0."""


@get_data.slip(change("A / 255", "A"), change("return A, B, C, D", "return A / 255, B, C, D"))
def only_the_training_images_scaled():
    """The training images are scaled and those to validate with are not: they still go up to 255. Scale before the
    cut, or scale both parts."""


@get_data.slip("X / 255", "(X / 255 - 0.1307) / 0.3081")
def standardised_as_others_do_mnist():
    """After the division something more is done: 0.1307 and 0.3081 are the mean and the standard deviation of MNIST.
    Here 0 to 255 becomes 0 to 1, no more."""


@get_data.slip("(torch.from_numpy(x), torch.from_numpy(y))", "(images.flatten() / 255, labels.long())", of="by_numpy")
def all_images_in_one_row():
    """All the images became one single row of pixels, and the cut goes through that. Keep the first dimension: one row
    for each image."""


@get_data.slip("return A", "return x[n_valid:], y[n_valid:], x[:n_valid], y[:n_valid]")
def the_first_rows_validate():
    """You take the first n_valid rows to validate. Here it is the last ones, and the rows before them train."""


@get_data.slip("return A", "return x[:n_valid], y[:n_valid], x[n_valid:], y[n_valid:]")
def n_valid_rows_train():
    """Only n_valid rows train, and the rest validates: it is the other way round. n_valid says how many rows, counted
    from the end, validate."""


@get_data.slip("return A, B, C, D", "return x, y, C, D")
def all_rows_train():
    """The rows that validate are in the training set too. A model is then judged on what it has learned by heart: take
    them out of x_train and y_train."""


@get_data.slip(everywhere("n_valid", "50000"), of="n_valid_rows_train")
def cut_at_50000():
    """All rows train, and none is left to validate. Is the place to cut fixed, such as 50000? It follows from the
    number of images and n_valid."""


@get_data.slip("n_train = A", "n_train = -10000")
def always_10000_validate():
    """No row is left to train. Do you split off 10000, whatever n_valid says? How many rows validate is the caller's
    choice: use n_valid."""


@get_data.slip("return A, B, C, D", "return x[: n_train - 1], y[: n_train - 1], C, D")
def one_row_is_lost():
    """One row is missing: the training rows end before the validating rows begin. One cut makes two parts: where the
    first stops (not included), the second starts."""


@get_data.slip(before("n_train = A", "order = torch.randperm(len(x))\nx, y = x[order], y[order]"))
def shuffled_before_the_cut():
    """The rows come back in another order. Shuffling is a later section's job: keep the order, so that it is the last
    n_valid images that validate."""


@get_data.slip("return A, B, C, D", "return A, C, B, D")
def both_x_first():
    """The four tensors are right and their order is not: x_train, y_train, x_valid, y_valid is asked for, and y_train
    and x_valid have changed places."""


@get_data.slip("return A, B, C, D", "return A, y, C, y")
def labels_are_not_cut():
    """The images are cut in two, and the labels are not: either part comes with all of them. y needs the same cut as
    x."""


@get_data.slip("A / 255", "A")
def pixels_stay_0_to_255():
    """The pixels are floats, but they still go up to 255. Scale them to the range from 0.0 to 1.0."""


@get_data.slip("255", "256")
def divided_by_256():
    """You divide by 256: white becomes 0.996. There are 256 different brightnesses, but the largest of them is 255."""


@get_data.slip("A / 255", "A / 255 / 255")
def divided_twice():
    """The pixels are divided by 255 twice, so white is 0.004 and not 1. Look for a second place that scales."""


@get_data.slip("A / 255", "A // 255")
def whole_division():
    """Every pixel is 0 or 1, and all the greys are gone: a division with //, or a conversion to whole numbers, drops
    the fraction."""


@get_data.slip("X / 255", "X.to(torch.int8).float() / 255")
def a_signed_byte_overflows():
    """Bright pixels come out negative: they passed through int8, which ends at 127 and then wraps round. Go straight
    from uint8 to float32."""


@get_data.slip("255", "images.max()")
def divided_by_the_largest_seen():
    """You divide by the brightest pixel that occurs, so a set of dark images comes out too bright. Divide by the
    brightest that a pixel can be."""


@get_data.slip(change("A / 255", "A"), change("return A, B, C, D", "return A / A.max(), B, C / C.max(), D"))
def each_part_by_its_largest():
    """Each part is scaled by its own brightest pixel, so the same grey means one thing in training and another in
    validation. One fixed factor serves every image."""


@get_data.slip("A / 255", "A / A.amax(1, keepdim=True)")
def each_image_by_its_largest():
    """Each image is scaled by its own brightest pixel, so a dark image comes out as bright as any. One fixed factor
    serves every image."""


@get_data.slip(after("x = A", "x = (x - x.mean()) / x.std()"))
def standardised():
    """The values have mean 0 and standard deviation 1. That is a good idea for another day: here 0 to 255 becomes 0 to
    1 and nothing else is done."""


@get_data.slip("images.flatten(1)", "images")
def still_square():
    """The images are still 28 x 28. The network takes each as one flat row of 784 values: (n, 784)."""


@get_data.slip("images.flatten(1)", "images.reshape(784, -1).T")
def mixed_up_by_reshape():
    """The shape is (n, 784), but each row mixes pixels of many images, as reshape(784, -1) and a transpose do. The
    first dimension, one an image, must stay first."""


@get_data.slip("images.flatten(1)", "images.transpose(1, 2).flatten(1)")
def column_by_column():
    """The pixels of each image come column after column, as if it were mirrored at its diagonal. Put its rows one after
    the other, as flatten does."""


@get_data.slip("torch.float32", "torch.float64")
def in_double():
    """x is float64. The weights of a network are float32, and the two do not multiply: ask for float32 (numpy divides
    in float64 unless told otherwise)."""


@get_data.slip("labels.to(torch.int64)", "labels")
def labels_keep_their_dtype():
    """The labels keep the dtype that they came with. Indexing by them and the losses of torch need int64: there is a
    method for it, like .float() for the images."""


@get_data.slip("torch.int64", "torch.float32")
def labels_become_float():
    """The labels became floats. A label is the number of a class, and it will be used as an index: int64."""


@get_data.slip("labels.to(torch.int64)", "torch.nn.functional.one_hot(labels.long(), 10)")
def labels_one_hot():
    """y has ten columns, with a single 1 in each row (that is called one-hot). Keep the labels as they are, one class
    number for each row."""


@get_data.slip("return A, B, C, D", "return (A, B), (C, D)")
def two_pairs():
    """Two things come back, as when they are the pairs (x_train, y_train) and (x_valid, y_valid). Return the four
    tensors side by side."""
