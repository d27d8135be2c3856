"""Pictures where the lesson has them: the code of a cell that stands after the check of an exercise.

They use the learner's own function, so they show an error until it is written.
"""

PLOTS = {
    "softmax": """
import matplotlib.pyplot as plt

# One score grows while two others stay at 0: how the probabilities share out.
scores = torch.tensor([[s / 10, 0.0, 0.0] for s in range(-50, 51)])
plt.plot(scores[:, 0], softmax(scores))
plt.xlabel("first score")
plt.ylabel("probability")
plt.legend(["first", "second", "third"])
plt.show()
""",
    "nll": """
import matplotlib.pyplot as plt

# What one example costs, by the probability that was given to the right class.
p = torch.linspace(0.01, 1, 100)
plt.plot(p, [nll(row.log()[None], torch.tensor([0])) for row in torch.stack([p, 1 - p], 1)])
plt.xlabel("probability of the right class")
plt.ylabel("loss")
plt.show()
""",
    "plot_item": """
# A made-up image: a bright diagonal on black. With the real data, pass a batch of your DataLoader.
image = torch.eye(28).flatten()[None]
plot_item(image, torch.tensor([1]));
""",
    "fit": """
import matplotlib.pyplot as plt
from torch import nn

# Three blobs of points: does the validation loss fall, epoch by epoch?
torch.manual_seed(0)
y = torch.arange(3).repeat(60)
x = torch.randn(180, 2) + 3 * torch.stack([y.cos(), y.sin()], 1)
batches = [(x[i : i + 30], y[i : i + 30]) for i in range(0, 180, 30)]
model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 3))
opt = torch.optim.SGD(model.parameters(), lr=0.3)
history = fit(10, model, nn.functional.cross_entropy, opt, batches[:4], batches[4:])
plt.plot([float(loss) for loss, accuracy in history], label="loss")
plt.plot([float(accuracy) for loss, accuracy in history], label="accuracy")
plt.xlabel("epoch")
plt.legend()
plt.show()
""",
}
