"""The seeds of the library: loaded twice they change nothing, and a broken one is refused by name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, inspect, select, text

from app.db.base import Base
from app.db.engine import Database, open_database
from app.kernel.errors import NotVisible
from app.library import service
from app.library.domain.changes import LoadReport
from app.library.domain.questions import ExerciseFilter, Order, ReferenceFilter, Window
from app.library.domain.wholeness import BrokenLibrary
from seeds.load import LIBRARY, load
from tests.builders.databases import prepare_schema

TOTAL = 87 + 98 + 15 + 37 + 10
"""Exercises, references, questions, claims, articles."""
TABLES = ("exercises", "evidence_references", "exercise_tags", "exercise_links", "exercise_evidence")
EVERYTHING = Window(Order("slug", descending=False), None, 1000)
ALL_REFERENCES = Window(Order("key", descending=False), None, 1000)


@pytest.fixture
def own(fresh_database_url: str) -> Iterator[Database]:
    """A migrated database that holds nothing."""
    prepare_schema(fresh_database_url)
    database = open_database(fresh_database_url)
    yield database
    database.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the seeds that a test may change."""
    return Path(shutil.copytree(LIBRARY, tmp_path / "library"))


def change(folder: Path, old: str, new: str, file: str = "exercises.toml") -> Path:
    """Change a seed file at one place."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def without(folder: Path, key: str, file: str = "exercises.toml") -> Path:
    """Take one entry out of a seed file, and every mention of it."""
    text = (folder / file).read_text(encoding="utf-8")
    start = text.index(f"[{key}]\n")
    end = text.index("\n[", start) + 1
    (folder / file).write_text(text[:start] + text[end:], encoding="utf-8")
    exercises = (folder / "exercises.toml").read_text(encoding="utf-8")
    for mention in (f'"{key}", ', f', "{key}"', f'"{key}"'):
        exercises = exercises.replace(mention, "")
    (folder / "exercises.toml").write_text(exercises, encoding="utf-8")
    return folder


def loaded(own: Database, folder: Path = LIBRARY) -> LoadReport:
    """Load the seeds and commit."""
    with own.writing.begin() as db:
        return load(db, folder)


def contents(own: Database) -> dict[str, list[Any]]:
    """Return every row of the library."""
    with own.reading() as db:
        found = {name: db.execute(select(Base.metadata.tables[name])).all() for name in TABLES}
    return {name: sorted(rows, key=str) for name, rows in found.items()}


def slugs(own: Database, **wanted: Any) -> list[str]:
    """Return the exercises that a filter finds."""
    with own.reading() as db:
        return [e.slug for e in service.list_exercises(db, ExerciseFilter(**wanted), EVERYTHING).items]


def test_the_seeds_are_sorted_by_name_so_that_differences_are_readable() -> None:
    read_in_turn = {"claims.toml"}
    for file in [file for file in LIBRARY.glob("*.toml") if file.name not in read_in_turn]:
        keys = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("[")]
        assert keys == sorted(keys)


def test_everything_is_loaded_the_first_time(own: Database) -> None:
    assert loaded(own) == LoadReport(created=TOTAL)
    assert len(slugs(own)) == 87


def test_loading_twice_changes_nothing_and_writes_nothing(own: Database) -> None:
    loaded(own)
    before = contents(own)
    said: list[str] = []
    event.listen(own.writer, "before_cursor_execute", lambda *told: said.append(told[2].split()[0]))
    assert loaded(own) == LoadReport(unchanged=TOTAL)
    assert contents(own) == before
    assert set(said) <= {"SELECT", "BEGIN"}


def test_only_the_entry_that_says_something_else_is_rewritten(own: Database, folder: Path) -> None:
    loaded(own)
    before = contents(own)
    assert loaded(own, change(folder, '"Bird dog"', '"Bird dog, slowly"')) == LoadReport(changed=1, unchanged=TOTAL - 1)
    after = contents(own)
    assert {row.slug for row in set(after["exercises"]) - set(before["exercises"])} == {"bird_dog"}
    assert {name: after[name] for name in TABLES[1:]} == {name: before[name] for name in TABLES[1:]}


def test_changed_lists_replace_the_old_ones(own: Database, folder: Path) -> None:
    loaded(own)
    changed = change(folder, 'equipment = ["heavy band", "step"]', 'equipment = ["step", "chair"]')
    assert loaded(own, changed) == LoadReport(changed=1, unchanged=TOTAL - 1)
    with own.reading() as db:
        assert service.read_exercise(db, "ankle_band_mobilisation").exercise.equipment == ("step", "chair")
    assert "ankle_band_mobilisation" not in slugs(own, equipment=("heavy band",))


def test_an_exercise_that_left_the_seeds_is_retired_and_can_still_be_read(own: Database, folder: Path) -> None:
    loaded(own)
    report = loaded(own, without(folder, "bird_dog"))
    assert (report.removed, report.created) == (1, 0)
    assert "bird_dog" not in slugs(own)
    with own.reading() as db:
        kept = service.read_exercise(db, "bird_dog")
        assert sum(service.count_exercises(db).values()) == 86
        assert "bird_dog" not in {card.slug for card in service.read_reference(db, "harvie2011")[1]}
    assert kept.exercise.retired_at is not None
    assert kept.progressions[0].slug == "front_plank"
    assert loaded(own, folder) == LoadReport(unchanged=TOTAL - 1)


def test_an_exercise_that_comes_back_is_there_again(own: Database, folder: Path) -> None:
    loaded(own)
    first = contents(own)["exercise_links"]
    loaded(own, without(folder, "bird_dog"))
    assert loaded(own).changed >= 1
    assert len(slugs(own)) == 87
    assert contents(own)["exercise_links"] == first
    with own.reading() as db:
        assert service.read_exercise(db, "bird_dog").exercise.retired_at is None


def test_a_reference_that_left_the_seeds_is_retired(own: Database, folder: Path) -> None:
    loaded(own)
    assert loaded(own, without(folder, "kujala1993", "references.toml")) == LoadReport(unchanged=TOTAL - 1, removed=1)
    with own.reading() as db:
        listed = service.list_references(db, ReferenceFilter(), ALL_REFERENCES).items
        assert "kujala1993" not in {reference.key for reference in listed}
        assert service.read_reference(db, "kujala1993")[0].retired_at is not None


BROKEN = [
    (
        "exercises.toml",
        'progressions = ["front_plank"]',
        'progressions = ["flying"]',
        "bird_dog: progressions: .*flying",
    ),
    ("exercises.toml", 'regressions = ["dead_bug"]', 'regressions = ["flying"]', "bird_dog: regressions: .*flying"),
    (
        "exercises.toml",
        'evidence = ["rabin2014"]',
        'evidence = ["rumour"]',
        "ankle_band_mobilisation: evidence: .*rumour",
    ),
    (
        "exercises.toml",
        'group = "ankle_mobility_calf"',
        'group = "ankle"',
        "ankle_band_mobilisation: group: 'ankle' is none",
    ),
    (
        "exercises.toml",
        'targets = ["ankle_',
        'targets = ["toe", "ankle_',
        "ankle_band_mobilisation: targets: 'toe' is none",
    ),
    ("exercises.toml", 'pfj_load = "low"', 'pfj_load = "light"', "ankle_band_mobilisation: pfj_load: 'light' is none"),
    ("exercises.toml", "peak_knee_flexion_deg = 50", "peak_knee_flexion_deg = 500", "peak_knee_flexion_deg: 500"),
    (
        "exercises.toml",
        "peak_knee_flexion_deg = 50",
        'peak_knee_flexion_deg = "50"',
        "peak_knee_flexion_deg: '50' is no",
    ),
    ("exercises.toml", "peak_knee_flexion_deg = 50\n", "", "peak_knee_flexion_deg: is missing"),
    ("exercises.toml", "{ sets = 3", "{ sets = true", "ankle_band_mobilisation: dosage.sets: True is no whole number"),
    ("exercises.toml", "{ sets = 3", "{ series = 3, sets = 3", "ankle_band_mobilisation: dosage.series: is not known"),
    ("exercises.toml", 'chain = "closed"', 'chian = "closed"', "ankle_band_mobilisation: chain: is missing"),
    (
        "exercises.toml",
        'chain = "closed"',
        'chain = "closed"\nside = "left"',
        "ankle_band_mobilisation: side: is not known",
    ),
    (
        "exercises.toml",
        'equipment = ["heavy band", "step"]',
        'equipment = "step"',
        "equipment: 'step' is no list of texts",
    ),
    ("exercises.toml", "[bird_dog]", "[band_side_step]", "exercises.toml: file: .*band_side_step"),
    ("exercises.toml", "[bird_dog]", "[Bird-Dog]", "Bird-Dog: slug: has not"),
    ("references.toml", 'basis = "read"', 'basis = "hearsay"', "acupuncture_pfps_page: basis: 'hearsay' is none"),
    ("references.toml", "year = 2023", 'year = "2023"', "akps_pmc_table: year: '2023' is no whole number"),
    (
        "references.toml",
        "[rabin2014]",
        "[rabin2099]",
        "ankle_band_mobilisation: evidence: there is no reference rabin2014",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "complaint"), BROKEN, ids=[row[3][:50] for row in BROKEN])
def test_a_broken_seed_is_refused_by_name_before_anything_is_stored(
    database: Database, folder: Path, file: str, old: str, new: str, complaint: str
) -> None:
    before = contents(database)
    with database.writing() as db:
        with pytest.raises(BrokenLibrary, match=complaint):
            load(db, change(folder, old, new, file))
        db.commit()
    assert contents(database) == before


def test_two_servers_that_load_at_the_same_moment_load_once(own: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: loaded(own), range(4)))
    assert sum(report.created + report.changed + report.unchanged for report in reports) == 4 * TOTAL
    assert len(slugs(own)) == 87
    assert loaded(own) == LoadReport(unchanged=TOTAL)


def test_who_loads_waits_longer_for_others_than_a_request_does(own: Database) -> None:
    with own.writing.begin() as db:
        load(db)
        if db.get_bind().dialect.name == "postgresql":
            assert db.scalar(text("SHOW lock_timeout")) == db.scalar(text("SHOW statement_timeout")) == "1min"
    with own.writing.begin() as db:
        if db.get_bind().dialect.name == "postgresql":
            assert db.scalar(text("SHOW lock_timeout")) == "2s"


def test_a_search_in_another_language_finds_the_same_on_both_databases(own: Database, folder: Path) -> None:
    loaded(own, change(folder, '"Bird dog"', '"ÜHU auf dem Straßenfloß"'))
    for q in ("ühu", "Ühu", "ÜHU", "U\u0308hu", "STRASSENFLOSS", "straßenfloß"):
        assert slugs(own, q=q) == ["bird_dog"]
    assert slugs(own, q="uhu") == []


def test_names_sort_by_letter_on_both_databases(own: Database, folder: Path) -> None:
    changed = change(folder, '"Bird dog"', '"_Zuerst"')
    loaded(own, change(changed, '"Side stepping with band"', '"éclair step"'))
    by_name = Window(Order("name", descending=False), None, 1000)
    with own.reading() as db:
        names = [e.name for e in service.list_exercises(db, ExerciseFilter(), by_name).items]
    assert names == sorted(names, key=str.casefold)
    assert names[-1] == "éclair step"


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("exercises", "slug"),
        ("exercises", "sort_name"),
        ("exercises", "group"),
        ("exercise_tags", "value"),
        ("exercise_links", "to_slug"),
        ("exercise_evidence", "reference_key"),
        ("evidence_references", "key"),
    ],
)
def test_postgresql_sorts_by_code_point_whatever_language_it_speaks(
    database: Database, table: str, column: str
) -> None:
    if database.dialect != "postgresql":
        pytest.skip("SQLite knows no other order")
    columns = {found["name"]: found["type"] for found in inspect(database.writer).get_columns(table)}
    assert columns[column].collation == "C"


def test_no_step_of_the_library_leads_in_a_circle(own: Database) -> None:
    loaded(own)
    with own.reading() as db:
        steps = {e.slug: e.progressions for e in service.list_exercises(db, ExerciseFilter(), EVERYTHING).items}

    def reached(slug: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        return seen.union(*(reached(step, seen | {step}) for step in steps[slug] if step not in seen))

    assert [slug for slug in steps if slug in reached(slug)] == []


def test_an_unknown_name_is_not_found_in_an_empty_library(own: Database) -> None:
    with own.reading() as db, pytest.raises(NotVisible):
        service.read_exercise(db, "bird_dog")
