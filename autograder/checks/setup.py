"""How section 1, the setting, is observed: probes, rights and mistakes of each exercise, in the order of the lesson."""

import torch

from autograder.exercise import Complaint, code

# --------------------------------------------------------------------------------------------------- get_data

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


@get_data.probe
def the_last_rows_validate(get_data, draw):
    seen = {}
    for n_train, n_valid in ((draw.size(3, 4), draw.size(1, 2)), (1, draw.size(3, 5))):
        n = n_train + n_valid
        found = four_tensors(get_data(raw_images(draw, n), draw.labels(n, 10), n_valid))
        split = f"n_valid={n_valid} of {n}"
        for name in ("y_train", "y_valid"):
            seen[f"{name}, {split}"] = torch.as_tensor(found[name]).flatten().tolist()
        seen |= {f"rows of {name}, {split}": len(found[name]) for name in ("x_train", "x_valid")}
    return seen


@get_data.probe
def images_become_flat_float_rows_from_0_to_1(get_data, draw):
    n_valid, n = draw.size(2, 3), draw.size(4, 5)
    found = four_tensors(get_data(raw_images(draw, n), draw.labels(n, 10), n_valid))
    alone = four_tensors(get_data(raw_images(draw, 2), draw.labels(2, 10), 1))
    return {
        "x_train": found["x_train"],
        "x_valid": found["x_valid"],
        "x_train, a single image": alone["x_train"],
        "x_valid, a single image": alone["x_valid"],
    }


@get_data.probe
def dark_images_stay_dark(get_data, draw):
    n_valid, n = draw.size(1, 2), draw.size(3, 5)
    images = raw_images(draw, n)
    brightest = [draw.integer(220, 250) - 40 * i for i in range(n)]
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
    n_valid, n = draw.size(2, 3), draw.size(4, 5)
    labels = draw.labels(n, 10).to(draw.choice([torch.uint8, torch.int16, torch.int32]))
    found = four_tensors(get_data(raw_images(draw, n), labels, n_valid))
    alone = four_tensors(get_data(raw_images(draw, 2), labels[:2], 1))
    return {
        "y_train": found["y_train"],
        "y_valid": found["y_valid"],
        "y_train, a single label": alone["y_train"],
        "y_valid, a single label": alone["y_valid"],
    }


@get_data.mistake
def left_alone_where_no_pixel_is_above_1(images, labels, n_valid):
    """The pixels are divided only where one of them is above 1. A raw pixel of 1 is nearly black: divide whatever the
    values are."""
    x, y = images.flatten(1).float(), labels.long()
    x = x / 255 if x.max() > 1 else x
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


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


@get_data.mistake
def a_share_of_the_rows_validates(images, labels, n_valid):
    """You split off a number of rows that does not follow n_valid: a fixed number or a fixed share. How many rows
    validate is the caller's choice: use n_valid."""
    x, y, n_train = images.flatten(1) / 255, labels.long(), len(images) * 5 // 6
    return x[:n_train], y[:n_train], x[n_train:], y[n_train:]


@get_data.mistake
def images_squeezed(images, labels, n_valid):
    """A part with a single image loses its first dimension: squeeze takes away every dimension of size 1. Flatten
    each image and leave the number of rows alone: (n, 784), also where n is 1."""
    x, y = images.flatten(1) / 255, labels.long()
    return x[:-n_valid].squeeze(), y[:-n_valid], x[-n_valid:].squeeze(), y[-n_valid:]


@get_data.mistake
def labels_squeezed(images, labels, n_valid):
    """A part with a single label comes out without a dimension: squeeze takes away every dimension of size 1. The
    labels need no squeeze: they came with the shape (n,)."""
    x, y = images.flatten(1) / 255, labels.long()
    return x[:-n_valid], y[:-n_valid].squeeze(), x[-n_valid:], y[-n_valid:].squeeze()


@get_data.mistake
def the_parts_change_places(images, labels, n_valid):
    """The two parts have changed places: the n_valid rows come back first. The order asked for is x_train, y_train,
    x_valid, y_valid."""
    x, y = images.flatten(1) / 255, labels.long()
    return x[-n_valid:], y[-n_valid:], x[:-n_valid], y[:-n_valid]


@get_data.mistake
def the_labels_change_places(images, labels, n_valid):
    """y_train and y_valid have changed places, so that row i of y is not the label of row i of x. The order asked for
    is x_train, y_train, x_valid, y_valid."""
    x, y = images.flatten(1) / 255, labels.long()
    return x[:-n_valid], y[-n_valid:], x[-n_valid:], y[:-n_valid]


@get_data.mistake
def n_valid_cut_from_the_front(images, labels, n_valid):
    """The rows from number n_valid on validate, so some of them train as well. It is the LAST n_valid rows, which
    begin where the training rows end."""
    x, y, n_train = images.flatten(1) / 255, labels.long(), len(images) - n_valid
    return x[:n_train], y[:n_train], x[n_valid:], y[n_valid:]


