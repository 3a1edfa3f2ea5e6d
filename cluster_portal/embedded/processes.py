"""Processes that end with us, and the ports they listen on."""

import ctypes
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1


def die_with_parent(signum: signal.Signals) -> Callable[[], object]:
    """A ``preexec_fn``: Linux sends ``signum`` to the process when its parent ends, be it by kill -9.

    Elsewhere it does nothing, and the next start ends what was left.
    """
    if sys.platform != "linux":
        return lambda: None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, signum)


def stop(process: subprocess.Popen[bytes]) -> None:
    """SIGINT is an orderly and quick end to PostgreSQL (a "fast" shutdown) and to Valkey alike."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def stop_leftovers(name: str, folder: Path) -> None:
    """Ends the processes ``name`` that a killed run left working in ``folder``, which is ours alone."""
    leftovers = [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == name and process.info["cwd"] == str(folder.resolve())
    ]
    end(leftovers, signal.SIGINT)


def end(processes: list[psutil.Process], signum: signal.Signals) -> None:
    """Sends ``signum`` and kills what has not ended 10 seconds later."""
    for process in processes:
        _signal(process, signum)
    _, alive = psutil.wait_procs(processes, timeout=10)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=10)


def _signal(process: psutil.Process, signum: signal.Signals) -> None:
    try:
        process.send_signal(signum)
    except psutil.NoSuchProcess:
        return  # it ended by itself meanwhile, as the children of a killed PostgreSQL do


def free_ports(first: int) -> Iterator[int]:
    """The ports of the loopback address from ``first`` on that nobody listens on at this moment."""
    return (port for port in range(first, first + 1000) if is_free(port))


def is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
