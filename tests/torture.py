"""`make torture`: the faults and the long runs one after the other, each bounded in time, with what it measured.

`SHARE=10` runs a tenth of the rounds. It ends with one line a step: held, failed, out of time, or skipped and why.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.figures import FIGURES, SHARE

ROOT = Path(__file__).resolve().parents[1]
MINUTE_S = 60
POLL_S = 1.0
SAID_EVERY_S = 60
NOTHING_RUN = 5
"""pytest's exit status where no test was chosen."""


@dataclass(frozen=True)
class Step:
    """One run of pytest: what it shows, how long it may take at its full size, and which tests it is."""

    name: str
    minutes: int
    chosen: tuple[str, ...]


CAPACITY = "tests/faults/test_capacity.py"
"""Measured alone: what else this machine does falls upon the figures."""

STEPS = (
    Step("lost answers (G29)", 30, ("tests/faults/test_lossy_network.py", "-m", "torture")),
    Step("power cuts (G25)", 40, ("tests/faults/test_power_cut.py", "-m", "torture")),
    Step("the database restarts, another takes its place (G26, G27)", 30, ("tests/faults/test_database_restarts.py",)),
    Step("full disks (G33)", 15, ("tests/faults/test_disk_full.py",)),
    Step("200,000 sessions backed up and restored (G37)", 15, ("tests/keeping/test_many_sessions.py", "-m", "torture")),
    Step("clocks (G34)", 5, ("tests/faults/test_clocks.py",)),
    Step("equal times at the doors (G10)", 10, ("tests/faults/test_equal_times.py",)),
    Step("foreign and colliding ids (G3)", 30, ("tests/sync/test_foreign_batches.py", "-m", "torture")),
    Step(
        "refresh tokens in races and in wrong hands (G8)", 60, ("tests/faults/test_refresh_tokens.py", "-m", "torture")
    ),
    Step("20,000 records of six writers (G28)", 20, ("tests/faults/test_many_writers.py", "-m", "torture")),
    Step("lost updates (G31)", 20, ("tests/faults/test_lost_updates.py", "-m", "torture")),
    Step(
        "migrations with 200,000 sessions, and the version before (G36)",
        60,
        (
            "tests/integration/test_migrations_with_rows.py",
            "tests/integration/test_version_before.py",
            "-m",
            "torture",
        ),
    ),
    Step("each act is one line (G44)", 20, ("tests/keeping/test_every_act.py", "-m", "torture")),
    Step(
        "capacity: twice and five times as much (G39)",
        30,
        (CAPACITY, "-m", "torture", "-n", "1", "-k", "times or takes"),
    ),
    Step("slow clients (G41)", 15, ("tests/faults/test_slow_clients.py", "-m", "torture", "-n", "1")),
    Step("a flood of log-ins (G40)", 15, ("tests/faults/test_login_flood.py", "-m", "torture", "-n", "1")),
    Step("soak: half an hour (G42)", 80, (CAPACITY, "-m", "torture", "-n", "1", "-k", "half_an_hour")),
    Step("kill -9 under writers (G24)", 60, ("tests/integration/test_crash.py", "-m", "torture")),
    Step("kill -9 under syncing phones (G24)", 60, ("tests/sync/test_crash_push.py", "-m", "torture")),
    Step("devices come together (G32)", 60, ("tests/sync/test_convergence.py", "--torture")),
    Step("hostile values, all of them (G13)", 60, ("tests/api/test_hostile_input.py", "-m", "torture")),
    Step("passwords that are refused by name (G11)", 30, ("tests/unit/accounts", "-m", "torture")),
    Step("a worker's memory is flat (issue 7)", 45, ("tests/benchmarks/test_flat_memory.py", "-m", "torture")),
    Step("the quick loader is the schema, 10,000 each", 40, ("tests/unit/web/test_loading.py", "-m", "torture")),
    Step("planted defects are seen", 60, ("tests", "-m", "planted")),
    Step("what is made up, at full size", 120, ("tests", "-m", "generated or hypothesis", "--torture")),
)


def main(words: list[str]) -> int:
    """Run the steps whose names hold any of the words, all without any; return the exit status."""
    chosen = [step for step in STEPS if not words or any(word.lower() in step.name.lower() for word in words)]
    share = int(os.environ.get(SHARE, "100"))
    _say(f"{len(chosen)} of {len(STEPS)} steps, {share} % of the rounds where they are counted")
    ended = [(step, _run(step, number, len(chosen))) for number, step in enumerate(chosen, 1)]
    _say("")
    for step, outcome in ended:
        _say(f"{outcome:<12} {step.name}")
    left_out = [step.name for step in STEPS if step not in chosen]
    for name in left_out:
        _say(f"{'not asked':<12} {name}")
    return 0 if all(outcome in ("held", "skipped") for _, outcome in ended) else 1


def _run(step: Step, number: int, count: int) -> str:
    _say(f"\n== {number}/{count} {step.name}: at most {step.minutes} minutes")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures, said = Path(folder) / "figures", Path(folder) / "said"
        figures.touch()
        with said.open("wb") as out:
            command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-rs", *step.chosen]
            environment = {**os.environ, FIGURES: str(figures)}
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
            )
            is_over = _wait(process, began, step.minutes * MINUTE_S)
        took_s = time.monotonic() - began
        told = said.read_text(errors="replace").splitlines()
        for line in figures.read_text().splitlines():
            _say(f"   {line}")
        for line in told:
            if line.startswith(("SKIPPED", "FAILED", "ERROR")):
                _say(f"   {line}")
    outcome = _outcome(process.returncode, told) if is_over else "out of time"
    if outcome == "failed":
        _say("\n".join(told[-60:]))
    _say(f"   {outcome} after {took_s:.0f} s")
    return outcome


def _wait(process: subprocess.Popen[bytes], began: float, most_s: float) -> bool:
    """Wait, saying now and then that it still runs; end it when its time is up. Return whether it ended by itself."""
    said_at = began
    while process.poll() is None:
        now = time.monotonic()
        if now - began > most_s:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            return False
        if now - said_at > SAID_EVERY_S:
            said_at = now
            _say(f"   {now - began:.0f} s ...")
        time.sleep(POLL_S)
    return True


def _outcome(status: int, told: list[str]) -> str:
    if status not in (0, NOTHING_RUN):
        return "failed"
    was_passed = any(" passed" in line or line.startswith(".") for line in told)
    return "held" if was_passed and status == 0 else "skipped"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