@get_data.mistake
def a_row_lost_before_the_valid_ones(images, labels, n_valid):
    """One row is missing: the validating rows begin one row too late. One cut makes two parts: where the first stops
    (not included), the second starts."""
    x, y, n_train = images.flatten(1) / 255, labels.long(), len(images) - n_valid
    return x[:n_train], y[:n_train], x[n_train + 1 :], y[n_train + 1 :]


@get_data.mistake
def from_minus_one_to_one(images, labels, n_valid):
    """Black comes out as -1: the values go from -1 to 1. Black is to be 0.0 and white 1.0."""
    x, y = images.flatten(1) / 127.5 - 1, labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def only_the_training_images_scaled(images, labels, n_valid):
    """The training images are scaled and those to validate with are not: they still go up to 255. Scale before the
    cut, or scale both parts."""
    x, y = images.flatten(1).float(), labels.long()
    return x[:-n_valid] / 255, y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def standardised_as_others_do_mnist(images, labels, n_valid):
    """After the division something more is done: 0.1307 and 0.3081 are the mean and the standard deviation of MNIST.
    Here 0 to 255 becomes 0 to 1 and nothing else is done."""
    x, y = (images.flatten(1) / 255 - 0.1307) / 0.3081, labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def all_images_in_one_row(images, labels, n_valid):
    """All the images became one single row of pixels, and the cut goes through that. flatten without an argument
    flattens everything: keep the first dimension, one row for each image."""
    x, y = images.flatten() / 255, labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def the_first_rows_validate(images, labels, n_valid):
    """You take the first n_valid rows to validate. Here it is the last ones, and the rows before them train."""
    x, y = images.flatten(1) / 255, labels.long()
    return x[n_valid:], y[n_valid:], x[:n_valid], y[:n_valid]


@get_data.mistake
def n_valid_rows_train(images, labels, n_valid):
    """Only n_valid rows train and the rest validates, so n_valid is used as the size of the wrong part: it says how
    many rows, counted from the end, validate."""
    x, y = images.flatten(1) / 255, labels.long()
    return x[:n_valid], y[:n_valid], x[n_valid:], y[n_valid:]


@get_data.mistake
def all_rows_train(images, labels, n_valid):
    """The rows that validate are in the training set too. A model is then judged on what it has learned by heart:
    take them out of x_train and y_train."""
    x, y = images.flatten(1) / 255, labels.long()
    return x, y, x[-n_valid:], y[-n_valid:]


@get_data.mistake
def cut_at_50000(images, labels, n_valid):
    """You cut at row 50000, which is right for one file alone. The place to cut follows from the number of images and
    n_valid."""
    x, y = images.flatten(1) / 255, labels.long()
    return x[:50000], y[:50000], x[50000:], y[50000:]


@get_data.mistake
def always_10000_validate(images, labels, n_valid):
    """You split 10000 rows off, whatever n_valid says. How many rows validate is the caller's choice: use n_valid."""
    x, y = images.flatten(1) / 255, labels.long()
    return x[:-10000], y[:-10000], x[-10000:], y[-10000:]


@get_data.mistake
def one_row_is_lost(images, labels, n_valid):
    """One row is missing: the training rows end before the validating rows begin. One cut makes two parts: where the
    first stops (not included), the second starts."""
    x, y, n_train = images.flatten(1) / 255, labels.long(), len(images) - n_valid
    return x[: n_train - 1], y[: n_train - 1], x[n_train:], y[n_train:]


@get_data.mistake
def shuffled_before_the_cut(images, labels, n_valid):
    """The rows come back in another order. Shuffling is a later section's job: keep the order, so that it is the last
    n_valid images that validate."""
    order = torch.randperm(len(images))
    x, y = images.flatten(1)[order] / 255, labels.long()[order]
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def both_x_first(images, labels, n_valid):
    """The four tensors are right and their order is not: x_train, y_train, x_valid, y_valid is asked for, and y_train
    and x_valid have changed places."""
    x, y = images.flatten(1) / 255, labels.long()
    return x[:-n_valid], x[-n_valid:], y[:-n_valid], y[-n_valid:]


@get_data.mistake
def labels_are_not_cut(images, labels, n_valid):
    """The images are cut in two, but all the labels are returned for either part. Row i of y must be the label of row
    i of x, so y needs the same cut."""
    x, y = images.flatten(1) / 255, labels.long()
    return x[:-n_valid], y, x[-n_valid:], y


