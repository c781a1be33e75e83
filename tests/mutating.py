"""Runs the mutants of the rules: mutmut writes them, the tests are collected once, and each mutant is a forked child.

`python -P tests/mutating.py`, at the top of the tree, runs all that were not tried yet; after
`'app.guidance.domain.cycles.*'` those with such names, after `unseen` those that no test saw. (`-P`: nothing of the
tree may be imported before mutmut's copy of it stands in front.) MUTANTS_AT_ONCE is how many children work at a time;
as many as there are cores.

mutmut itself collects the tests anew for each mutant. Here one process collects them, once, with no mutant chosen and
no rule run by a test; then
- a first child runs every test and tells which functions each one calls and how long it takes (it must pass),
- two more show that the tests pass as the mutants' children try them, and that one fails if the functions do,
- and a child for each mutant runs the tests that call its function up to the first that fails: those first that saw
  another mutant of the function, then the quickest.
What a child fills or changes (caches, tables, environment) ends with it. The verdicts are kept where mutmut keeps its
own, so that `mutmut results` and `mutmut show` tell them and `tests.mutants` judges them.
"""

from __future__ import annotations

import contextlib
import fnmatch
import gc
import io
import math
import os
import resource
import struct
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from mutmut import __main__ as mutmut
from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import (
    change_cwd,
    copy_also_copy_files,
    copy_src_dir,
    setup_source_paths,
    walk_mutatable_files,
)
from mutmut.utils.format_utils import mangled_name_from_mutant_name
from mutmut.workers.isolation import run_in_fork_with_result

SURVIVED, KILLED, NO_TESTS, BROKEN = 0, 1, 33, 35
"""Exit statuses as mutmut reads them; the last one is not a test that fails but a fault of this runner."""
LEAST_S = int(os.environ.get("MUTANTS_LEAST_S", "4"))
TIMES_ITS_OWN = 10
"""A test is ended after that many CPU seconds, and so many times what it takes without a mutant."""
MOST_BYTES = 4 << 30
"""More memory a child does not get: a mutant that never stops gathering fails."""
SAID_EVERY = 500
SEEN_BY = struct.Struct("ii")
"""What a child tells: its process id, and the place of the test that saw its mutant among those it was given."""


@dataclass(frozen=True)
class Told:
    """What the run without a mutant tells: a test's functions (as mutmut calls them) and its CPU seconds."""

    functions: frozenset[str]
    seconds: float


def write_mutants() -> None:
    """Let mutmut write its copy of the tree with every mutant in it; what did not change keeps its verdicts."""
    set_mutant_under_test("mutant_generation")
    Path("mutants").mkdir(exist_ok=True)
    with contextlib.redirect_stdout(io.StringIO()):
        copy_src_dir()
        copy_also_copy_files()
        setup_source_paths()
        mutmut.create_mutants(1)
    set_mutant_under_test("")


def passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    """Run one test with its fixtures; did it pass (or is it skipped)?"""
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def followed(items: list[pytest.Item]) -> Iterable[tuple[pytest.Item, pytest.Item | None]]:
    """Return each test with the one that comes after it."""
    return zip(items, [*items[1:], None], strict=True)


def told_by(items: list[pytest.Item]) -> dict[str, Told]:
    """Run every test without a mutant, in a child: what each one calls and takes.

    Raises:
        RuntimeError: a test failed; nothing can be said of mutants.
    """
    set_mutant_under_test("stats")
    told = {}
    for item, following in followed(items):
        state()._stats.clear()
        began = time.process_time()
        if not passes(item, following):
            raise RuntimeError(f"{item.nodeid} fails without a mutant")
        told[item.nodeid] = Told(frozenset(state()._stats), time.process_time() - began)
    return told


