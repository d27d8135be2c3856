"""train_in_three_lines: its probes, other right answers and known mistakes."""

from autograder.authoring.slips import before
from autograder.beside import spies
from autograder.exercise import Complaint, code

train_in_three_lines = code(
    "train_in_three_lines",
    ids=["R7.10"],
    hints=[
        "What does fit need that you have not got yet? Two lines get it, the third calls fit.",
        "`a, b = f()` takes a pair apart. In which order does each of the functions return its two things?",
        "The third line begins with `return fit(epochs, ...`; the other five arguments follow in the order of the"
        " prompt.",
    ],
    relations=["returns_nothing"],
)


def _three_lines(train_in_three_lines, draw):
    """Call it with functions that do nothing but note what they are given."""
    journal, made = spies.Journal(), []
    history = [(draw.number(0.1, 0.9), draw.number(0.1, 0.9)) for _ in range(3)]

    def get_dls(train_ds, valid_ds, bs, **kwargs):
        return spies.Token("train_dl"), spies.Token("valid_dl")

    def get_model():
        made.append(len(made) + 1)
        number = "" if made[-1] == 1 else f" no. {made[-1]}"
        return spies.Token("model" + number), spies.Token("opt" + number)

    def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
        return history

    result = train_in_three_lines(
        spies.Token("train_ds"),
        spies.Token("valid_ds"),
        draw.integer(10, 60),
        draw.integer(2, 9),
        spies.FunctionSpy(get_dls, journal),
        spies.FunctionSpy(get_model, journal),
        spies.FunctionSpy(fit, journal),
        spies.Token("loss_func"),
    )
    if hasattr(result, "__next__"):
        raise Complaint(
            f"train_in_three_lines gives a {type(result).__name__}: put `return` in front of the call of fit"
        )
    return journal, history, result


@train_in_three_lines.probe(points=2)
def hands_each_part_to_where_it_belongs(train_in_three_lines, draw):
    """The arguments of get_dls and fit, by name."""
    journal, _, _ = _three_lines(train_in_three_lines, draw)
    return {
        f"{who} was given": [{k: spies.name_of(v) for k, v in e.arguments.items()} for e in journal.of("call", who)]
        for who in ("get_dls", "fit")
    }


@train_in_three_lines.probe(fixed="each is to be called once, whatever was drawn")
def calls_each_function_once(train_in_three_lines, draw):
    journal, _, _ = _three_lines(train_in_three_lines, draw)
    return {who: len(journal.of("call", who)) for who in ("get_dls", "get_model", "fit")}


@train_in_three_lines.probe
def returns_what_fit_returns(train_in_three_lines, draw):
    return _three_lines(train_in_three_lines, draw)[2]


@train_in_three_lines.right
def in_one_line(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    model, opt = get_model()
    return fit(epochs, model, loss_func, opt, *get_dls(train_ds, valid_ds, bs))


@train_in_three_lines.right
def by_name(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    made = get_model()
    loaders = get_dls(bs=bs, valid_ds=valid_ds, train_ds=train_ds)
    history = fit(epochs, loss_func=loss_func, model=made[0], opt=made[1], valid_dl=loaders[1], train_dl=loaders[0])
    return history


@train_in_three_lines.slip("return X", "yield from X")
def yields_what_fit_returns():
    """With `yield` in it, nothing is trained when it is called, only when somebody loops over what comes back. Return
    what `fit` returns."""


@train_in_three_lines.slip("return A", "A\nreturn model")
def returns_the_model():
    """You return something else than what `fit` returned."""


@train_in_three_lines.slip("fit(A, B, C, D, train_dl, valid_dl)", "fit(A, B, C, D, valid_dl, train_dl)")
def loaders_swapped():
    """`fit` gets the loaders in the wrong order: it would train on the validation data."""


@train_in_three_lines.slip("get_dls(A, B, C)", "get_dls(B, A, C)")
def datasets_swapped():
    """`get_dls` gets the datasets in the wrong order. It takes the training set first."""


@train_in_three_lines.slip("valid_ds", "train_ds")
def validates_on_the_training_set():
    """`get_dls` gets the training set twice, so validation would look at data that was trained on."""


@train_in_three_lines.slip("(model, opt)", "(opt, model)")
def model_and_optimizer_swapped():
    """`fit` gets the optimizer as its model and the model as its optimizer. `get_model` returns the model first."""


@train_in_three_lines.slip("model, opt = A", "model, opt = A[0], A[1]")
def two_models():
    """You take the model of one call of `get_model` and the optimizer of another: that optimizer would update a model
    that nobody uses. Take both from one call."""


@train_in_three_lines.slip("train_dl, valid_dl = A", "train_dl, valid_dl = A[0], A[1]")
def loaders_made_twice():
    """You call `get_dls` twice, once for each loader. One call gives both."""


@train_in_three_lines.slip(before("return A", "get_model()"))
def a_spare_model():
    """`get_model` is called once more than needed: the other model it makes is never used."""


@train_in_three_lines.slip("epochs", "1")
def one_epoch_whatever_is_asked():
    """`fit` is told to train for one epoch, whatever `epochs` is. Hand the argument on."""


@train_in_three_lines.slip("fit(epochs, B, C, D, E, F)", "[fit(1, B, C, D, E, F) for _ in range(epochs)][-1]")
def fits_once_an_epoch():
    """You call `fit` in a loop, one epoch at a time. It loops over the epochs itself: call it once."""