@get_data.mistake
def pixels_stay_0_to_255(images, labels, n_valid):
    """The pixels are floats, but they still go up to 255. Scale them to the range from 0.0 to 1.0."""
    x, y = images.flatten(1).float(), labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def divided_by_256(images, labels, n_valid):
    """You divide by 256: white becomes 0.996. There are 256 different brightnesses, but the largest of them is 255."""
    x, y = images.flatten(1) / 256, labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def divided_twice(images, labels, n_valid):
    """The pixels are divided by 255 twice, so white is 0.004 and not 1. Look for a second place that scales."""
    x, y = images.flatten(1) / 255 / 255, labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def whole_division(images, labels, n_valid):
    """Every pixel is 0 or 1, and all the greys are gone: // drops the fraction. Use / to keep it."""
    x, y = (images.flatten(1) // 255).float(), labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def a_signed_byte_overflows(images, labels, n_valid):
    """Bright pixels come out negative: they passed through int8, which ends at 127 and then wraps round. Go straight
    from uint8 to float32."""
    x, y = images.flatten(1).to(torch.int8).float() / 255, labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def divided_by_the_largest_seen(images, labels, n_valid):
    """You divide by the brightest pixel that occurs. Dark images then come out too bright, and the next file is
    scaled differently from this one: divide by the brightest that a pixel can be."""
    x, y = images.flatten(1) / images.max(), labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def each_part_by_its_largest(images, labels, n_valid):
    """Each part is scaled by its own brightest pixel, so the same grey means one thing in training and another in
    validation. One fixed factor serves every image: the brightest that a pixel can be."""
    x, y = images.flatten(1).float(), labels.long()
    x_train, x_valid = x[:-n_valid], x[-n_valid:]
    return x_train / x_train.max(), y[:-n_valid], x_valid / x_valid.max(), y[-n_valid:]


@get_data.mistake
def each_image_by_its_largest(images, labels, n_valid):
    """Each image is scaled by its own brightest pixel, so a dark image comes out as bright as any. One fixed factor
    serves every image: the brightest that a pixel can be."""
    x, y = images.flatten(1).float(), labels.long()
    x = x / x.amax(1, keepdim=True)
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def standardised(images, labels, n_valid):
    """The values have mean 0 and standard deviation 1. That is a good idea for another day: here 0 to 255 becomes 0
    to 1 and nothing else is done."""
    x, y = images.flatten(1) / 255, labels.long()
    x = (x - x.mean()) / x.std()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def still_square(images, labels, n_valid):
    """The images are still 28 x 28. The network takes each as one flat row of 784 values: (n, 784)."""
    x, y = images / 255, labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def mixed_up_by_reshape(images, labels, n_valid):
    """The shape is (n, 784), but the rows are mixtures of all the images: reshape(784, -1) followed by a transpose
    runs through the pixels in another order. The first dimension, one for each image, must stay the first."""
    x, y = images.reshape(784, -1).T / 255, labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def column_by_column(images, labels, n_valid):
    """The pixels of each image are in the wrong order: column after column, as if the image were mirrored at its
    diagonal. Put its rows one after the other, as flatten and reshape do."""
    x, y = images.transpose(1, 2).flatten(1) / 255, labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def in_double(images, labels, n_valid):
    """x is float64. The weights of a network are float32, and the two do not multiply: ask for float32 (numpy divides
    in float64 unless told otherwise)."""
    x, y = images.flatten(1).double() / 255, labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def labels_keep_their_dtype(images, labels, n_valid):
    """The labels keep the dtype that they came with. Indexing by them and the losses of torch need int64: there is a
    method for it as there is .float() for the images."""
    x, y = images.flatten(1) / 255, labels
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def labels_become_float(images, labels, n_valid):
    """The labels became floats. A label is the number of a class, and it will be used as an index: int64."""
    x, y = images.flatten(1) / 255, labels.float()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def labels_in_a_column(images, labels, n_valid):
    """y has the shape (n, 1): a column. One label for each row means the shape (n,), which is how the labels came."""
    x, y = images.flatten(1) / 255, labels.long().unsqueeze(1)
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def labels_one_hot(images, labels, n_valid):
    """y has ten columns: the labels are one-hot. Keep them as they are, one class number for each row."""
    x, y = images.flatten(1) / 255, torch.nn.functional.one_hot(labels.long(), 10)
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]


@get_data.mistake
def two_pairs(images, labels, n_valid):
    """You return two pairs, (x_train, y_train) and (x_valid, y_valid). Return the four tensors side by side."""
    x, y = images.flatten(1) / 255, labels.long()
    return (x[:-n_valid], y[:-n_valid]), (x[-n_valid:], y[-n_valid:])


# -------------------------------------------------------------------------------------------- hyperparameters

hyperparameters = code(
    "hyperparameters",
    ids=["R1.2"],
    hints=[
        "Two of the numbers are the shape of x_train. Which is the number of rows, which the number of columns?",
        "Class labels count from 0. If the largest label is 9, how many classes are there?",
        "n, m = x_train.shape gives the first two. For c look at the largest value in y_train, and for nh there is "
        "nothing to compute: 50.",
    ],
)


def four_numbers(returned):
    """n, m, c and nh by name, as plain numbers where they can be: 0-d tensors and floats that are whole count too."""
    if hasattr(returned, "__next__"):
        returned = list(returned)  # map(...) and a generator can be unpacked as a tuple can
    if getattr(returned, "ndim", 0) == 1:
        returned = returned.tolist()
    if not isinstance(returned, (tuple, list)) or len(returned) != 4:
        many = f" of {len(returned)}" if isinstance(returned, (tuple, list)) else ""
        kinds = ", ".join(type(part).__name__ for part in returned) if many else ""
        came = f"{type(returned).__name__}{many}" + (f" ({kinds})" if 0 < len(kinds) < 60 else "")
        raise Complaint(f"return four numbers in the order n, m, c, nh; what came back is: {came}")
    plain = [v.item() if isinstance(v, torch.Tensor) and v.numel() == 1 else v for v in returned]
    return dict(zip(["n", "m", "c", "nh"], plain, strict=True))


