"""The commands of docs/therapists.md, run word for word against the real server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders.servers import ROOT, Server, product_environment, start_server
from tests.levels import SQLITE_FIRST

BLOCK = re.compile(r"^```bash\n(.*?)^```", re.DOTALL | re.MULTILINE)
SEPARATOR = "@@next@@"
WITHIN_S = 60

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the guide is told with curl")


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server on this worker's database."""
    environment = product_environment(database_url, tmp_path / "var", "a secret of the therapists' guide, long enough")
    found = start_server(environment, tmp_path, workers=1)
    yield found
    found.stop()


def answers_of(output: str) -> list[dict[str, Any]]:
    """Return the JSON objects that a block printed, one after the other."""
    decoder, position, found = json.JSONDecoder(), 0, []
    while (begin := output.find("{", position)) >= 0:
        told, position = decoder.raw_decode(output, begin)
        found.append(told)
    return found


@SQLITE_FIRST
def test_the_guide_s_commands_run_as_they_are_written(server: Server, tmp_path: Path) -> None:
    script = f"\necho {SEPARATOR}\n".join(BLOCK.findall((ROOT / "docs" / "therapists.md").read_text()))
    script = script.replace("http://127.0.0.1:8000", server.url).replace("/tmp/", f"{tmp_path}/")
    done = subprocess.run(
        ["bash", "-euc", script], cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, done.stderr
    parts = [answers_of(part) for part in done.stdout.split(SEPARATOR)]
    account, clinic, _, patient, reading, end, _, hooks = parts

    assert account[-1]["professional_role"] == "physiotherapist"
    assert clinic[0]["name"] == "Knee house"
    assert (clinic[1]["kind"], clinic[1]["status"]) == ("membership", "confirmed")
    assert {one["display_name"] for one in clinic[2]["items"]} == {"Ines Berg", "Kim"}
    asked, link = patient
    assert (asked["therapist_name"], asked["clinic_name"], asked["status"]) == ("Ines Berg", "Knee house", "accepted")
    assert link["scopes"] == ["advice.read", "pain.read", "sessions.read"]
    advice, programmes, colleague, log = reading
    assert "decision" in advice
    assert (programmes["status"], colleague["status"]) == (403, 404)
    assert [(one["reader_name"], one["operation"]) for one in log["items"]] == [("Ines Berg", "get_advice")]
    hidden, links = end
    assert hidden["status"] == 404
    assert [one["ended_because"] for one in links["items"]] == ["by_therapist"]
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    made, listed = hooks
    assert made["secret"].startswith("whsec_")
    assert [(one["state"], one["secret"]) for one in listed["items"]] == [("open", None)]
