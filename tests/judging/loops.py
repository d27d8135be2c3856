"""Training loops in many styles: wrong ones, with the event that is told of each, and right ones, of which none is."""

from __future__ import annotations

#: (exercise, answer, what is said of it)
WRONG = [
    (
        "fit_parameters",
        """import torch
import torch.nn.functional as F

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    for e in range(epochs):
        for i in range(0, len(x), bs):
            loss = loss_func(model(x[i:i + bs]), y[i:i + bs]) * 1.5
            loss.backward()
            with torch.no_grad():
                for name, p in model.named_parameters():
                    p -= lr * p.grad
                    if 'weight' in name:
                        p.grad.zero_()
""",
        (
            "After rows 0 to 1, the gradients should be cleared before the next backward(). When it "
            "runs for rows 2 to 3, gradients of some parameters are still there, and it adds to them."
        ),
    ),
    (
        "fit_parameters",
        """import torch
import torch.nn.functional as F

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    for e in range(epochs):
        for b in range(len(x) // bs):
            s = slice(b * bs, (b + 1) * bs)
            model.zero_grad()
            loss_func(model(x[s]), y[s]).backward()
            for p in model.parameters():
                p.data -= 2 * lr * p.grad
""",
        "The step for row 8 is missing: yours ends after rows 6 to 7.",
    ),
    (
        "fit_parameters",
        """import torch
import torch.nn.functional as F

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    for e in range(epochs):
        for i in range(0, len(x), bs):
            loss_func(model(x[i:i + bs]), y[i:i + bs]).backward()
        with torch.no_grad():
            for p in model.parameters():
                p.sub_(lr * p.grad)
""",
        (
            "After backward() for rows 0 to 1, a step should move the parameters. They have not moved "
            "when the next backward() runs."
        ),
    ),
    (
        "fit_parameters",
        """import torch
import torch.nn.functional as F

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    for e in range(epochs):
        total = 0
        for i in range(0, len(x), bs):
            total = total + loss_func(model(x[i:i + bs]), y[i:i + bs])
        total.backward()
        with torch.no_grad():
            for p in model.parameters():
                p += lr * p.grad
                p.grad = None
""",
        "One backward() goes through 5 losses together. Each batch has its own backward() and its own step.",
    ),
    (
        "fit_parameters",
        """import torch
import torch.nn.functional as F

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    for e in range(epochs):
        i = bs
        while i < len(x):
            loss = loss_func(model(x[i:i + bs]), y[i:i + bs])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.001)
            with torch.no_grad():
                for p in model.parameters():
                    p -= lr * p.grad
                    p.grad = None
            i += bs
""",
        "The step for rows 0 to 1 is missing: yours begins with rows 2 to 3.",
    ),
    (
        "fit_parameters",
        """import torch
import torch.nn.functional as F

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    k = 0
    for e in range(epochs):
        for xb, yb in zip(x.split(bs), y.split(bs)):
            model.zero_grad()
            loss_func(model(xb), yb).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= lr / (1 + 0.3 * k) * p.grad
            k += 1
""",
        ("All agrees up to the loss of rows 4 to 7; the step that follows moves the parameters in another way."),
    ),
    (
        "fit_optimizer",
        """import torch
import torch.nn.functional as F

def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    k = 0
    for _ in range(epochs):
        for i in range(0, len(x), bs):
            loss_func(model(x[i:i + bs]), y[i:i + bs]).backward()
            k += 1
            if k % 2 == 0:
                opt.step()
                opt.zero_grad()
""",
        (
            "After backward() for rows 0 to 1, a step should move the parameters. They have not moved "
            "when the next backward() runs."
        ),
    ),
    (
        "fit_optimizer",
        """import torch
import torch.nn.functional as F

def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    for _ in range(epochs):
        for i in range(0, len(x) - bs + 1, bs):
            loss = loss_func(model(x[i:i + bs]), y[i:i + bs])
            loss.backward(retain_graph=True)
            loss.backward()
            opt.step()
            opt.zero_grad()
""",
        "backward() runs for rows 0 to 1 a second time, without a step between.",
    ),
    (
        "fit_optimizer",
        """import torch
import torch.nn.functional as F

def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    for i in range(0, len(x), bs):
        for _ in range(epochs):
            opt.zero_grad()
            loss_func(2 * model(x[i:i + bs]), y[i:i + bs]).backward()
            opt.step()
""",
        "For rows 0 to 3, `loss_func` gives another value than it should: look at what it is given.",
    ),
    (
        "fit_layers",
        """import torch
import torch.nn.functional as F

def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):
    for _ in range(epochs):
        for i in range(0, len(x), 64):
            loss_func(model(x[i:i + 64]), y[i:i + 64]).backward()
            with torch.no_grad():
                for l in model.layers:
                    if hasattr(l, 'weight'):
                        l.weight -= lr * l.weight.grad
                        l.bias -= lr * l.bias.grad
                        l.weight.grad.zero_()
""",
        "With 5 rows and bs = 2: The first batch to learn from is rows 0 to 1; yours learns from the targets of rows 0 "
        "to 4.",
    ),
    (
        "fit_layers",
        """import torch

def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):
    for _ in range(epochs):
        for i in range(0, len(x), bs):
            xb = x[i:i + bs]
            loss_func(model(xb), y[:len(xb)]).backward()
            with torch.no_grad():
                for l in model.layers:
                    for p in l.parameters():
                        p -= lr * p.grad
                        p.grad.zero_()
""",
        "With 5 rows and bs = 2: After rows 0 to 1, the next batch to learn from is rows 2 to 3; yours learns from the "
        "targets of rows 0 to 1 once more.",
    ),
    (
        "fit_layers",
        """import torch
import torch.nn.functional as F

def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):
    for _ in range(epochs):
        i = 0
        while i + bs < len(x):
            loss = loss_func(model(x[i:i + bs]), y[i:i + bs])
            loss.backward()
            with torch.no_grad():
                for l in model.layers:
                    for p in l.parameters():
                        p -= p.grad * lr / bs
                        p.grad.zero_()
            i += bs
""",
        "With 5 rows and bs = 2: The step for row 4 is missing: yours ends after rows 2 to 3.",
    ),
    (
        "fit_dataset",
        """import torch
import torch.nn.functional as F

def fit_dataset(model, opt, loss_func, train_ds, bs, epochs=1):
    for _ in range(epochs):
        for i in range(0, len(train_ds) - 1, bs):
            xb, yb = train_ds[i:i + bs]
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.step()
            opt.zero_grad()
""",
        "After backward() for rows 0 to 3, the parameters move 2 times. One step is to follow.",
    ),
    (
        "fit_loader",
        """import torch
import torch.nn.functional as F

def fit_loader(epochs, model, loss_func, opt, train_dl):
    data = list(train_dl)
    for e in range(epochs):
        for xb, yb in data:
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
            if e:
                opt.zero_grad()
""",
        (
            "After rows 0 to 2, the gradients should be cleared before the next backward(). When it "
            "runs for row 3, gradients are still there, and it adds to them."
        ),
    ),
    (
        "fit",
        """import torch
import torch.nn.functional as F

def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    out = []
    for e in range(epochs):
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        with torch.no_grad():
            l = a = 0
            for xb, yb in valid_dl:
                p = model(xb)
                l += loss_func(p, yb).item()
                a += 100 * (p.argmax(1) == yb).float().mean().item()
        out.append((l / len(valid_dl), a / len(valid_dl)))
    return out
""",
        "When it learns from rows 0 to 1 in epoch 1, the model is in evaluation mode.",
    ),
    (
        "fit",
        """import torch
import torch.nn.functional as F

def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    out = []
    for e in range(epochs):
        model.train()
        for xb, yb in train_dl:
            opt.zero_grad()
            loss_func(model(xb), yb).backward()
            opt.step()
        l = a = 0
        for xb, yb in valid_dl:
            p = model(xb)
            l += loss_func(p, yb).item()
            a += (p.argmax(1) == yb).float().sum().item()
        out.append((l / len(valid_dl), a / len(valid_dl)))
    return out
""",
        "Validation begins, and the model is still in training mode.",
    ),
    (
        "fit",
        """import torch
import torch.nn.functional as F

def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    out = []
    for e in range(epochs):
        for xb, yb in train_dl:
            model.train()
            opt.zero_grad()
            loss_func(model(xb), yb).backward()
            opt.step()
            model.eval()
            ls, accs = ([], [])
            with torch.no_grad():
                for xv, yv in valid_dl:
                    p = model(xv)
                    ls.append(loss_func(p, yv).item())
                    accs.append((p.argmax(1) == yv).float().mean().item())
        out.append((sum(ls), sum(accs) / len(accs)))
    return out
""",
        "In call 1 of 2: The model is given validation data after 1 step, before the epoch is over.",
    ),
    (
        "fit",
        """import torch
import torch.nn.functional as F

def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    out = []
    model.train()
    for e in range(epochs):
        for xb, yb in train_dl:
            opt.zero_grad()
            loss_func(model(xb), yb).backward()
            opt.step()
        model.eval()
        ls, accs = ([], [])
        with torch.no_grad():
            for xv, yv in valid_dl:
                p = model(xv)
                ls.append(float(loss_func(p, yv)))
                accs.append((p.argmax(1) == yv).float().sum().item())
        out.append((sum(ls) / len(ls), sum(accs) / len(accs)))
    return out
""",
        "When it learns from rows 0 to 1 in epoch 2, the model is in evaluation mode.",
    ),
    (
        "training_step",
        """import torch
import torch.nn.functional as F

def training_step(model, loss_func, xb, yb, lr):
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad *= 0.5
    return loss
""",
        (
            "After the first batch, the gradients should be cleared before the next backward(). When it"
            " runs for the second batch, gradients are still there, and it adds to them."
        ),
    ),
    (
        "fit_parameters",
        """import torch
import torch.nn.functional as F

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    for e in range(epochs):
        for i in range(0, len(x), bs):
            l = ((model(x[i:i + bs]).squeeze() - y[i:i + bs]) ** 2).sum()
            l.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= lr * p.grad
                    p.grad = None
""",
        "`loss_func` was never called.",
    ),
    (
        "fit_parameters",
        """import torch

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    for e in range(epochs):
        for i in range(0, len(x), bs):
            print(loss_func(model(x[i:i + bs]), y[i:i + bs]))
            l = ((model(x[i:i + bs]).squeeze() - y[i:i + bs]) ** 2).sum()
            l.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= lr * p.grad
                    p.grad = None
""",
        "No backward() starts from a loss that `loss_func` gave.",
    ),
    (
        "fit_parameters",
        """import torch
import torch.nn.functional as F

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    for e in range(epochs):
        for i in range(0, len(x), bs):
            for j in range(i, min(i + bs, len(x))):
                loss_func(model(x[j:j + 1]), y[j:j + 1]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= lr * p.grad
                    p.grad = None
""",
        "The first batch to learn from is rows 0 to 1; yours learns from row 0.",
    ),
    (
        "training_step",
        """import torch

def training_step(model, loss_func, xb, yb, lr):
    for _ in range(2):
        loss = loss_func(model(xb), yb)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr / 2 * p.grad
                p.grad = None
    return loss
""",
        (
            "After the first batch, the next batch to learn from is the second batch; yours learns from"
            " the first batch once more."
        ),
    ),
    (
        "fit_layers",
        """import torch
def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):
    for e in range(epochs):
        for s in range(0, len(x), bs):
            xb, yb = x[s:s+bs], y[s:s+bs]
            loss = loss_func(yb, model(xb))
            loss.backward()
            with torch.no_grad():
                for l in model.layers:
                    if hasattr(l, "weight"):
                        l.weight += lr * l.weight.grad
                        l.bias += lr * l.bias.grad
                        l.weight.grad = l.bias.grad = None
""",
        "With 5 rows and bs = 2: What `loss_func` is given first as targets, its second argument, are no rows of `y`.",
    ),
]