def some_data(draw):
    """(x_train, y_train) with more rows than classes; the two largest come last but one."""
    n, m, c = draw.size(12, 16), draw.size(7, 9), draw.size(3, 6)
    others = draw.shuffled(draw.labels(n - 4, c - 2).tolist())
    return draw.uniform(n, m), torch.tensor([0, *others, c - 2, c - 1, 1])


@hyperparameters.probe
def n_is_the_number_of_examples(hyperparameters, draw):
    return {f"n, data set {i}": four_numbers(hyperparameters(*some_data(draw)))["n"] for i in (1, 2, 3)}


@hyperparameters.probe
def m_is_the_number_of_inputs(hyperparameters, draw):
    return {f"m, data set {i}": four_numbers(hyperparameters(*some_data(draw)))["m"] for i in (1, 2, 3)}


@hyperparameters.probe
def c_is_the_number_of_classes(hyperparameters, draw):
    return {f"c, data set {i}": four_numbers(hyperparameters(*some_data(draw)))["c"] for i in (1, 2, 3)}


@hyperparameters.probe(fixed="the lesson chooses 50 hidden units for any data")
def nh_is_fifty(hyperparameters, draw):
    return {"nh": four_numbers(hyperparameters(*some_data(draw)))["nh"]}


@hyperparameters.right
def as_a_zero_dimensional_tensor(x_train, y_train):
    n, m = x_train.shape
    return n, m, y_train.max() + 1, 50


@hyperparameters.right
def by_counting_different_labels(x_train, y_train):
    return [len(x_train), len(x_train[0]), len(y_train.unique()), 50]


@hyperparameters.right
def by_a_set(x_train, y_train):
    return x_train.size(0), x_train.size(1), len(set(y_train.tolist())), 50


@hyperparameters.mistake
def n_and_m_swapped(x_train, y_train):
    """n and m have changed places: examples are the rows of x_train, its first dimension; inputs are the columns."""
    m, n = x_train.shape
    return n, m, int(y_train.max()) + 1, 50


@hyperparameters.mistake
def n_counts_every_value(x_train, y_train):
    """n counts every value in x_train. An example is a whole row."""
    return x_train.numel(), x_train.shape[1], int(y_train.max()) + 1, 50


@hyperparameters.mistake
def n_is_50000(x_train, y_train):
    """n is 50000 whatever the data. Read it off x_train, so that a smaller training set works too."""
    return 50000, x_train.shape[1], int(y_train.max()) + 1, 50


@hyperparameters.mistake
def m_is_784(x_train, y_train):
    """m is 784 whatever the data. Read it off x_train, so that images of another size work too."""
    return len(x_train), 784, int(y_train.max()) + 1, 50


@hyperparameters.mistake
def c_is_ten(x_train, y_train):
    """c is 10 whatever the data. Read it off y_train: there may be fewer classes, or more."""
    return *x_train.shape, 10, 50


@hyperparameters.mistake
def the_sizes_of_mnist(x_train, y_train):
    """These are the sizes of the real training images, typed in. Read n, m and c off x_train and y_train: other data
    gives other numbers."""
    return 50000, 784, 10, 50


@hyperparameters.mistake
def c_is_the_largest_label(x_train, y_train):
    """c is one too small: it is the largest label. Labels count from 0, so labels up to 9 are ten classes."""
    return *x_train.shape, int(y_train.max()), 50


@hyperparameters.mistake
def c_counts_the_labels(x_train, y_train):
    """c is how many labels there are, one for each example. How many different ones are there?"""
    return *x_train.shape, len(y_train), 50


@hyperparameters.mistake
def c_from_the_last_label(x_train, y_train):
    """c is taken from the last label, as if the labels were sorted. They come in any order: look at all of them."""
    return *x_train.shape, int(y_train[-1]) + 1, 50


@hyperparameters.mistake
def c_from_the_first_rows(x_train, y_train):
    """c is too small: only some of the labels are looked at, and the largest class stands further on. Look at all of
    y_train."""
    return *x_train.shape, int(y_train[:8].max()) + 1, 50


@hyperparameters.mistake
def c_counts_one_too_many(x_train, y_train):
    """c is one too large. To the largest label you add 1, since labels count from 0; a number of different labels is
    the number of classes already."""
    return *x_train.shape, len(y_train.unique()) + 1, 50


@hyperparameters.mistake
def c_is_where_the_largest_stands(x_train, y_train):
    """c comes from the place of the largest label (argmax), not from its value: max gives the value."""
    return *x_train.shape, int(y_train.argmax()) + 1, 50


