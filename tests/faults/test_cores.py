"""A server and its clients have cores of their own, and all of them again afterwards; a single core is shared."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.builders.servers import Server
from tests.faults.cores import cores_apart

PARENT = ("sh", "-c", "exec 3<&0; cat <&3 & echo $!; wait")
"""A process with a child that waits for its input to end."""


def test_a_server_with_its_children_runs_on_other_cores_than_its_clients(tmp_path: Path) -> None:
    every = os.sched_getaffinity(0)
    with subprocess.Popen(PARENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        serving = (parent.pid, int(parent.stdout.readline()))
        with cores_apart(Server(parent, 0, tmp_path), "sqlite://"):
            ours, theirs = os.sched_getaffinity(0), [os.sched_getaffinity(one) for one in serving]
            assert ours
            assert theirs[0] == theirs[1] == (every - ours or every)
        assert os.sched_getaffinity(0) == every
        assert [os.sched_getaffinity(one) for one in serving] == [every, every]
        parent.stdin.close()
