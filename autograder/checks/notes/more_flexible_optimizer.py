"""more_flexible_optimizer: the explanation of each statement."""

import torch

from autograder.concept import concept

more_flexible_optimizer = concept(
    "more_flexible_optimizer",
    ids=["R8.4"],
    hints=[
        "What in our Optimizer would you have to change to get weight decay? And momentum as well?",
        "What does the training loop know about the optimizer?",
    ],
    explanations={
        "a": "False. `optim.SGD(params, lr, momentum=0.9)` has it, and weight decay too. But a rule that torch has not "
        "thought of means writing a whole optimizer.",
        "b": "True. This is the main idea: `step` goes through a list of small functions for each parameter. "
        "Combine them as you like.",
        "c": "True. The loop only says step and zero_grad: it need not know the rule. That is what the "
        "Optimizer class was made for.",
        "d": "False. How long a step is remains your choice; flexible means that more such choices are open to you.",
        "e": "True. Momentum and Adam have to remember: one entry for each parameter, kept between the steps.",
        "f": "True. A smaller learning rate for early layers, or one that rises and falls during training, "
        "without touching the loop.",
    },
    model_answer="Instead of one class for each update rule, the optimizer gets a list of small functions (weight "
    "decay, momentum, the step ...) which it runs for each parameter. Each parameter has a state where they keep their "
    "running averages; hyper-parameters may differ between groups and change during training. A new rule is then "
    "another list. The training loop stays the same, because it only calls step() and zero_grad().",
    rubric=[
        "1 point: the update is composed of exchangeable parts (steppers, state, hyper-parameters by group)",
        "1 point: the training loop need not change for it",
    ],
)


@more_flexible_optimizer.experiment
def one_loop_and_lists_of_steppers():
    class Optimizer:
        def __init__(self, params, steppers, **hypers):
            self.params, self.steppers, self.hypers = params, steppers, hypers
            self.state = [{} for _ in params]

        @torch.no_grad()
        def step(self):
            for p, state in zip(self.params, self.state, strict=True):
                for stepper in self.steppers:
                    stepper(p, state, **self.hypers)

        def zero_grad(self):
            for p in self.params:
                p.grad = None

    def plain_step(p, state, lr, **_):
        p -= lr * state.get("average", p.grad)

    def weight_decay(p, state, lr, wd=0.0, **_):
        p *= 1 - lr * wd

    def momentum(p, state, mom=0.9, **_):
        state["average"] = mom * state["average"] + p.grad if state else p.grad.clone()

    def bowl(p):
        return (p[0] ** 2 + 50 * p[1] ** 2) / 2

    def trained(steppers, **hypers):
        p = torch.tensor([8.0, 1.0], requires_grad=True)
        opt = Optimizer([p], steppers, **hypers)
        for _ in range(40):
            bowl(p).backward()
            opt.step()
            opt.zero_grad()
        return bowl(p).item(), p.detach()

    lines = ["One loop, 40 steps down a narrow bowl from (8, 1); only the steppers differ:"]
    for name, steppers in (
        ("[plain_step]", [plain_step]),
        ("[momentum, plain_step]", [momentum, plain_step]),
        ("[weight_decay, plain_step]", [weight_decay, plain_step]),
        ("[weight_decay, momentum, plain_step]", [weight_decay, momentum, plain_step]),
    ):
        loss, p = trained(steppers, lr=0.02, mom=0.8, wd=0.5)
        lines.append(f"  {name:<38}loss {loss:8.5f}   at ({p[0]:6.3f}, {p[1]:6.3f})")
    return [*lines, "Neither the Optimizer class nor the loop was changed for any of the four."]
