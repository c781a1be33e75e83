"""Migrations lead from nothing to exactly the schema that the program's models describe, and back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import CheckConstraint, Engine, MetaData
from sqlalchemy.exc import IntegrityError

from app.db.base import NAMING, Base, is_partition
from app.db.engine import Database, open_database
from migrations import ROOT, _config, head, migrate
from tests.builders.databases import prepare
from tests.integration.schemas import Description, describe
from tests.levels import SQLITE_FIRST

BEFORE_OWN_EXERCISES = "0010_policies_overrides"


@pytest.fixture(autouse=True)
def _every_feature_is_loaded(app: Flask) -> None:
    """The factory imports every feature, and with it every table."""


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[Engine]:
    """The writing engine of an empty database."""
    database = open_database(fresh_database_url)
    yield database.writer
    database.dispose()


@pytest.fixture
def migrated(database: Database) -> Engine:
    """The writing engine of a database that the migrations made; it is only looked at."""
    return database.writer


def described(engine: Engine) -> Description:
    """Return the schema that a database has."""
    with engine.connect() as connection:
        return describe(connection)


def scripts(engine: Engine) -> ScriptDirectory:
    """Return the migrations."""
    return ScriptDirectory.from_config(_config(engine))


def differences(engine: Engine) -> list[object]:
    """Return what alembic's autogenerate sees between the database and the models."""
    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": _is_no_part}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))


def _is_no_part(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name is not None and is_partition(name))


def with_another_check() -> MetaData:
    """Return the models with one CHECK that says something else, which autogenerate does not see."""
    changed = MetaData(naming_convention=NAMING)
    for table in Base.metadata.tables.values():
        table.to_metadata(changed)
    accounts = changed.tables["accounts"]
    check = next(found for found in accounts.constraints if isinstance(found, CheckConstraint))
    accounts.constraints.remove(check)
    accounts.append_constraint(CheckConstraint("role IN ('patient', 'therapist')", name="role_known"))
    return changed


def test_the_chain_is_linear_and_head_names_its_end(engine: Engine) -> None:
    found = scripts(engine)
    chain = list(found.walk_revisions())
    assert found.get_heads() == [head()]
    assert len(found.get_bases()) == 1
    assert all(len(revision.nextrev) <= 1 and not revision.is_merge_point for revision in chain)


def test_a_migration_s_file_is_named_as_its_revision_and_numbered_in_turn(engine: Engine) -> None:
    chain = [revision.revision for revision in scripts(engine).walk_revisions()][::-1]
    assert sorted(file.stem for file in (ROOT / "versions").glob("*.py")) == sorted(chain)
    assert [int(revision[:4]) for revision in chain] == list(range(1, len(chain) + 1))


@SQLITE_FIRST
def test_each_step_can_be_taken_back_and_done_again(engine: Engine) -> None:
    migrate(engine)
    stages = [described(engine)]
    steps = len(list(scripts(engine).walk_revisions()))
    for _ in range(steps):
        command.downgrade(_config(engine), "-1")
        stages.append(described(engine))
    assert stages[-1] == {}
    for stage in stages[-2::-1]:
        command.upgrade(_config(engine), "+1")
        assert described(engine) == stage


def test_all_steps_can_be_taken_back_at_once_and_migrating_twice_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    first = described(engine)
    migrate(engine)
    assert described(engine) == first
    command.downgrade(_config(engine), "base")
    assert described(engine) == {}
    migrate(engine)
    assert described(engine) == first


@SQLITE_FIRST
def test_a_table_is_changed_with_rows_in_it_that_others_point_to(engine: Engine, fresh_database_url: str) -> None:
    prepare(fresh_database_url)
    before = pointing_to_exercises(engine)
    command.downgrade(_config(engine), BEFORE_OWN_EXERCISES)
    migrate(engine)
    assert pointing_to_exercises(engine) == before
    with engine.connect() as connection:
        assert (
            connection.dialect.name == "postgresql" or connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        )


def test_nothing_stays_of_a_migration_that_leaves_a_row_that_points_nowhere(
    engine: Engine, fresh_database_url: str, tmp_path: Path
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL looks at its keys by itself, with each statement")
    prepare(fresh_database_url)
    folder = shutil.copytree(ROOT, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_loose.py").write_text(
        f'from alembic import op\n\nrevision = "9999_loose"\ndown_revision = "{head()}"\n\n\n'
        "def upgrade():\n    op.execute(\"DELETE FROM exercises WHERE slug = 'clamshell'\")\n"
    )
    config = _config(engine)
    config.set_main_option("script_location", str(folder))
    before = pointing_to_exercises(engine)
    with pytest.raises(IntegrityError, match="points to none of exercises"):
        command.upgrade(config, "head")
    assert pointing_to_exercises(engine) == before
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one() == head()


def pointing_to_exercises(engine: Engine) -> dict[str, int]:
    """Return how many rows there are of the exercises of the library, and of what cites them."""
    with engine.connect() as connection:
        return {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in ("exercises", "exercise_tags", "exercise_evidence")
        }


def test_autogenerate_sees_no_difference_from_the_models(migrated: Engine) -> None:
    assert differences(migrated) == []


def test_the_migrated_schema_is_the_one_the_models_create(migrated: Engine, engine: Engine) -> None:
    Base.metadata.create_all(engine)
    assert described(migrated) == described(engine)


def test_a_changed_check_is_seen_here_though_autogenerate_misses_it(migrated: Engine, engine: Engine) -> None:
    with_another_check().create_all(engine)
    assert described(migrated)["accounts"] != described(engine)["accounts"]
    assert [found for found in differences(engine) if "accounts" in str(found)] == []


def test_the_chain_of_a_planted_second_head_is_seen(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    for file in [*(ROOT / "versions").glob("*.py"), ROOT / "env.py"]:
        target = tmp_path / ("versions" if file.parent.name == "versions" else "") / file.name
        target.write_text(file.read_text())
    first = min(file.stem for file in (ROOT / "versions").glob("*.py"))
    (tmp_path / "versions" / "0002_planted.py").write_text(
        f'revision = "0002_planted"\ndown_revision = "{first}"\n\n\ndef upgrade(): ...\n\n\ndef downgrade(): ...\n'
    )
    config = _config(engine)
    config.set_main_option("script_location", str(tmp_path))
    assert ScriptDirectory.from_config(config).get_heads() != [head()]
