"""Other programs that behave like a known mistake: its sentence is said of them too, and has to be true of them."""

from __future__ import annotations

import pytest

from conftest import Check

HEAD = "import math\nimport torch\nfrom torch import nn, optim\n"
LIST_MODEL = """class ListModel:
    def __init__(self, n_in, nh, n_out):
        self.layers = [nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out)]
    def __call__(self, x):
"""
SOFTMAX_LAST = """        for layer in self.layers:
            x = layer(x)
        return x.softmax(-1)
"""
LOOP = """def {head}:
    for _ in range(epochs):
        for i in range({bounds}):
            loss_func(model(x[i : i + bs]), y[i : i + bs]).backward()
            {update}
"""
FIRST_LAYER = """with torch.no_grad():
                model.layers[0].weight -= lr * model.layers[0].weight.grad
                model.layers[0].bias -= lr * model.layers[0].bias.grad
                for layer in model.layers:
                    if hasattr(layer, "weight"):
                        layer.weight.grad.zero_()
                        layer.bias.grad.zero_()"""
STEP = "opt.step()\n            opt.zero_grad()"
REFUSES = "def max_abs_diff(a, b):\n    if a.shape != b.shape:\n        raise ValueError\n"
CUT = "    x, y = images.view(-1, 784) / 255.0, labels.long()\n    cut = {}\n"
PARTS = "    return x[:cut], y[:cut], x[cut:], y[cut:]\n"
FIT_LAYERS = "fit_layers(model, loss_func, x, y, bs, lr, epochs=1)"
FIT_OPTIMIZER = "fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1)"
REGISTERED = """class RegisteredModel(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = layers
        for i, layer in enumerate(layers):
            {registers}
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""
FIT = """def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    losses, shares = [], []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        with torch.no_grad():
            seen = [(model(xb), yb) for xb, yb in valid_dl]
            losses.append(sum(loss_func(out, yb).item() for out, yb in seen) / len(seen))
            shares.append(sum((out.argmax(1) == yb).float().mean().item() for out, yb in seen) / len(seen))
    return losses, shares
"""
FIT_LOADER = """def fit_loader(epochs, model, loss_func, opt, train_dl):
    n = len(list(train_dl))
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
"""
CLEARS_FIRST = """def training_step(model, loss_func, xb, yb, lr):
    for p in model.parameters():
        p.grad.zero_()
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
    return loss
"""
SLICES = "def store(*held):\n    global kept\n    kept = held\n\nclass SliceLoader:\n"
SLICES += "    def __init__(self, ds, bs):\n        store(ds, bs)\n    def __iter__(self):\n        ds, bs = kept\n"
SLICES += "        for i in range(0, len(ds), bs):\n            yield ds[i : i + bs]\n"
OPTIMIZER = """class Optimizer:
    def __init__(self, params, lr=0.5):
        self.params, self.lr = list(params), lr
    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is None:
                p -= self.lr * p.grad
    def zero_grad(self):
        for p in self.params:
            p.grad = None
