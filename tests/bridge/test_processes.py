"""The end of an interpreter, and forks, each in processes of their own."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

PRELUDE = """
import logging
import asyncio, json, os, sys, time
from pyshield import Shield, Vault
from pyshield._runtime import Shield as Native
from pyshield.errors import Closed
from pyshield.input_scanners import BanSubstrings
from pyshield.shield import Limits

# Warnings there are about callbacks that took long, which a busy machine is enough for; errors are shown.
logging.getLogger("asyncio").setLevel(logging.ERROR)

LIMITS = {"max_in_flight": 1000, "policy": "reject", "deadline": None, "max_text_bytes": 1 << 20,
          "inline_budget_us": 0.0}

def probe(behaviour="pass", seconds=0.0):
    scanner = {"type": "Probe", "behaviour": behaviour, "seconds": seconds}
    return Native(json.dumps({"prompt": [scanner], "output": [], "on_error": "block", "limits": LIMITS,
                              "cache": None}))
"""


def run(script: str, *, timeout: float = 60, code: int = 0) -> str:
    """Runs a script; what it printed. It must end with `code` and say nothing on standard error."""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", PRELUDE + textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert (done.returncode, done.stderr) == (code, "")
    return done.stdout


def test_exit_with_work_in_flight() -> None:
    assert (
        run("""
        async def main():
            shield = probe("busy", 0.05)
            global scans
            scans = [shield.scan_prompt(str(n)) for n in range(100)]
            await scans[0]
            print("leaving")
            for scan in scans:
                scan.cancel()
        asyncio.run(main())
        """)
        == "leaving\n"
    )


def test_exit_while_a_scan_runs_longer_than_anyone_waits() -> None:
    assert (
        run("""
        shield = probe("busy", 600.0)
        async def main():
            global scan
            scan = shield.scan_prompt("x")
            await asyncio.sleep(0.05)
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda *_: None)
            print("leaving")
        asyncio.run(main())
        """)
        == "leaving\n"
    )


def test_exit_from_the_middle_of_a_loop() -> None:
    run(
        """
        shield = probe("busy", 0.2)
        async def main():
            scans = [shield.scan_prompt("x") for _ in range(50)]
            asyncio.get_running_loop().call_later(0.01, os._exit, 3)
            await asyncio.gather(*scans)
        asyncio.run(main())
        """,
        code=3,
    )


def test_exit_with_a_daemon_thread_scanning() -> None:
    assert (
        run("""
        import threading
        shield = probe()
        def forever():
            while True:
                shield.scan_prompt_blocking("x")
        for _ in range(3):
            threading.Thread(target=forever, daemon=True).start()
        time.sleep(0.2)
        print("leaving")
        """)
        == "leaving\n"
    )


def test_keyboard_interrupt_ends_a_run() -> None:
    run(
        """
        import signal
        signal.signal(signal.SIGINT, signal.default_int_handler)  # also in the background
        shield = probe("busy", 5.0)
        async def main():
            asyncio.get_running_loop().call_later(0.05, signal.raise_signal, signal.SIGINT)
            await asyncio.gather(*(shield.scan_prompt("x") for _ in range(20)))
        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            sys.exit(7)
        """,
        code=7,
    )


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_prefork_server_with_four_workers(loop: str) -> None:
    """The parent loads the shield, uses it, and forks; every child and the parent go on."""
    out = run(f"""
        import uvloop
        factory = {{"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}}["{loop}"]
        limits = Limits(inline_budget_us=0)
        shield = Shield(prompt=[BanSubstrings(["secret"], redact=True)], limits=limits)
        async def serve(name):
            for _ in range(20):
                texts = [f"{{name}} secret {{n}}" for n in range(50)]
                results = await asyncio.gather(*map(shield.scan_prompt, texts))
                assert [r.text for r in results] == [f"{{name}} [REDACTED] {{n}}" for n in range(50)]
            bulk = await shield.scan_prompts(["secret"] * 1000)
            assert all(r.text == "[REDACTED]" for r in bulk)
            return shield.metrics()["requests_total"]["actor"]
        def work(name):
            with asyncio.Runner(loop_factory=factory) as runner:
                return runner.run(serve(name))
        assert work("parent") == 1000
        children = []
        for number in range(4):
            pid = os.fork()
            if pid == 0:
                # A child counts for itself: none of the parent's requests are its own.
                os._exit(0 if work(f"child {{number}}") == 1000 else 1)
            children.append(pid)
        assert work("parent") == 2000
        print([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children])
        """)
    assert out == "[0, 0, 0, 0]\n"


def test_a_fork_in_the_midst_of_traffic() -> None:
    """Forks while threads scan: whatever lock is held then, no child may wait for it."""
    out = run("""
        import threading
        limits = Limits(inline_budget_us=0, max_in_flight=64)
        from pyshield.shield import Cache
        shield = Shield(prompt=[BanSubstrings(["secret"])], limits=limits, cache=Cache())
        stop = False
        # Imports must be over: a fork in the midst of one is beyond what Python itself can mend.
        flowing = threading.Barrier(4)
        def traffic(seed):
            async def main():
                n = 0
                await shield.scan_prompt(seed)
                flowing.wait()
                while not stop:
                    n += 1
                    await asyncio.gather(*(shield.scan_prompt(f"{seed} {n} {m}") for m in range(8)))
            asyncio.run(main())
        threads = [threading.Thread(target=traffic, args=(seed,)) for seed in "abc"]
        for thread in threads:
            thread.start()
        flowing.wait()
        codes = []
        for _ in range(30):
            pid = os.fork()
            if pid == 0:
                async def child():
                    results = await asyncio.gather(*(shield.scan_prompt(f"secret {m}") for m in range(32)))
                    return all(not result.is_valid for result in results)
                # The forked thread's loop is not running here: only the parent's main thread forked.
                os._exit(0 if asyncio.run(child()) else 1)
            codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        stop = True
        for thread in threads:
            thread.join()
        print(set(codes))
        """)
    assert out == "{0}\n"


def test_a_childs_ordinary_exit() -> None:
    assert (
        run("""
        shield = probe()
        async def main():
            return (await shield.scan_prompt("x")).is_valid
        asyncio.run(main())
        pid = os.fork()
        if pid == 0:
            asyncio.run(main())
            sys.exit(5)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """)
        == "5\n"
    )


def test_a_child_cannot_reach_its_parents_vault() -> None:
    assert (
        run("""
        vault = Vault([("[A]", "value")])
        pid = os.fork()
        if pid == 0:
            try:
                vault.get()
            except Closed:
                own = Vault([("[B]", "mine")])
                os._exit(0 if own.get() == [("[B]", "mine")] else 2)
            os._exit(1)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), vault.get())
        """)
        == "0 [('[A]', 'value')]\n"
    )