@hyperparameters.mistake
def c_lists_the_classes(x_train, y_train):
    """c holds the different labels themselves. How many of them are there?"""
    return *x_train.shape, y_train.unique(), 50


@hyperparameters.mistake
def the_shape_as_one(x_train, y_train):
    """Three things come back, the first being the whole shape. n and m are two numbers: take the shape apart."""
    return x_train.shape, int(y_train.max()) + 1, 50


@hyperparameters.right
def one_by_one(x_train, y_train):
    yield len(y_train)
    yield x_train[0].numel()
    yield y_train.bincount().numel()
    yield 50


@hyperparameters.mistake
def c_and_nh_swapped(x_train, y_train):
    """c and nh have changed places: return n, m, c, nh, in this order."""
    return *x_train.shape, 50, int(y_train.max()) + 1


@hyperparameters.mistake
def nh_is_the_batch_size(x_train, y_train):
    """nh is 64, which is the lesson's batch size. It uses 50 hidden units."""
    return *x_train.shape, int(y_train.max()) + 1, 64


@hyperparameters.mistake
def nh_between_in_and_out(x_train, y_train):
    """nh is computed from the other sizes. That is a rule of thumb, but here it is a plain choice, 50 for any data."""
    m, c = x_train.shape[1], int(y_train.max()) + 1
    return len(x_train), m, c, (m + c) // 2


@hyperparameters.mistake
def one_hidden_layer(x_train, y_train):
    """nh is 1, the number of hidden layers. It is asked how many units that layer has: 50."""
    return *x_train.shape, int(y_train.max()) + 1, 1


@hyperparameters.mistake
def without_nh(x_train, y_train):
    """Three numbers come back; the fourth, nh, is missing: 50 hidden units."""
    return *x_train.shape, int(y_train.max()) + 1


# -------------------------------------------------------------------------------------------------- ListModel

ListModel = code(
    "ListModel",
    ids=["R1.3"],
    hints=[
        "`__init__` has one thing to do: make the three layers and keep them in a list, self.layers. What does "
        "torch.nn call them?",
        "To be called like a function, model(x), a plain class needs a method named `__call__`. In a subclass of "
        "nn.Module, nn.Module has it already and passes x on to `forward`.",
        "Walk through the list with a for loop. Each layer is called with what the one before it gave; give x "
        "itself to the first, and return what the last one gives.",
    ],
    is_class=True,
)


def its_layers(model):
    """The three entries of the list, or a complaint about what is there instead."""
    if not hasattr(model, "layers"):
        raise Complaint("the model has no attribute `layers`: keep the list with self.layers = [...]")
    if not isinstance(model.layers, list):
        kind = type(model.layers).__name__
        raise Complaint(f"`layers` is a {kind}: keep the layers in a plain Python list, [..., ..., ...]")
    if len(model.layers) != 3:
        raise Complaint(f"`layers` has {len(model.layers)} entries, not the three Linear, ReLU, Linear")
    for place in (0, 2):
        layer = model.layers[place]
        if not (hasattr(layer, "weight") and hasattr(layer, "bias")):
            raise Complaint(f"layers[{place}] is no Linear layer with a weight and a bias")
    return model.layers


def with_drawn_weights(model, draw):
    first, _, last = its_layers(model)
    draw.fill([p for layer in (first, last) for p in (layer.weight, layer.bias) if p is not None])
    return model


def scores(model, x):
    if not callable(model):
        raise Complaint(
            "model(x) does not work, the model cannot be called: a plain class needs a method `__call__`, "
            "a subclass of nn.Module a method `forward`"
        )
    return model(x)


@ListModel.probe
def keeps_linear_relu_linear_in_a_list(ListModel, draw):
    n_in, nh, n_out = draw.size(2, 4), draw.size(5, 7), draw.size(8, 9)
    draw.note(n_in=n_in, nh=nh, n_out=n_out)
    first, middle, last = its_layers(ListModel(n_in, nh, n_out))
    both = {"layers[0]": first, "layers[2]": last}
    seen = {f"{name}.weight.shape": list(layer.weight.shape) for name, layer in both.items()}
    seen |= {f"{name}.bias.shape": list(getattr(layer.bias, "shape", [])) for name, layer in both.items()}
    if isinstance(middle, type) or not callable(middle):
        kind = f"the class {middle.__name__}" if isinstance(middle, type) else f"of type {type(middle).__name__}"
        raise Complaint(f"layers[1] is {kind}, not a layer: nn.ReLU() makes one, and the brackets matter")
    return seen | {"layers[1] of some values": middle(torch.tensor(draw.shuffled([-20.0, 20.0, *draw.numbers(3)])))}


