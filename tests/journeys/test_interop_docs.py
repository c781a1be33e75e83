"""The commands of docs/interop.md, run word for word against the real server."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.builders.servers import ROOT, product_environment, start_server
from tests.journeys.test_therapists_guide import BLOCK, SEPARATOR, WITHIN_S, answers_of

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the guide is told with curl")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_commands_run_as_they_are_written(backend: str, database_url: str, tmp_path: Path) -> None:
    environment = product_environment(database_url, tmp_path / "var", "a secret of the guide to other systems, long")
    server = start_server(environment, tmp_path, workers=1)
    try:
        script = f"\necho {SEPARATOR}\n".join(BLOCK.findall((ROOT / "docs" / "interop.md").read_text()))
        script = script.replace("http://127.0.0.1:8000", server.url).replace("/tmp/", f"{tmp_path}/")
        done = subprocess.run(
            ["bash", "-euc", script], cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S, check=False
        )
    finally:
        server.stop()
    assert done.returncode == 0, done.stderr
    _, imported, many, metadata, searched, points, table = done.stdout.split(SEPARATOR)
    assert answers_of(imported)[0]["run"]["distance_m"] == 9008
    over, report = answers_of(many)
    assert (over["kind"], over["done"], over["total"]) == ("zip", 1, 1)
    assert [one["outcome"] for one in report["items"]] == ["duplicate"]
    assert answers_of(metadata)[0]["fhirVersion"] == "4.0.1"
    pain, distance, everything = answers_of(searched)
    assert [one["resource"]["valueQuantity"]["value"] for one in pain["entry"]] == [2]
    assert [one["resource"]["valueQuantity"]["value"] for one in distance["entry"]] == [9008]
    assert {one["resource"]["resourceType"] for one in everything["entry"]} >= {"Patient", "Provenance"}
    assert [one["body"]["distance"]["value"] for one in answers_of(points)[0]["items"]] == [9008]
    assert table.strip().splitlines()[1].split(",")[0].startswith("20")
