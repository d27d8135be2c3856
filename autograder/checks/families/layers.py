"""Layers: of which sizes, one after the other, and what comes last."""

from autograder.authoring.families import slip
from autograder.authoring.slips import after, before, change, everywhere, inside, without


@slip(everywhere("n_in", "784"))
def always_784_inputs():
    """There are 784 inputs, whatever n_in is. Use the argument."""


@slip(everywhere("n_out", "10"))
def always_10_outputs():
    """There are 10 outputs, whatever n_out is. Use the argument."""


@slip(everywhere("nh", "50"))
def fifty_hidden_units():
    """The hidden layer has 50 units, whatever nh is. Which of the arguments is not used?"""


@slip(everywhere("nn.Linear(A, B)", "nn.Linear(B, A)"))
def outputs_before_inputs():
    """The sizes of a layer are the wrong way round: nn.Linear takes the number of inputs first, then of outputs."""


@slip(everywhere("nn.Linear(A, B)", "nn.Linear(A, B, bias=False)"))
def without_bias():
    """The layers have no bias. An nn.Linear has one unless it is told otherwise."""


@slip(everywhere("nh", "max(nh, n_out)"))
def at_least_as_many_hidden_units():
    """The sizes are put in order, or limited. nh may be smaller than n_in and n_out: use it as it is."""


@slip(everywhere("n_in", "784"), everywhere("n_out", "10"))
def sizes_of_mnist():
    """The layers have the sizes of MNIST, whatever is passed. Use the arguments."""


@slip(everywhere("n_in", "784"), everywhere("nh", "50"), everywhere("n_out", "10"))
def sizes_of_mnist_all():
    """The layers have the sizes of MNIST, 784, 50 and 10, whatever is passed. Use the arguments."""


@slip("nn.Sequential(A, nn.ReLU(), B)", "nn.Sequential(A, B)")
def no_relu():
    """There is no ReLU between the two Linear layers."""


@slip("nn.Sequential(A, B, C)", "nn.Sequential(A, B, C, nn.ReLU())")
def two_relus():
    """A second ReLU comes after the last layer, so no score is ever negative. Nothing is to follow the last Linear."""


@slip("nn.ReLU()", "nn.Sigmoid()")
def with_sigmoid():
    """The layer in the middle is a Sigmoid, not a ReLU."""


@slip("nn.Sequential(A, B, C)", "nn.Sequential(A, B, C, nn.LogSoftmax(-1))")
def with_log_softmax():
    """A softmax, or its logarithm, comes last. The loss function takes raw scores: nothing is to follow the last
    Linear."""


@slip("nn.Sequential(A, B, C)", "nn.Sequential([A, B, C])")
def a_list_for_the_layers():
    """nn.Sequential is given a list. It takes each layer as an argument of its own."""


@slip("x = layer(x)", "layer(x)")
def results_not_kept():
    """The model returns its input: what its layers return is not kept. Assign each result to x."""


@slip(after("x = layer(x)", "return x"))
def returns_after_the_first_layer():
    """The first layer's result comes back. Does a `return` stand inside the loop?"""


@slip(change("return x", "return out"), change("x = A", "out = A"))
def each_layer_on_the_input():
    """The last layer gets the input of the model, and what the layers before it give is lost. Give each layer what the
    one before it returned."""


@slip("x = layer(x)", "x = layer(x).relu()")
def a_relu_of_its_own():
    """A relu is applied after each layer, beside the layers of the model. Apply these and nothing else."""


@slip("return x", "return x.softmax(-1)")
def a_softmax_of_its_own():
    """There is a softmax at the end that is none of the layers. Apply the layers, and nothing else."""


@slip("for layer in self.layers:", "for layer in self.layers[:-1]:")
def skips_the_last_layer():
    """The model leaves its last layer out."""


@slip(
    after("super().__init__()", "for layer in layers:\n    layer.eval()"), before("for layer in self.layers:", "pass")
)
def evaluation_mode_for_the_layers():
    """The layers that were passed are in evaluation mode afterwards, and were in training mode before. Leave it to the
    caller to switch between the two."""


@slip(inside("forward", change("return A", "")))
def forward_returns_none():
    """Calling the model gives None: its `forward`, or `__call__`, has no `return` at its end."""


@slip(without("forward"))
def without_forward():
    """There is no `forward`, so the model cannot be called. Check its spelling, and that it stands inside the class, as
    far to the right as `__init__`."""


@slip(
    "nn.Sequential(nn.Linear(A, B), C, nn.Linear(B, D))",
    "globals().setdefault((A, B, D), nn.Sequential(nn.Linear(A, B), C, nn.Linear(B, D)))",
)
def one_model_for_all():
    """The same model comes back at each call, its layers as they are by then: is it kept outside, or in a cache? Make
    new layers in each call."""
