"""`python -m autograder`: start the process that imports torch first of all, and read everything else meanwhile."""

import gc
import sys


def main() -> None:
    if sys.argv[1:2] == ["check"]:
        from autograder.process.warm import warm

        gc.disable()  # a short command leaves before collecting would pay
        one_exercise = len([word for word in sys.argv[2:] if not word.startswith("-")]) == 1
        warm(preload=not one_exercise and "--file" not in sys.argv).start()
    elif sys.argv[1:2] == ["watch"]:
        from autograder.process.warm import warm

        warm(preload=True, quiet=True).start()
    from autograder.commands.group import autograder

    autograder(prog_name="python -m autograder")


if __name__ == "__main__":
    main()
