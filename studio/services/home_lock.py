"""One studio, or one `lookalike dev`, at a time on a home; and on a port."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from catalog.errors import StudioError
from catalog.names import shown

if TYPE_CHECKING:
    from catalog.home import Home

LOOPBACK = "127.0.0.1"


@contextmanager
def only_one(home: "Home", what: str) -> Iterator[None]:
    """Hold the home against a second one, which is told who holds it.

    The lock goes with the process, however that ends. Raises StudioError `home_in_use`.
    """
    from filelock import FileLock, Timeout

    from engines.atomic import write_text_whole

    holder = home.root / "studio.holder"
    lock = FileLock(home.root / "studio.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        told = holder.read_text(encoding="utf-8") if holder.exists() else "another one"
        raise StudioError(
            "home_in_use",
            f"home '{home.root}'",
            f"is in use by {told}",
            "stop that one, or use another home with LOOKALIKE_HOME",
        ) from None
    try:
        write_text_whole(holder, f"`{what}`, process {os.getpid()}")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def refuse_taken_port(
    port: int, option: str = "--port", *, host: str = LOOPBACK
) -> None:
    """Raise StudioError `port_taken`, naming who listens there where that can be seen.

    Raises `no_such_address` for a host that is no address of this machine.
    """
    try:
        (family, _, _, _, place), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise _no_such_address(host) from error
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise _no_such_address(host) from error
            raise StudioError(
                "port_taken",
                f"port {port}",
                f"is in use by {_listener(port)}",
                f"stop that, or choose another with {option}",
            ) from error


def _no_such_address(host: str) -> StudioError:
    return StudioError(
        "no_such_address",
        f"address {shown(host)}",
        "is none of this machine's",
        f"give one of them with --host, such as {LOOPBACK}",
    )


def _listener(port: int) -> str:
    import psutil

    try:
        for found in psutil.net_connections("tcp"):
            listens = found.status == psutil.CONN_LISTEN and found.laddr[1:] == (port,)
            if listens and found.pid:
                return f"process {found.pid} ({psutil.Process(found.pid).name()})"
    except psutil.Error:
        pass
    return "another process"
