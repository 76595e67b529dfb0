"""A command that is asked to end, by Ctrl-C or SIGTERM, ends within seconds.

Python tells of a signal by an exception in the main thread. A library may swallow it,
and one that computes for long is not reached by it; so a thread insists, and in the end
ends the process, which harms nothing: a build can be killed at any moment.
"""

import atexit
import logging
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import NoReturn

INSIST_SECONDS = 3.0
END_SECONDS = 8.0
STOPPED = "stopped; the last good version is still served"
INTERRUPTED = 130

_asked = threading.Event()


def end_when_asked() -> None:
    """From here on a first signal is an interrupt, and the end comes in any case."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Written to at each signal, whoever handles it.
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_insist, args=(reader,), name="end", daemon=True).start()


def was_asked() -> bool:
    """True once a signal came: what fails from then on, fails because of it."""
    return _asked.wait(timeout=0.01)


def end_at_once(code: int) -> NoReturn:
    """Leave a process that was asked to end, now that all is told.

    Threads of libraries may still be at work on what was broken off. An interpreter that
    is taken down under them aborts, and the exit code would be of that.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def leave_ending_to_others() -> None:
    """For a command that handles signals by itself."""
    signal.set_wakeup_fd(-1)


def _insist(reader: int) -> None:
    while os.read(reader, 1)[0] not in (signal.SIGINT, signal.SIGTERM):
        pass
    _asked.set()
    logging.disable(logging.CRITICAL)  # what libraries log of what was broken off
    time.sleep(INSIST_SECONDS)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(END_SECONDS - INSIST_SECONDS)
    os.write(2, f"{STOPPED}\n".encode())
    os._exit(INTERRUPTED)