#: (exercise, answer)
RIGHT = [
    (
        "fit_parameters",
        """import torch

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    ps = list(model.parameters())
    for k in range(epochs * -(-len(x) // bs)):
        i = k % -(-len(x) // bs) * bs
        loss = loss_func(model(x[i:i + bs]), y[i:i + bs])
        gs = torch.autograd.grad(loss, ps)
        for p, g in zip(ps, gs):
            p.data.add_(g, alpha=-lr)
""",
    ),
    (
        "fit_parameters",
        """import torch

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):

    def clear():
        for p in model.parameters():
            if p.grad is not None:
                p.grad.detach_().zero_()
    for _ in range(epochs):
        for i in range(0, len(x), bs):
            clear()
            clear()
            pred = model(x[i:i + bs])
            with torch.no_grad():
                model(x[:1])
            loss = loss_func(pred, y[i:i + bs])
            clear()
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p.copy_(p - lr * p.grad)
""",
    ),
    (
        "fit_parameters",
        """import torch

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):

    class Opt:

        def step(self):
            for p in model.parameters():
                p.data = p.data - lr * p.grad.data
                p.grad = torch.zeros_like(p.grad)
    opt = Opt()
    for _ in range(epochs):
        for xb, yb in zip(torch.split(x, bs), torch.split(y, bs)):
            loss_func(model(xb), yb).backward()
            opt.step()
""",
    ),
    (
        "fit_parameters",
        """import torch

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    losses = []
    for _ in range(epochs):
        for i in range(0, len(x), bs):
            model.zero_grad()
            loss = loss_func(model(x[i:i + bs]), y[i:i + bs])
            losses.append(loss.item())
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= lr * p.grad
        with torch.no_grad():
            losses.append(float(loss_func(model(x), y)))
    model.zero_grad()
    return losses
""",
    ),
    (
        "fit_optimizer",
        """import torch

def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    opt.zero_grad()
    for _ in range(epochs):
        for i in range(0, len(x), bs):
            (loss_func(model(x[i:i + bs]), y[i:i + bs]) * 1.0).backward()
            opt.step()
            opt.zero_grad()
    opt.zero_grad()
""",
    ),
    (
        "fit_optimizer",
        """import torch

def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    model.train()
    epoch = 0
    while epoch < epochs:
        for rows in torch.arange(len(x)).split(bs):
            model.zero_grad()
            out = model.forward(x[rows])
            loss = loss_func(out, y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
        epoch += 1
""",
    ),
    (
        "fit_layers",
        """import torch

def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):
    for _ in range(epochs):
        for i in range(0, len(x), bs):
            out = x[i:i + bs]
            for l in model.layers:
                out = l(out)
            loss_func(out, y[i:i + bs]).backward()
            for l in model.layers:
                for p in l.parameters():
                    p.data -= lr * p.grad
                l.zero_grad()
""",
    ),
    (
        "fit_layers",
        """import torch

def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):
    trained = [l for l in model.layers if hasattr(l, 'weight')]
    for _ in range(epochs):
        for i in range(0, len(x), bs):
            for l in trained:
                l.weight.grad = l.bias.grad = None
            loss = loss_func(model(x[i:i + bs]), y[i:i + bs])
            loss.backward()
            with torch.no_grad():
                for l in reversed(trained):
                    l.bias -= l.bias.grad * lr
                    l.weight -= l.weight.grad * lr
""",
    ),
    (
        "fit_dataset",
        """import torch

def fit_dataset(model, opt, loss_func, train_ds, bs, epochs=1):
    for _ in range(epochs):
        at = 0
        while at < len(train_ds):
            xb, yb = train_ds[at:at + bs]
            loss = loss_func(model(xb), yb)
            model.zero_grad()
            loss.backward()
            opt.step()
            at += len(yb)
""",
    ),
    (
        "fit_dataset",
        """import torch

def fit_dataset(model, opt, loss_func, train_ds, bs, epochs=1):
    starts = [i for _ in range(epochs) for i in range(0, len(train_ds), bs)]
    for n, i in enumerate(starts):
        if n:
            opt.zero_grad()
        xb, yb = train_ds[i:min(i + bs, len(train_ds))]
        loss_func(model(xb), yb).backward()
        opt.step()
""",
    ),
    (
        "fit_loader",
        """import torch

def fit_loader(epochs, model, loss_func, opt, train_dl):
    for _ in range(epochs):
        it = iter(train_dl)
        while (b := next(it, None)) is not None:
            l = loss_func(model(b[0]), b[1])
            l.backward()
            opt.step()
            opt.zero_grad()
            model.zero_grad()
""",
    ),
    (
        "fit",
        """import torch

def fit(epochs, model, loss_func, opt, train_dl, valid_dl):

    def run(dl, train):
        model.train(train)
        losses, right, n = (0.0, 0, 0)
        with torch.set_grad_enabled(train):
            for xb, yb in dl:
                out = model(xb)
                loss = loss_func(out, yb)
                if train:
                    opt.zero_grad()
                    loss.backward()
                    opt.step()
                losses += loss.item() * len(yb)
                right += (out.argmax(1) == yb).sum().item()
                n += len(yb)
        return (losses / n, right / n)
    history = []
    for _ in range(epochs):
        run(train_dl, True)
        history.append(run(valid_dl, False))
    return history
""",
    ),
    (
        "fit",
        """import torch

def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    history = []
    for _ in range(epochs):
        for xb, yb in train_dl:
            model.train()
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
            model.eval()
        outs = []
        for xb, yb in valid_dl:
            with torch.inference_mode():
                outs.append((model(xb), yb))
        losses = torch.stack([loss_func(o, t) for o, t in outs])
        accuracies = torch.stack([(o.argmax(1) == t).float().mean() for o, t in outs])
        history.append((losses.mean().item(), accuracies.mean()))
    model.train()
    return history
""",
    ),
    (
        "fit",
        """import torch

def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    history = []
    opt.zero_grad()
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
            for p in model.parameters():
                p.grad.zero_()
        with torch.no_grad():
            model.eval()
            train_loss = sum((loss_func(model(xb), yb).item() for xb, yb in train_dl))
            ls = [loss_func(model(xb), yb).item() for xb, yb in valid_dl]
            accs = [(model(xb).argmax(-1) == yb).float().mean().item() for xb, yb in valid_dl]
        print(train_loss)
        history += [[sum(ls) / len(ls), sum(accs) / len(accs)]]
    return history
""",
    ),
    (
        "training_step",
        """import torch

def training_step(model, loss_func, xb, yb, lr):
    model.zero_grad()
    loss = loss_func(model(xb), yb)
    grads = torch.autograd.grad(loss, [*model.parameters()])
    with torch.no_grad():
        for p, g in zip(model.parameters(), grads):
            p.add_(-lr * g)
    return loss.detach()
""",
    ),
    (
        "training_step",
        """import torch

def training_step(model, loss_func, xb, yb, lr):
    loss = loss_func(model(xb), yb)
    loss.backward()
    for p in model.parameters():
        p.data = p.data - lr * p.grad
    for p in model.parameters():
        p.grad = None
    return float(loss)
""",
    ),
]
