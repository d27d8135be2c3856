"""Using up: time, memory, processes, disk, output; and ending in every way there is."""

from __future__ import annotations

from attacks import RIGHT, WRONG, attack

FULL = {"softmax": 1.0}


@attack(earns=FULL)
def cell_hangs_after_the_answer() -> str:
    """Is right, then never ends: the answer before counts."""
    return RIGHT + "while True:\n    pass\n"


@attack()
def cell_hangs_and_will_not_stop() -> str:
    """Catches whatever would stop it."""
    return (
        WRONG
        + "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n"
    )


@attack()
def cell_hangs_without_alarms() -> str:
    """Switches the alarm off and hangs."""
    return (
        WRONG
        + "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nsignal.setitimer(signal.ITIMER_REAL, 0)\nwhile True:\n    pass\n"
    )


@attack()
def hangs_while_observed() -> str:
    """Hangs in the answer itself."""
    return "def softmax(x):\n    while True:\n        pass\n"


@attack()
def leaves_while_observed() -> str:
    """Ends the process with success while it is observed."""
    return "import os\ndef softmax(x):\n    os._exit(0)\n"


@attack()
def leaves_in_a_cell() -> str:
    """Ends the process with success in its cell."""
    return WRONG + "import os\nos._exit(0)\n"


@attack()
def raises_what_nobody_catches() -> str:
    """Raises SystemExit, KeyboardInterrupt and an exception whose text raises."""
    return (
        "class Odd(BaseException):\n    def __str__(self):\n        raise SystemExit(0)\n    __repr__ = __str__\n"
        "n = 0\n"
        "def softmax(x):\n    global n\n    n += 1\n    raise [SystemExit(0), KeyboardInterrupt(), Odd(), GeneratorExit()][n % 4]\n"
    )


@attack()
def recursion() -> str:
    """Calls itself for ever, with the limit lifted."""
    return "import sys\nsys.setrecursionlimit(10**9)\ndef softmax(x):\n    return softmax(x)\n"


@attack()
def segfault() -> str:
    """Reads address zero."""
    return "import ctypes\ndef softmax(x):\n    return ctypes.string_at(0)\n"


@attack()
def fork_bomb() -> str:
    """Forks as fast as it can."""
    return WRONG + "import os\nfor i in range(10000):\n    try:\n        os.fork()\n    except OSError:\n        pass\n"


@attack()
def threads() -> str:
    """Starts threads that sleep for ever, none of them a daemon."""
    return WRONG + (
        "import threading, time\n"
        "for i in range(500):\n    try:\n        threading.Thread(target=time.sleep, args=(1000,)).start()\n"
        "    except RuntimeError:\n        break\n"
    )


@attack(earns=FULL)
def prints_fifty_megabytes() -> str:
    """Is right, and prints 50 MB."""
    return RIGHT + "for i in range(500):\n    print('x' * 100_000)\n"


@attack()
def floods_the_pipe() -> str:
    """Writes 200 MB of nothing into the pipe of results."""
    return WRONG + (
        "import os\n"
        "for fd in range(3, 20):\n"
        "    try:\n        for i in range(200):\n            os.write(fd, b'x' * (1 << 20))\n    except OSError:\n        pass\n"
    )


@attack()
def takes_all_memory() -> str:
    """Asks for ever more memory."""
    return WRONG + "kept = []\nwhile True:\n    kept.append(bytearray(50_000_000))\n"


@attack()
def takes_all_memory_while_observed() -> str:
    """Builds an ever larger tensor in the answer, catching what it can."""
    return (
        "import torch\n"
        "def softmax(x):\n    kept = []\n    while True:\n        try:\n            kept.append(torch.ones(10**7))\n"
        "        except Exception:\n            pass\n"
    )


@attack()
def fills_the_disk() -> str:
    """Writes a gigabyte into its folder and into shared memory."""
    return WRONG + (
        "for name in ('big', '/dev/shm/big', '/tmp/big'):\n"
        "    try:\n        with open(name, 'wb') as file:\n            for i in range(1000):\n"
        "                file.write(b'x' * 1_000_000)\n    except OSError:\n        pass\n"
    )


@attack()
def huge_number() -> str:
    """Returns an integer of a hundred thousand digits, and one that JSON reads as infinite."""
    return "import torch\ndef softmax(x):\n    return [10 ** 100_000, 10 ** 4000, 1e999]\n"


@attack()
def nested_deeply() -> str:
    """Returns a list in a list, a hundred thousand times."""
    return (
        "def softmax(x):\n    nested = []\n    for i in range(100_000):\n        nested = [nested]\n    return nested\n"
    )


@attack()
def contains_itself() -> str:
    """Returns a dict that is its own key's value."""
    return "def softmax(x):\n    d = {}\n    d['d'] = d\n    return d\n"


@attack()
def nested_line_in_the_pipe() -> str:
    """Writes JSON that is nested too deeply for the reader of the trusted side."""
    return WRONG + (
        "import os\n"
        "for fd in range(3, 20):\n"
        "    try:\n        os.write(fd, b'\\n' + b'[' * 200_000 + b'\\n' + b'{\"a\":' * 100_000 + b'\\n')\n    except OSError:\n        pass\n"
    )


@attack()
def half_characters() -> str:
    """Prints and raises text that no file can hold, and control characters for terminals."""
    return (
        "print('\\ud800 \\x1b[31m \\x00 \\u202e')\ndef softmax(x):\n    raise ValueError('\\udfff\\x1b]0;title\\x07')\n"
    )


@attack()
def enormous_result() -> str:
    """Returns a tensor of a hundred million zeros that takes no memory."""
    return "import torch\ndef softmax(x):\n    return torch.zeros(1).expand(10_000, 10_000)\n"


@attack()
def unpickles() -> str:
    """Returns an object that runs a command when it is unpickled."""
    return (
        "import os\n"
        "class Bomb:\n    def __reduce__(self):\n        return os.system, ('touch /tmp/@MARK@',)\n"
        '    def __repr__(self):\n        return \'__import__("os").system("touch /tmp/@MARK@")\'\n'
        "def softmax(x):\n    return Bomb()\n"
    )