"""
DATASET = "class Dataset:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n"
DATASET += (
    "    def __len__(self):\n        return len(self.x)\n    def __getitem__(self, i):\n        return self.y[i]\n"
)

#: exercise, answer, the mistake that it behaves like, words that are false of it
OTHERS = [
    ("softmax", "def softmax(x):\n    return math.e ** float(x)\n", "by_math_exp", "math.exp takes"),
    ("softmax_formula", "def softmax_formula(xs):\n    return dict(enumerate(xs))\n", "as_a_dict", "each number"),
    (
        "cross_entropy_formula",
        "def cross_entropy_formula(p, q):\n    return -sum(q * math.log(p))\n",
        "log_of_the_list",
        "`q` is a list",
    ),
    (
        "cross_entropy_formula",
        "def cross_entropy_formula(p, q):\n    s = 0.0\n    for a, b in zip(p, q):\n"
        "        if a > 0:\n            s - a * math.log(b)\n    return s\n",
        "p_of_1_alone",
        "Only a class",
    ),
    (
        "log_softmax",
        "def log_softmax(x):\n    return x.softmax(-1).clamp(min=1e-9).log()\n",
        "with_an_added_epsilon",
        "is added",
    ),
    (
        "logsumexp",
        "def logsumexp(x):\n    return x.exp().sum(-1).clamp(min=1e-9).log()\n",
        "with_an_added_epsilon",
        "is added",
    ),
    (
        "logsumexp",
        "def logsumexp(x):\n    x = x.squeeze()\n    m = x.max(-1)[0]\n"
        "    return m + (x - m[..., None]).exp().sum(-1).log()\n",
        "the_result_squeezed_too_far",
        "at the end",
    ),
    (
        "nll",
        "def nll(log_probs, target):\n    return -log_probs.flatten()[range(len(target)), target].mean()\n",
        "targets_come_first",
        "have changed places",
    ),
    (
        "max_abs_diff",
        REFUSES + "    most = 0\n    for row in (a - b).abs():\n        if row > most:\n            most = row\n"
        "    return most\n",
        "by_pythons_max",
        "Python's own max compares",
    ),
    ("max_abs_diff", REFUSES + "    return (a - b).abs().tolist()\n", "the_largest_of_each_row", "each row"),
    (
        "get_data",
        "def get_data(images, labels, n_valid):\n" + CUT.format("60000 - n_valid") + PARTS,
        "cut_at_50000",
        "You cut at row",
    ),
    (
        "get_data",
        "def get_data(images, labels, n_valid):\n" + CUT.format("None") + "    return x, y\n",
        "two_pairs",
        "You return two pairs",
    ),
    (
        "hyperparameters",
        "def hyperparameters(x_train, y_train):\n    n, m = x_train.shape\n    return n, m, 50\n",
        "without_nh",
        "nh, is missing",
    ),
    ("ListModel", LIST_MODEL.replace(", nn.Linear(nh, n_out)]", "]") + "        return x\n", "without_relu", "no ReLU"),
    ("ListModel", LIST_MODEL + "        return self.layers[-1](x)\n", "each_layer_on_the_input", "Each layer gets"),
    (
        "ListModel",
        LIST_MODEL + "        for layer in self.layers[:2]:\n            x = layer(x)\n        return x\n",
        "skips_the_last_layer",
        "`forward`",
    ),
    (
        "accuracy",
        "def accuracy(out, yb):\n    return out.argmax(dim=1)\n",
        "one_answer_for_each_row",
        "You return whether",
    ),
    (
        "accuracy",
        "def accuracy(out, yb):\n    return (out.argmax(1) == yb - 1).float().mean()\n",
        "counts_classes_from_1",
        "You add 1",
    ),
    (
        "accuracy",
        "def accuracy(out, yb):\n    return (out.argmax(1).tolist() == yb.tolist()).mean()\n",
        "a_pair_for_the_position",
        "gives two things",
    ),
    (
        "evaluate_batch",
        "def evaluate_batch(model, loss_func, xb, yb):\n    return (model(xb).argmax(1) == yb).float().mean()\n",
        "the_loss_alone",
        "loss alone",
    ),
    ("training_step", CLEARS_FIRST, "clears_the_gradient_of_a_new_tensor", "gives the name p"),
    (
        "fit_layers",
        LOOP.format(head=FIT_LAYERS, bounds="0, len(x), bs", update=FIRST_LAYER),
        "the_first_and_third_layer_only",
        "and `layers[2]` are",
    ),
    (
        "fit_layers",
        LOOP.format(head=FIT_LAYERS, bounds="0, len(x), bs", update="model.zero_grad()"),
        "counts_on_parameters",
        "You call model.parameters",
    ),
    (
        "fit_optimizer",
        LOOP.format(head=FIT_OPTIMIZER, bounds="len(x), 0, bs", update=STEP),
        "yields_the_losses",
        "a function with `yield` in it runs",
    ),
    (
        "layer_names",
        "def layer_names(model):\n    return [name for name, _ in model.named_modules]\n",
        "method_not_called",
        "model.named_children is",
    ),
    (
        "parameter_shapes",
        "def parameter_shapes(module):\n    return [v.shape for v in module.state_dict().values()]\n",
        "by_name",
        "named_parameters() belongs",
    ),
    (
        "RegisteredModel",
        REGISTERED.format(registers="self.add_module(f'layer_{i}', layers)"),
        "layers_as_arguments",
        "No star",
    ),
    (
        "RegisteredModel",
        REGISTERED.format(registers="self.add_modul(f'layer_{i}', layer)"),
        "module_not_set_up",
        "is not set up",
    ),
    (
        "get_model",
        "def get_model(n_in, nh, n_out, lr):\n"
        "    model = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))\n"
        "    return model, optim.SGD(model.children(), lr=lr)\n",
        "the_model_for_its_parameters",
        "the model. It",
    ),
    ("Optimizer", OPTIMIZER, "rebinds", "gives the name p"),
    ("Dataset", DATASET, "gives_x_alone", "not its target"),
    ("SliceLoader", SLICES, "one_place_for_all_loaders", "is on the class"),
    ("fit_loader", FIT_LOADER, "one_epoch_too_many", "There is one epoch too many"),
    ("fit", FIT, "the_last_epoch_alone", "the result of the last epoch alone"),
    (
        "unzip",
        "def unzip(pairs):\n    xs, ys = [], []\n    for x, y in pairs:\n        if x not in xs:\n"
        "            xs.append(x)\n            ys.append(y)\n    return xs, ys\n",
        "through_a_dict",
        "You go through a dict",
    ),
    (
        "fit_loader",
        "def fit_loader(epochs, model, loss_func, opt, train_dl):\n    for _ in range(epochs):\n"
        "        for xb, yb in train_dl:\n            loss_func(model(xb), yb).backward()\n            opt.step()\n"
        "            opt.zero_grad()\n        return\n",
        "one_iterator_for_all_epochs",
        "An iterator made",
    ),
    ("ListModel", LIST_MODEL + SOFTMAX_LAST, "a_softmax_of_its_own", "passed"),
    (
        "unzip",
        "def unzip(pairs):\n    xs = [x for x, _ in pairs]\n    return xs, xs\n",
        "one_list_for_both",
        "makes one",
    ),
]


@pytest.mark.parametrize(("name", "answer", "mistake", "false"), OTHERS, ids=[f"{o[0]}-{o[2]}" for o in OTHERS])
def test_the_sentence_is_true_of_it_too(name: str, answer: str, mistake: str, false: str, check: Check) -> None:
    found = check(name, HEAD + answer).diagnosis
    assert found
    assert found.mistake == mistake, found.message
    assert false not in found.message