@ListModel.probe
def sends_x_through_its_layers(ListModel, draw):
    """The weights in `layers` were set after the model was made: what comes out must follow from them alone."""
    n_in, nh, n_out = draw.size(2, 4), draw.size(3, 6), draw.size(2, 4)
    draw.note(n_in=n_in, nh=nh, n_out=n_out)
    model = with_drawn_weights(ListModel(n_in, nh, n_out), draw)
    seen = {
        f"model(x), {call} call": scores(model, draw.normal(draw.size(4, 6), n_in, scale=2.0))
        for call in ("first", "second")
    }
    for other, size in (("another model", nh), ("a larger model", nh + 1)):
        with_drawn_weights(ListModel(n_in, size, n_out), draw)
        seen[f"model(x), after {other} was made"] = scores(model, draw.normal(draw.size(4, 6), n_in))
    return seen


@ListModel.probe
def one_example_is_a_batch_too(ListModel, draw):
    n = draw.size(2, 4)
    draw.note(n_in=n, nh=n, n_out=n)
    model = with_drawn_weights(ListModel(n, n, n), draw)
    return {"model(x), x being one row": scores(model, draw.normal(1, n))}


@ListModel.probe
def gradients_reach_both_layers(ListModel, draw):
    n_in, nh, n_out = draw.size(2, 4), draw.size(3, 6), draw.size(2, 4)
    draw.note(n_in=n_in, nh=nh, n_out=n_out)
    model = with_drawn_weights(ListModel(n_in, nh, n_out), draw)
    layers = list(model.layers)
    out = scores(model, draw.normal(draw.size(3, 5), n_in))
    if not isinstance(out, torch.Tensor):
        raise Complaint(f"model(x) gives a tensor of scores, not {type(out).__name__}")
    if out.requires_grad:
        out.square().sum().backward()
    return {f"layers[{i}].weight.grad": layers[i].weight.grad for i in (2, 0)}


@ListModel.right
def as_a_module():
    class ListModel(torch.nn.Module):
        def __init__(self, n_in, nh, n_out):
            super().__init__()
            self.layers = [torch.nn.Linear(n_in, nh), torch.nn.ReLU(), torch.nn.Linear(nh, n_out)]

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    return ListModel


@ListModel.right
def with_a_function_as_relu():
    class ListModel:
        def __init__(self, n_in, nh, n_out):
            self.layers = [torch.nn.Linear(n_in, nh), torch.relu, torch.nn.Linear(nh, n_out)]

        def forward(self, x):
            first, relu, last = self.layers
            return last(relu(first(x)))

        __call__ = forward

    return ListModel


@ListModel.right
def appended_and_reduced():
    import functools

    class ListModel:
        def __init__(self, n_in, nh, n_out):
            self.layers = []
            self.layers.append(torch.nn.Linear(in_features=n_in, out_features=nh))
            self.layers.append(torch.nn.ReLU(inplace=True))
            self.layers.append(torch.nn.Linear(in_features=nh, out_features=n_out))

        def __call__(self, x):
            return functools.reduce(lambda value, layer: layer(value), self.layers, x)

    return ListModel


def _class_with(make_layers, call):
    """A plain class: `make_layers(n_in, nh, n_out)` gives its layers, `call(self, x)` what it returns."""

    class Model:
        def __init__(self, n_in, nh, n_out):
            self.layers = make_layers(n_in, nh, n_out)

        def __call__(self, x):
            return call(self, x)

    return Model


def _linear_relu_linear(n_in, nh, n_out):
    return [torch.nn.Linear(n_in, nh), torch.nn.ReLU(), torch.nn.Linear(nh, n_out)]


def _walk(self, x):
    for layer in self.layers:
        x = layer(x)
    return x


@ListModel.mistake
def without_relu():
    """The list has no ReLU in it. Two Linear layers in a row can do no more than one: Linear, ReLU, Linear."""
    return _class_with(lambda n_in, nh, n_out: [torch.nn.Linear(n_in, nh), torch.nn.Linear(nh, n_out)], _walk)


@ListModel.mistake
def relu_is_not_applied():
    """The ReLU is in the list, but x never goes through it: the negative values pass between the two Linear layers."""
    return _class_with(_linear_relu_linear, lambda self, x: self.layers[2](self.layers[0](x)))


@ListModel.mistake
def only_the_last_layer_counts():
    """Every layer gets the original x instead of what the layer before it gave. Hand the result on: x = layer(x)."""

    def call(self, x):
        for layer in self.layers:
            out = layer(x)
        return out

    return _class_with(_linear_relu_linear, call)


@ListModel.mistake
def stops_after_the_first_layer():
    """The result comes after the first layer. A return inside the loop ends it there: return once the loop is done."""

    def call(self, x):
        for layer in self.layers:
            x = layer(x)
            return x

    return _class_with(_linear_relu_linear, call)


@ListModel.mistake
def relu_at_the_end_too():
    """The scores go through a ReLU as well, so that none is negative. The last Linear's result is what to return."""
    return _class_with(_linear_relu_linear, lambda self, x: _walk(self, x).relu())


@ListModel.mistake
def softmax_at_the_end():
    """The rows of the result sum to one: there is a softmax at the end. Return the scores themselves; the softmax is
    part of the loss, in the next section."""
    return _class_with(_linear_relu_linear, lambda self, x: _walk(self, x).softmax(-1))