def limit_time(seconds: float) -> None:
    """Let this process be ended (SIGXCPU) where it takes many times the CPU seconds that it should from here on."""
    most = math.ceil(time.process_time() + LEAST_S + TIMES_ITS_OWN * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def verdict(name: str, items: list[pytest.Item], told: dict[str, Told]) -> int | None:
    """Run tests with one mutant chosen up to the first that fails; returns which one that is, None if none does."""
    set_mutant_under_test(name)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    for number, (item, following) in enumerate(followed(items)):
        limit_time(told[item.nodeid].seconds)
        if not passes(item, following):
            return number
    return None


def child(name: str, items: list[pytest.Item], told: dict[str, Told], tell: int) -> int:
    """Fork a child that tries one mutant and tells which test saw it (in `SEEN_BY`'s form); returns its process id."""
    pid = os.fork()
    if pid:
        return pid
    status = BROKEN
    gc.disable()
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        seen_by = verdict(name, items, told)
        if seen_by is None:
            status = SURVIVED
        else:
            status = KILLED
            os.write(tell, SEEN_BY.pack(os.getpid(), seen_by))
    finally:
        os._exit(status)


def is_seen(status: int | None) -> bool:
    """Did a test see this mutant, in a run before?"""
    return status is not None and status_by_exit_code[status] in {"killed", "timeout"}


class Mutants:
    """The mutants as mutmut keeps them, with their verdicts."""

    def __init__(self) -> None:
        self.files = [SourceFileMutationData(path=path) for path in walk_mutatable_files()]
        for file in self.files:
            file.load()
        self._file_of = {name: file for file in self.files for name in file.exit_code_by_key}

    def chosen(self, patterns: tuple[str, ...]) -> list[str]:
        """Return the names that are asked for: those of a pattern, those `unseen` before, else those never tried."""
        known = {name: file.exit_code_by_key[name] for name, file in self._file_of.items()}
        if patterns == ("unseen",):
            return [name for name, status in known.items() if not is_seen(status)]
        if not patterns:
            return [name for name, status in known.items() if status is None]
        return [name for name in known if any(fnmatch.fnmatch(name, one) for one in patterns)]

    def keep(self, name: str, status: int, seconds: float) -> None:
        """Note a verdict as mutmut notes it."""
        file = self._file_of[name]
        file.exit_code_by_key[name] = status
        file.durations_by_key[name] = seconds

    def save(self) -> None:
        """Write every verdict where mutmut reads it; from the root of the tree."""
        for file in self.files:
            file.save()


@dataclass(frozen=True)
class Running:
    """A child at work: its mutant, and the tests in the order in which it tries them."""

    name: str
    items: list[pytest.Item]


class Loop:
    """What pytest does with the collected tests in place of running them one after the other."""

    def __init__(self, patterns: tuple[str, ...], children: int) -> None:
        self._patterns, self._children = patterns, children
        self._running: dict[int, Running] = {}
        self._seers: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._heard, self._tell = os.pipe()
        os.set_blocking(self._heard, False)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant that is asked for."""
        with change_cwd(".."):
            self._mutants = Mutants()
        gc.collect()
        gc.freeze()
        told: dict[str, Told] = run_in_fork_with_result(told_by, session.items)
        quickest = sorted(session.items, key=lambda item: told[item.nodeid].seconds)
        refuse_a_run_that_tells_nothing(quickest, told, self._tell, self._heard)
        try:
            self._try_all(quickest, told)
        finally:
            with change_cwd(".."):
                self._mutants.save()
        return True

    def _try_all(self, quickest: list[pytest.Item], told: dict[str, Told]) -> None:
        names = self._mutants.chosen(self._patterns)
        for number, name in enumerate(names):
            seers = self._seers[mangled_name_from_mutant_name(name)]
            items = [item for item in quickest if calls(told[item.nodeid], name)]
            items.sort(key=lambda item: -seers[item.nodeid])
            self._try(Running(name, items), told)
            if number % SAID_EVERY == 0:
                sys.stdout.write(f"{number} of {len(names)}\n")
        while self._running:
            self._reap()

    def _try(self, asked: Running, told: dict[str, Told]) -> None:
        """Start a child for a mutant as soon as there is room for one."""
        if not asked.items:
            self._mutants.keep(asked.name, NO_TESTS, 0)
            return
        if len(self._running) >= self._children:
            self._reap()
        sys.stdout.flush()
        self._running[child(asked.name, asked.items, told, self._tell)] = asked

    def _reap(self) -> None:
        """Wait for one child, and note what became of its mutant."""
        pid, status, used = os.wait4(-1, 0)
        self._hear()
        done = self._running.pop(pid)
        self._mutants.keep(done.name, os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime)

    def _hear(self) -> None:
        """Note which tests have seen a mutant of which function."""
        with contextlib.suppress(BlockingIOError):
            while heard := os.read(self._heard, SEEN_BY.size):
                teller, place = SEEN_BY.unpack(heard)
                if seen := self._running.get(teller):
                    self._seers[mangled_name_from_mutant_name(seen.name)][seen.items[place].nodeid] += 1


def calls(test: Told, name: str) -> bool:
    """Does a test call the function of this mutant?"""
    return mangled_name_from_mutant_name(name) in test.functions


def refuse_a_run_that_tells_nothing(items: list[pytest.Item], told: dict[str, Told], tell: int, heard: int) -> None:
    """See that the tests pass without a mutant, tried as with one, and that one fails where every function fails.

    Raises:
        RuntimeError: a run would tell nothing.
    """
    for name, wanted in (("", SURVIVED), ("fail", KILLED)):
        _, status = os.waitpid(child(name, items, told, tell), 0)
        ended = os.waitstatus_to_exitcode(status)
        if ended != wanted:
            seen_by = items[SEEN_BY.unpack(os.read(heard, SEEN_BY.size))[1]].nodeid if ended == KILLED else ""
            raise RuntimeError(f"with {name or 'no mutant'} the tests end in {ended}, not {wanted} {seen_by}")
        if ended == KILLED:
            os.read(heard, SEEN_BY.size)


def main(patterns: tuple[str, ...], children: int) -> int:
    """Write the mutants and try them; 1 if that cannot be done. What was found is judged by `tests.mutants`."""
    write_mutants()
    asked = config()
    options = ["--rootdir=.", "--tb=native", "--assert=plain", *asked.pytest_add_cli_args]
    with change_cwd("mutants"):
        loop = Loop(patterns, children)
        status = int(pytest.main([*options, *asked.pytest_add_cli_args_test_selection], plugins=[loop]))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    sys.stdout.write(f"\n{sum(one.ru_utime + one.ru_stime for one in used):.0f} s of CPU\n")
    return status


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]), int(os.environ.get("MUTANTS_AT_ONCE", len(os.sched_getaffinity(0))))))
