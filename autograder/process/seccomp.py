"""seccomp: a filter in front of the kernel. A process gives up system calls for itself and its descendants.

See seccomp(2). The filter is a program of the old Berkeley packet filter, written out here: it sees the number of the
call and its plain arguments, not what pointers lead to, and answers allow, fail with an error, or kill. Nearly
everything stays allowed, so that honest numerical code never meets it; refused is what has no place in an exercise and
was the way out of other sandboxes: debugging others, mounting, new namespaces, the network, kernel key rings,
asynchronous calls that filters do not see (io_uring), memory that no limit counts, and what says of a file's pages
whether somebody has read them, or has them forgotten, locks on files, and what tells of them: by these, submissions
that never meet could leave each other notes.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import platform
import struct

from autograder.process.kernel import prctl

# Name: number on x86_64, on aarch64; None where the call does not exist. From 424 on all architectures agree.
DENIED: dict[str, tuple[int | None, int | None]] = {
    # looking into or steering another process
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # the file tree, and files named past it
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_tree_attr": (467, 467),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    # namespaces; clone with such flags is refused below
    "unshare": (272, 97),
    "setns": (308, 268),
    # calls made where no filter looks, and kernel parts with a long record of holes
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "modify_ldt": (154, None),
    "personality": (135, 92),
    "vmsplice": (278, 75),
    # memory and messages that outlive a mapping or a process, or that RLIMIT_AS does not count
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semctl": (66, 191),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    # which pages of a file are in memory: to ask, to bring in, to drop
    "fadvise64": (221, 223),
    "readahead": (187, 213),
    "mincore": (27, 232),
    "cachestat": (451, 451),
    # who else opens or reads a file, which all have in common
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27),
    # a session of one's own is a share of the processor of one's own, where the kernel groups by sessions
    "setsid": (112, 157),
    # the machine itself; these need privileges that nobody here has, and are refused twice
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "acct": (163, 89),
    "iopl": (172, None),
    "ioperm": (173, None),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "vhangup": (153, 58),
}
# Another program; asked for by those who took something away from this one, which a second Python would have.
_PROGRAMS: dict[str, tuple[int | None, int | None]] = {"execve": (59, 221), "execveat": (322, 281)}
# Calls that are judged by an argument.
_CLONE, _CLONE3, _SOCKET, _SOCKETPAIR, _IOCTL = (56, 220), (435, 435), (41, 198), (53, 199), (16, 29)
_MADVISE, _PREADV2, _PWRITEV2 = (28, 233), (327, 286), (328, 287)
_FLOCK, _FCNTL = (73, 32), (72, 25)

_MACHINES = {"x86_64": (0, 0xC000_003E), "AMD64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}
_X32_BIT = 0x4000_0000
_NAMESPACE_FLAGS = 0x7E02_0000  # every CLONE_NEW... flag that clone knows
_AF_UNIX = 1
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  # typing into, and pasting into, somebody's terminal
#: What allocators, forks and torch advise: nothing of it moves a page of a file in or out.
_ADVICE = {"NORMAL": 0, "DONTNEED": 4, "FREE": 8, "DONTFORK": 10, "DOFORK": 11, "HUGEPAGE": 14, "NOHUGEPAGE": 15}
_ADVICE |= {"DONTDUMP": 16, "DODUMP": 17, "WIPEONFORK": 18, "KEEPONFORK": 19}

#: Commands of fcntl: locks that are set (also those of an open file), and what tells of locks, leases and folders.
_SETS_LOCK, _TELLS = (6, 7, 37, 38), (5, 36, 1024, 1025, 1026)

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _FAIL = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
_REFUSE = _FAIL | errno.EPERM
_NOTHING_DONE = _FAIL  # without an error: whoever asked goes on as if it had been
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _argument(index: int) -> bytes:
    # The low half: both machines are little-endian, and the kernel takes these arguments as 32-bit numbers.
    return _step(_LOAD, _ARGUMENTS_AT + 8 * index)


def _answer_if(code: int, value: int, answer: int) -> bytes:
    return _step(code, value, 0, 1) + _step(_RETURN, answer)


def _for_call(number: int, *steps: bytes) -> bytes:
    """Steps for one call only; they may change what is loaded, since they end with an answer."""
    body = b"".join(steps)
    return _step(_IF_EQUAL, number, 0, len(body) // 8) + body


@functools.cache
def program(machine: str, alone: bool = False) -> bytes:
    """The filter for a machine as named by platform.machine(). KeyError for machines that nobody has looked at.

    `alone`: it does not start another program either.
    """
    column, audit_name = _MACHINES[machine]
    allow, refuse = _step(_RETURN, _ALLOW), _step(_RETURN, _REFUSE)
    steps = [
        # Numbers mean something else in another ABI of the same processor (32-bit, x32): never let one through.
        _step(_LOAD, _MACHINE_AT) + _step(_IF_EQUAL, audit_name, 1, 0) + _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
        _answer_if(_IF_AT_LEAST, _X32_BIT, _KILL) if column == 0 else b"",
        # clone3 hides its flags behind a pointer. "No such call" makes the C library fall back to clone.
        _answer_if(_IF_EQUAL, _CLONE3[column], _FAIL | errno.ENOSYS),
        _for_call(_CLONE[column], _argument(0), _answer_if(_IF_ANY_BIT, _NAMESPACE_FLAGS, _REFUSE), allow),
        _for_call(_SOCKET[column], _argument(0), _answer_if(_IF_EQUAL, _AF_UNIX, _ALLOW), refuse),
        _for_call(_SOCKETPAIR[column], _argument(0), _answer_if(_IF_EQUAL, _AF_UNIX, _ALLOW), refuse),
        _for_call(
            _IOCTL[column],
            _argument(1),
            _answer_if(_IF_EQUAL, _TIOCSTI, _REFUSE),
            _answer_if(_IF_EQUAL, _TIOCLINUX, _REFUSE),
            allow,
        ),
        _for_call(
            _MADVISE[column],
            _argument(2),
            *(_answer_if(_IF_EQUAL, advice, _ALLOW) for advice in _ADVICE.values()),
            refuse,
        ),
        # A lock on a file that all may read tells others something, and who is alone needs none.
        _answer_if(_IF_EQUAL, _FLOCK[column], _NOTHING_DONE),
        _for_call(
            _FCNTL[column],
            _argument(1),
            *(_answer_if(_IF_EQUAL, command, _NOTHING_DONE) for command in _SETS_LOCK),
            *(_answer_if(_IF_EQUAL, command, _REFUSE) for command in _TELLS),
            allow,
        ),
        # Read if it costs no waiting (RWF_NOWAIT) tells what is in memory; without a flag they are preadv and pwritev.
        *(
            _for_call(call[column], _argument(5), _answer_if(_IF_EQUAL, 0, _ALLOW), refuse)
            for call in (_PREADV2, _PWRITEV2)
        ),
    ]
    denied = DENIED | (_PROGRAMS if alone else {})
    numbers = sorted(numbers[column] for numbers in denied.values() if numbers[column] is not None)  # type: ignore[type-var]
    steps += [_answer_if(_IF_EQUAL, number, _REFUSE) for number in numbers if number is not None]
    return b"".join([*steps, allow])


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]


def restrict(alone: bool = False) -> None:
    """Put the filter in front of this process, for good; `alone` as above. Needs no_new_privs."""
    machine = platform.machine()
    if machine not in _MACHINES:
        raise OSError(errno.ENOSYS, f"no seccomp filter is written for {machine}")
    steps = program(machine, alone)
    prctl("seccomp", _PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(_Program(len(steps) // 8, steps)))