@ListModel.mistake
def log_softmax_at_the_end():
    """The exponentials of each row of the result sum to one: there is a log_softmax at the end. Return the scores
    themselves; the softmax is part of the loss, in the next section."""
    return _class_with(_linear_relu_linear, lambda self, x: _walk(self, x).log_softmax(-1))


@ListModel.mistake
def always_50_hidden_units():
    """There are 50 hidden units whatever nh says. Use the argument."""
    return _class_with(lambda n_in, nh, n_out: _linear_relu_linear(n_in, 50, n_out), _walk)


@ListModel.mistake
def the_sizes_of_mnist():
    """The sizes 784, 50 and 10 are typed in. Use n_in, nh and n_out, so that the model fits other data too."""
    return _class_with(lambda n_in, nh, n_out: _linear_relu_linear(784, 50, 10), _walk)


@ListModel.mistake
def sizes_the_wrong_way_round():
    """The Linear layers have their sizes the wrong way round: it is Linear(what goes in, what comes out)."""
    return _class_with(
        lambda n_in, nh, n_out: [torch.nn.Linear(nh, n_in), torch.nn.ReLU(), torch.nn.Linear(n_out, nh)], _walk
    )


@ListModel.mistake
def without_bias():
    """The Linear layers have no bias. Leave it in, as is the default: each unit needs a level of its own to start
    from."""
    return _class_with(
        lambda n_in, nh, n_out: [
            torch.nn.Linear(n_in, nh, bias=False),
            torch.nn.ReLU(),
            torch.nn.Linear(nh, n_out, bias=False),
        ],
        _walk,
    )


@ListModel.mistake
def another_activation():
    """Between the Linear layers stands another function than ReLU: negative values must become 0, others stay."""
    return _class_with(
        lambda n_in, nh, n_out: [torch.nn.Linear(n_in, nh), torch.nn.Sigmoid(), torch.nn.Linear(nh, n_out)], _walk
    )


@ListModel.mistake
def relu_with_a_ceiling():
    """Between the Linear layers stands a ReLU with a ceiling: large values are cut off. The plain ReLU changes
    negative values only."""
    return _class_with(
        lambda n_in, nh, n_out: [torch.nn.Linear(n_in, nh), torch.nn.ReLU6(), torch.nn.Linear(nh, n_out)], _walk
    )


@ListModel.mistake
def a_leaky_relu():
    """Between the Linear layers stands a leaky ReLU: a little of each negative value passes. The plain ReLU makes them
    0."""
    return _class_with(
        lambda n_in, nh, n_out: [torch.nn.Linear(n_in, nh), torch.nn.LeakyReLU(), torch.nn.Linear(nh, n_out)], _walk
    )


@ListModel.mistake
def models_of_one_size_share_layers():
    """Two models of the same size share their layers: what one learns changes the other. Make new layers in
    `__init__`, for each model."""
    import functools

    return _class_with(functools.cache(_linear_relu_linear), _walk)


@ListModel.mistake
def relu_on_the_inputs_too():
    """x goes through a ReLU before the first layer, so that its negative values are lost. x enters the first Linear as
    it is."""
    return _class_with(_linear_relu_linear, lambda self, x: _walk(self, x.relu()))


@ListModel.mistake
def the_predicted_class():
    """model(x) gives the number of the class with the largest score. Return the scores themselves, (bs, n_out)."""
    return _class_with(_linear_relu_linear, lambda self, x: _walk(self, x).argmax(1))


@ListModel.mistake
def always_ten_classes():
    """The last Linear gives 10 scores whatever n_out says. Use the argument."""
    return _class_with(lambda n_in, nh, n_out: _linear_relu_linear(n_in, nh, 10), _walk)


@ListModel.mistake
def a_tuple_of_layers():
    """`layers` is a tuple: commas alone, or round brackets, make one. Put square brackets around the three layers."""
    return _class_with(lambda *sizes: tuple(_linear_relu_linear(*sizes)), _walk)


@ListModel.mistake
def the_relu_class_unused():
    """layers[1] is the class nn.ReLU and not a layer made from it. Put a pair of brackets after it: nn.ReLU()."""
    return _class_with(
        lambda n_in, nh, n_out: [torch.nn.Linear(n_in, nh), torch.nn.ReLU, torch.nn.Linear(nh, n_out)],
        lambda self, x: self.layers[2](torch.relu(self.layers[0](x))),
    )


@ListModel.mistake
def the_relu_class():
    """layers[1] is the class nn.ReLU and not a layer made from it. Put a pair of brackets after it: nn.ReLU()."""
    return _class_with(
        lambda n_in, nh, n_out: [torch.nn.Linear(n_in, nh), torch.nn.ReLU, torch.nn.Linear(nh, n_out)], _walk
    )


@ListModel.mistake
def in_a_module_list():
    """`layers` is an nn.ModuleList, which is three sections ahead: you will build up to it. Here a plain list [...]
    is asked for, so that you can see later what it lacks."""
    return _class_with(lambda *sizes: torch.nn.ModuleList(_linear_relu_linear(*sizes)), _walk)


