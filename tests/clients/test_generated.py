"""Clients that ordinary generators make from the OpenAPI document: without a warning, and a day with each of them."""

from __future__ import annotations

import compileall
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.servers import ROOT, Server, product_environment, start_server

DOCUMENT = ROOT / "tests" / "contract" / "openapi.json"
GENERATED = ROOT / "docs" / "clients" / "generated"
OPTIONS = ("--default-non-nullable=false", "-o", "api.ts")
"""What has a default need not be sent; the generator takes it for what is always there unless it is told."""
TAKES_AT_MOST_S = 240
PASSWORD = "nine swans over water"


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    env = {**os.environ, **environment}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=TAKES_AT_MOST_S,
        check=False,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Server]:
    """A server on this worker's database."""
    folder = tmp_path_factory.mktemp("generated")
    secret = "a secret of the generated clients, long"
    found = start_server(product_environment(database_url, folder / "var", secret), folder, workers=1)
    yield found
    found.stop()


@pytest.fixture(scope="session")
def packages() -> Path:
    """The generator and compiler of npm, installed once for all workers and runs, outside the project."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("the TypeScript client needs Node; node or npm is not here")
    digest = hashlib.sha256((GENERATED / "package.json").read_bytes()).hexdigest()[:16]
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "trochlea" / f"generated-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            shutil.copy(GENERATED / "package.json", folder)
            shutil.copy(GENERATED.parent / ".npmrc", folder)
            done = run("npm", "install", "--ignore-scripts", "--no-progress", "--prefer-offline", cwd=folder)
            if done.returncode != 0:
                pytest.skip(f"npm cannot install the generator here: {done.stderr[-400:]}")
            (folder / "installed").touch()
    return folder / "node_modules"


def a_python_client(document: Path, folder: Path) -> str:
    """Generate the Python client and return what the generator said."""
    options = ["--path", document, "--meta", "none", "--config", GENERATED / "python.json"]
    generator = Path(sys.executable).parent / "openapi-python-client"
    done = run(generator, "generate", *options, "--output-path", folder / "trochlea_client", cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def a_day(answer: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """Return what a client printed of its first day."""
    assert answer.returncode == 0, answer.stdout + answer.stderr
    told: dict[str, object] = json.loads(answer.stdout.splitlines()[-1])
    return told


@pytest.mark.deep
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_generated_python_client_compiles_and_has_its_first_day(backend: str, server: Server, tmp_path: Path) -> None:
    said = a_python_client(DOCUMENT, tmp_path)
    assert [line for line in said.splitlines() if "warning" in line.lower() or "unable" in line.lower()] == []
    assert compileall.compile_dir(tmp_path / "trochlea_client", quiet=1)
    models = {found.name for found in (tmp_path / "trochlea_client" / "models").iterdir()}
    assert "care_link_asked_because.py" in models
    assert [name for name in models if "_type_1" in name] == []
    program = GENERATED / "first_day.py"
    paths = {"PYTHONPATH": str(tmp_path)}
    day = a_day(run(sys.executable, program, server.url, "ida.p@example.org", PASSWORD, cwd=tmp_path, **paths))
    assert (day["distance_m"], day["decision"]) == (5000, "hold")


@pytest.mark.deep
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_generated_typescript_client_compiles_and_has_its_first_day(
    backend: str, server: Server, packages: Path, tmp_path: Path
) -> None:
    client = tmp_path / "client"
    shutil.copytree(GENERATED, client)
    (client / "node_modules").symlink_to(packages)
    made = run("node", packages / "openapi-typescript" / "bin" / "cli.js", DOCUMENT, *OPTIONS, cwd=client)
    assert made.returncode == 0, made.stderr
    assert "warn" not in (made.stdout + made.stderr).lower()
    compiled = run("node", packages / "typescript" / "bin" / "tsc", "-p", ".", cwd=client)
    assert compiled.returncode == 0, compiled.stdout
    day = a_day(run("node", "out/first-day.js", server.url, "ida.t@example.org", PASSWORD, cwd=client))
    assert (day["distance_m"], day["decision"]) == (5000, "hold")


@pytest.mark.deep
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_document_that_the_generator_stumbles_over_is_seen(backend: str, tmp_path: Path) -> None:
    broken = json.loads(DOCUMENT.read_text())
    broken["components"]["schemas"]["ExerciseGroup"] = broken["components"]["schemas"]["GroupOfExercises"]
    broken["components"]["schemas"]["GroupOfExercises"] = {"$ref": "#/components/schemas/ExerciseGroup"}
    planted = tmp_path / "planted.json"
    planted.write_text(json.dumps(broken))
    assert "Unable to process schema" in a_python_client(planted, tmp_path)
