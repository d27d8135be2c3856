"""`python -m autograder`: start the process that imports torch first of all, and read everything else meanwhile."""

import gc
import os
import sys

from autograder.another_python import wanting

#: Commands that another process may run in our place; the others last, or start processes of their own.
SHORT = ("check", "hint", "answer", "list", "predict")


def main() -> None:
    if sys.argv[1:2] and sys.argv[1] in SHORT:
        from autograder.process import resident

        if (code := resident.command(sys.argv[1:])) is not None:
            sys.exit(code)
        os.environ["AUTOGRADER_RESIDENT"] = "0"  # it is not asked a second time
    if why := wanting(" ".join(["autograder", *sys.argv[1:]])):
        sys.exit(why)
    if sys.argv[1:2] == ["check"]:
        from autograder.process.warm import warm

        gc.disable()  # a short command leaves before collecting would pay
        one_exercise = len([word for word in sys.argv[2:] if not word.startswith("-")]) == 1
        warm(preload=not one_exercise and "--file" not in sys.argv).start()
    elif sys.argv[1:2] == ["watch"]:
        from autograder.process.warm import warm

        warm(preload=True, quiet=True).start()
    from autograder.commands.group import PROGRAM, autograder

    autograder(prog_name=PROGRAM)


if __name__ == "__main__":
    main()