@ListModel.mistake
def in_a_sequential():
    """`layers` is an nn.Sequential, which does the walking for you. Keep a plain list [...] and walk through it
    yourself."""
    return _class_with(lambda *sizes: torch.nn.Sequential(*_linear_relu_linear(*sizes)), lambda self, x: self.layers(x))


@ListModel.mistake
def layers_are_forgotten():
    """The model has no attribute `layers`. A local variable of `__init__` is gone when it ends, and attributes of
    another name do not count: keep the list on the model with self.layers = [...]."""

    class Model:
        def __init__(self, n_in, nh, n_out):
            layers = _linear_relu_linear(n_in, nh, n_out)  # noqa: F841

        def __call__(self, x):
            return _walk(self, x)

    return Model


@ListModel.mistake
def all_models_share_the_list():
    """The list belongs to the class, so every further model adds its layers to those of the first. Make a new list in
    `__init__`: self.layers = [...]."""

    class Model:
        layers = []  # noqa: RUF012

        def __init__(self, n_in, nh, n_out):
            self.layers += _linear_relu_linear(n_in, nh, n_out)

        __call__ = _walk

    return Model


@ListModel.mistake
def the_class_keeps_the_list():
    """The list is set on the class, so all models walk through the layers of the one made last. Set it on the object:
    self.layers = [...]."""

    class Model:
        def __init__(self, n_in, nh, n_out):
            Model.layers = _linear_relu_linear(n_in, nh, n_out)

        __call__ = _walk

    return Model


@ListModel.mistake
def layers_beside_the_list():
    """model(x) runs other layers than those in self.layers. Only what stands in the list counts: walk through it."""

    class Model:
        def __init__(self, n_in, nh, n_out):
            self.layers = _linear_relu_linear(n_in, nh, n_out)
            self.others = _linear_relu_linear(n_in, nh, n_out)

        def __call__(self, x):
            for layer in self.others:
                x = layer(x)
            return x

    return Model


@ListModel.mistake
def forward_without_a_module():
    """The class has `forward`, but nothing calls it: model(x) looks for `__call__`. nn.Module brings a `__call__`
    that calls forward; a plain class does not have one."""

    class Model:
        def __init__(self, n_in, nh, n_out):
            self.layers = _linear_relu_linear(n_in, nh, n_out)

        forward = _walk

    return Model


@ListModel.mistake
def super_is_not_called():
    """The class is an nn.Module that was never set up: call super().__init__() first thing in `__init__`."""

    class Model(torch.nn.Module):
        def __init__(self, n_in, nh, n_out):
            self.layers = _linear_relu_linear(n_in, nh, n_out)

        forward = _walk

    return Model


@ListModel.mistake
def new_layers_at_every_call():
    """model(x) makes new layers each time instead of using those in self.layers: nothing that they learn would be
    kept."""

    def call(self, x):
        first, last = self.layers[0], self.layers[2]
        for layer in _linear_relu_linear(first.in_features, first.out_features, last.out_features):
            x = layer(x)
        return x

    return _class_with(_linear_relu_linear, call)


@ListModel.mistake
def the_list_is_called():
    """A list cannot be called: self.layers(x) works for an nn.Sequential alone. Call the layers in it, one after the
    other."""
    return _class_with(_linear_relu_linear, lambda self, x: self.layers(x))


@ListModel.mistake
def from_the_last_to_the_first():
    """x goes through the layers from the last to the first. The first Linear, from n_in to nh, is the first in turn."""

    def call(self, x):
        for layer in reversed(self.layers):
            x = layer(x)
        return x

    return _class_with(_linear_relu_linear, call)


@ListModel.mistake
def layers_are_used_up():
    """The first call works and the next does not: a call takes the layers out of the list. Walk through the list with
    a for loop, which leaves it as it is."""

    def call(self, x):
        while self.layers:
            x = self.layers.pop(0)(x)
        return x

    return _class_with(_linear_relu_linear, call)


@ListModel.mistake
def nothing_is_returned():
    """model(x) gives None: the result is computed, and then it is not returned."""
    return _class_with(_linear_relu_linear, lambda self, x: print(_walk(self, x)))


@ListModel.mistake
def squeezed():
    """With one single example the result loses a dimension: squeeze takes away every dimension of size 1. Leave the
    shape as the last layer gives it, (bs, n_out)."""
    return _class_with(_linear_relu_linear, lambda self, x: _walk(self, x).squeeze())


@ListModel.mistake
def cut_between_the_layers():
    """The graph is cut between the layers (.detach() or .data), so that no gradient reaches the first one and it
    would never learn."""

    def call(self, x):
        first, relu, last = self.layers
        return last(relu(first(x)).detach())

    return _class_with(_linear_relu_linear, call)


@ListModel.mistake
def without_a_graph():
    """The scores come without a graph (no_grad, .detach() or .data), so that no gradient can flow back to the
    weights."""
    return _class_with(_linear_relu_linear, lambda self, x: _walk(self, x).detach())
