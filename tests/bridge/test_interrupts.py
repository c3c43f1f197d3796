"""Ctrl-C while a thread is blocked in a call: each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

# What is waited for takes ten minutes: a wait that does not see the signal outlasts the test.
PRELUDE = """
import os, signal, socket, threading, time
from pyshield import functions
from pyshield.output_scanners import URLReachability
from pyshield.shield import BlockingShield

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it otherwise
functions.register(lambda: time.sleep(600), name="slow", timeout=600)
held = []
silent = socket.create_server(("127.0.0.1", 0))  # which takes connections and answers nothing
url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
scanner = URLReachability(timeout=600, allow_private=True)
shield = BlockingShield(output=[scanner])

def interrupt():
    held.append(silent.accept())
    os.kill(os.getpid(), signal.SIGINT)

def interrupt_later():
    time.sleep(0.3)
    os.kill(os.getpid(), signal.SIGINT)

try:
    {call}
except KeyboardInterrupt:
    print("interrupted")
"""
ON_CONNECT = "threading.Thread(target=interrupt, daemon=True).start(); "
LATER = "threading.Thread(target=interrupt_later, daemon=True).start(); "


@pytest.mark.parametrize(
    "call",
    [
        LATER + 'functions.call_blocking("slow")',
        ON_CONNECT + "scanner.is_reachable(url)",
        ON_CONNECT + 'shield.scan_output("", url, deadline=600)',
        ON_CONNECT + 'shield.scan_outputs([("", url)] * 3, deadline=600)',
        ON_CONNECT + 'list(shield.stream_output("", [url, " is it."]))',
    ],
)
def test_an_interrupt_ends_a_call_that_blocks(call):
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE.replace("{call}", call)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")


def test_what_another_signals_handler_raises_ends_it_too():
    script = PRELUDE.replace("KeyboardInterrupt", "TimeoutError").replace(
        "{call}", 'signal.setitimer(signal.ITIMER_REAL, 0.3); functions.call_blocking("slow")'
    )
    handler = "import signal\ndef raising(*_): raise TimeoutError\nsignal.signal(signal.SIGALRM, raising)\n"
    done = subprocess.run(
        [sys.executable, "-c", handler + script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")
