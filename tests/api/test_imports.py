"""A file of many runs comes in once, whatever is sent again; of each thing in it is said what became of it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.interop.importer import work_on_imports
from app.interop.service import importing
from app.kernel.ids import new_id
from tests.builders.exports import (
    IOS_16_TYPE,
    a_strava_export,
    a_workout,
    a_zip,
    an_apple_export,
    gzipped,
    run_file,
)
from tests.builders.people import People, Person
from tests.levels import SQLITE_FIRST

FENIX, TCX, HILLS = "garmin-fenix-5-run.fit", "no_hr.tcx", "korita-zbevnica.gpx"
Json = dict[str, Any]


def send(person: Person, content: bytes, name: str = "runs.zip", path: str = "/v1/imports", **form: str) -> Any:
    """Send a file."""
    data = {"file": (io.BytesIO(content), name), **form}
    sent = {"Authorization": f"Bearer {person.token}"}
    answer = person.client.post(path, data=data, headers=sent, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # a long form of the test client is a file
    return answer


def imported(app: Flask, person: Person, content: bytes, name: str = "runs.zip", **form: str) -> Json:
    """Send a file, have it worked on, and return the import as it is then."""
    answer = send(person, content, name, **form)
    assert answer.status_code == 202, answer.json
    work_on_imports(app)
    return dict(person.get(answer.headers["Location"]).json)


def items(person: Person, one: Json, query: str = "") -> list[Json]:
    """Return what became of the things in a file."""
    return list(person.get(f"/v1/imports/{one['id']}/items{query}").json["items"])


def told(person: Person, one: Json) -> list[tuple[str, str, str | None]]:
    """Return (name, outcome, code) of each."""
    return [(item["name"], item["outcome"], item["code"]) for item in items(person, one)]


def runs(person: Person) -> list[Json]:
    """Return the person's runs."""
    return list(person.get("/v1/patients/{me}/runs").json["items"])


def the_archive() -> bytes:
    """Return an archive of files of all kinds, some of which are none."""
    return a_zip(
        {
            "2015/easy.fit": run_file(FENIX),
            "2015/again.fit.gz": gzipped(run_file(FENIX)),
            "lake.tcx": run_file(TCX),
            "lake from another app.tcx": run_file("test.tcx"),
            "hills.gpx": run_file(HILLS),
            "pool.fit": run_file("event_timestamp.fit"),
            "line.gpx": run_file("Mojstrovka.gpx"),
            "cut.fit": run_file(FENIX)[:900],
            "notes.txt": b"nothing to see",
            "inner.zip": a_zip({"easy.fit": run_file(FENIX)}),
            "../../etc/passwd": b"x",
            "__MACOSX/._easy.fit": b"x",
        }
    )


def test_of_each_file_in_an_archive_is_said_what_became_of_it(app: Flask, people: People) -> None:
    person = people.patient()
    answer = send(person, the_archive())
    assert answer.status_code == 202
    assert (answer.json["state"], answer.json["done"], answer.json["total"]) == ("waiting", 0, None)
    work_on_imports(app)
    one = person.get(answer.headers["Location"]).json
    assert told(person, one) == [
        ("2015/easy.fit", "imported", None),
        ("2015/again.fit.gz", "duplicate", None),
        ("lake.tcx", "imported", None),
        ("lake from another app.tcx", "duplicate", None),
        ("hills.gpx", "skipped", "sport_unknown"),
        ("pool.fit", "skipped", "not_a_run"),
        ("line.gpx", "refused", "run_file_without_times"),
        ("cut.fit", "refused", "run_file_truncated"),
        ("notes.txt", "refused", "run_file_unknown_format"),
        ("inner.zip", "refused", "archive_in_archive"),
        ("../../etc/passwd", "refused", "unsafe_name"),
    ]
    assert one["outcomes"] == {"imported": 2, "duplicate": 2, "skipped": 2, "refused": 5}
    assert (one["state"], one["kind"], one["done"], one["total"]) == ("done", "zip", 11, 11)
    assert one["bytes_read"] == one["bytes_total"] > 0
    kept = {run["id"]: run for run in runs(person)}
    first, again, lake, other = items(person, one)[:4]
    assert set(kept) == {first["run_id"], lake["run_id"]}
    assert (again["run_id"], other["run_id"]) == (first["run_id"], lake["run_id"])
    assert (kept[first["run_id"]]["distance_m"], kept[first["run_id"]]["source"]) == (158, "fit")


def test_a_duplicate_of_what_was_typed_in_by_hand_is_recognised(app: Flask, people: People) -> None:
    person = people.patient()
    run = {"id": str(new_id()), "performed_at": "2024-03-02T06:31:00+00:00", "zone": "Europe/Berlin"}
    assert person.post("/v1/patients/{me}/runs", {**run, "distance_m": 5100, "duration_s": 1860}).status_code == 201
    one = imported(app, person, an_apple_export(a_workout(0) + a_workout(1)))
    assert [(item["outcome"], item["run_id"] == run["id"]) for item in items(person, one)] == [
        ("duplicate", True),
        ("imported", False),
    ]
    assert len(runs(person)) == 2


@pytest.mark.parametrize(
    ("changes", "is_new"),
    [
        ({"performed_at": "2024-03-02T06:34:30+00:00"}, True),
        ({"distance_m": 6200}, True),
        ({"duration_s": 2400}, True),
        ({"distance_m": 4800, "duration_s": 1920}, False),
        ({"performed_at": "2024-03-02T06:28:00+00:00", "duration_s": None}, False),
        ({"performed_at": "2024-03-02T06:28:00+00:00", "duration_s": 100, "distance_m": None}, True),
    ],
    ids=["later", "longer way", "longer time", "another receiver", "no time told", "over before the other began"],
)
def test_what_differs_too_much_is_another_run(app: Flask, people: People, changes: Json, is_new: bool) -> None:
    person = people.patient()
    run = {"id": str(new_id()), "performed_at": "2024-03-02T06:30:00+00:00", "zone": "Europe/Berlin"}
    run |= {"distance_m": 5000, "duration_s": 1800} | changes
    assert person.post("/v1/patients/{me}/runs", run).status_code == 201
    one = imported(app, person, an_apple_export(a_workout(0)))
    assert one["outcomes"]["imported"] == int(is_new)


def test_the_same_file_again_is_the_same_import_and_changes_nothing(app: Flask, people: People) -> None:
    person = people.patient()
    one = imported(app, person, the_archive())
    before = runs(person)
    again = send(person, the_archive(), name="renamed.zip")
    work_on_imports(app)
    assert (again.status_code, again.json["id"]) == (200, one["id"])
    assert person.send("DELETE", f"/v1/imports/{one['id']}").status_code == 204
    third = imported(app, person, the_archive())
    assert third["outcomes"] == {"imported": 0, "duplicate": 4, "skipped": 2, "refused": 5}
    assert runs(person) == before


def test_a_run_that_was_deleted_does_not_come_back(app: Flask, people: People) -> None:
    person = people.patient()
    one = imported(app, person, a_zip({"easy.fit": run_file(FENIX)}))
    (run,) = runs(person)
    deleted = person.send(
        "DELETE", f"/v1/patients/{person.id}/runs/{run['id']}", headers={"If-Match": f'"{run["ver"]}"'}
    )
    assert deleted.status_code == 204
    person.send("DELETE", f"/v1/imports/{one['id']}")
    again = imported(app, person, a_zip({"easy.fit": run_file(FENIX)}))
    assert told(person, again) == [("easy.fit", "skipped", "deleted_before")]
    assert runs(person) == []


def test_a_strava_export_is_taken_by_its_table(app: Flask, people: People) -> None:
    person = people.patient()
    rows = [
        ("Run", "activities/1.fit.gz"),
        ("Ride", "activities/2.gpx"),
        ("Run", ""),
        ("Run", "activities/4.gpx"),
        ("Run", "activities/5.tcx.gz"),
    ]
    files = {
        "activities/1.fit.gz": gzipped(run_file(FENIX)),
        "activities/2.gpx": run_file(HILLS),
        "activities/4.gpx": run_file(HILLS),
    }
    one = imported(app, person, a_strava_export(rows, files))
    assert one["kind"] == "strava"
    assert told(person, one) == [
        ("activities/1.fit.gz", "imported", None),
        ("activities/2.gpx", "skipped", "not_a_run"),
        ("activity 3", "skipped", "without_file"),
        ("activities/4.gpx", "imported", None),
        ("activities/5.tcx.gz", "refused", "file_missing"),
    ]


def test_a_strava_export_in_another_language_is_refused_with_the_reason(app: Flask, people: People) -> None:
    person = people.patient()
    head = "Aktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Verstrichene Zeit,Distanz,Dateiname,Zeit"
    export = a_strava_export([("Lauf", "activities/1.fit")], {"activities/1.fit": run_file(FENIX)}, head)
    one = imported(app, person, export)
    assert (one["state"], one["refused_as"], one["outcomes"]["imported"]) == ("refused", "export_localised", 0)


def test_an_apple_health_export_gives_its_running_workouts(app: Flask, people: People) -> None:
    person = people.patient("Europe/Berlin")
    route = '<gpx><trk><trkseg><trkpt lon="-74.0" lat="40.7"></trkpt></trkseg></trk></gpx>'
    reference = '<WorkoutRoute><FileReference path="/workout-routes/a.gpx"/></WorkoutRoute>'
    body = (
        a_workout(0, inner='<MetadataEntry key="HKTimeZone" value="Asia/Tokyo"/>')
        + a_workout(1, inner=reference)
        + a_workout(2, kind="Cycling")
        + a_workout(
            3,
            totalDistance="",
            inner='<WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="3.0" unit="mi"/>'
            '<MetadataEntry key="HKIndoorWorkout" value="1"/>',
        )
        + a_workout(4, durationUnit="fortnight")
        + a_workout(0, app="Another app")
    )
    one = imported(app, person, an_apple_export(body, a=route), name="export.zip")
    assert (one["kind"], one["total"]) == ("apple_health", 6)
    found = items(person, one)
    assert [(item["outcome"], item["code"], item["zone_from"]) for item in found] == [
        ("imported", None, "file"),
        ("imported", None, "position"),
        ("skipped", "not_a_run", None),
        ("imported", None, "account"),
        ("refused", "run_file_not_readable", None),
        ("duplicate", None, "account"),
    ]
    kept = {run["id"]: run for run in runs(person)}
    first, second, _, fourth = (kept.get(item["run_id"]) for item in found[:4])
    assert (first["zone"], first["duration_s"], first["distance_m"]) == ("Asia/Tokyo", 1800, 5000)
    assert second["zone"] == "America/New_York"
    assert (fourth["distance_m"], fourth["surface"], fourth["source"]) == (4828, "treadmill", "apple_health")


def test_the_broken_document_type_of_ios_16_is_read(app: Flask, people: People) -> None:
    person = people.patient()
    one = imported(app, person, an_apple_export(a_workout(), IOS_16_TYPE))
    assert (one["state"], one["outcomes"]["imported"]) == ("done", 1)


def test_what_was_read_before_an_export_breaks_stays_and_is_told(app: Flask, people: People) -> None:
    person = people.patient()
    one = imported(app, person, an_apple_export(a_workout() + "<Record"))
    assert (one["state"], one["refused_as"], one["outcomes"]["imported"]) == ("refused", "export_xml_broken", 1)


def test_the_zone_that_is_told_holds_for_every_run(app: Flask, people: People) -> None:
    person = people.patient()
    one = imported(app, person, an_apple_export(a_workout()), zone="America/Bogota")
    assert [item["zone_from"] for item in items(person, one)] == ["form"]
    assert [run["zone"] for run in runs(person)] == ["America/Bogota"]


def test_the_file_is_kept_as_it_came_until_the_import_is_deleted(app: Flask, people: People) -> None:
    person, content = people.patient(), the_archive()
    one = imported(app, person, content)
    kept = person.get(f"/v1/imports/{one['id']}/original")
    assert (kept.status_code, kept.data == content) == (200, True)
    assert kept.headers["Content-Type"] == "application/octet-stream"
    assert person.send("DELETE", f"/v1/imports/{one['id']}").status_code == 204
    assert person.get(f"/v1/imports/{one['id']}/original").status_code == 404
    assert len(runs(person)) == 2


def test_the_file_of_a_single_run_is_kept_too_and_the_same_run_is_recognised(people: People) -> None:
    person = people.patient()
    first = send(person, run_file(TCX), "lake.tcx", "/v1/runs/import")
    again = send(person, run_file("test.tcx"), "app.tcx", "/v1/runs/import")
    assert [first.status_code, again.status_code] == [201, 200]
    assert again.json["run"]["id"] == first.json["run"]["id"]
    kept = person.get(f"/v1/imports/{first.json['import_id']}/original")
    assert kept.data == run_file(TCX)


def test_an_import_that_is_cancelled_takes_nothing_more_and_goes_on_when_it_is_sent_again(
    app: Flask, people: People
) -> None:
    person, content = people.patient(), a_zip({"easy.fit": run_file(FENIX)})
    one = send(person, content).json
    cancelled = person.post(f"/v1/imports/{one['id']}/cancellation")
    assert (cancelled.status_code, cancelled.json["state"]) == (200, "cancelled")
    work_on_imports(app)
    assert runs(person) == []
    again = send(person, content)
    assert (again.status_code, again.json["id"], again.json["state"]) == (200, one["id"], "waiting")
    work_on_imports(app)
    assert len(runs(person)) == 1
    assert person.post(f"/v1/imports/{one['id']}/cancellation").json["code"] == "import_over"


def test_only_so_much_waits_and_is_kept_for_one_person(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = people.patient()
    codes = [send(person, a_zip({f"{number}.txt": b"x"})).json.get("code") for number in range(4)]
    assert codes == [None, None, None, "too_many_imports"]
    work_on_imports(app)
    monkeypatch.setattr("app.interop.service.imports.MOST_KEPT_BYTES", 400)
    assert send(person, a_zip({"5.txt": b"x"})).json["code"] == "originals_full"
    single = send(person, run_file(FENIX), "easy.fit", "/v1/runs/import")
    assert (single.status_code, single.json["import_id"]) == (201, None)


def test_pages_of_imports_and_of_things_follow_each_other(app: Flask, people: People) -> None:
    person = people.patient()
    one = imported(app, person, the_archive())
    two = imported(app, person, an_apple_export(a_workout()))
    page = person.get("/v1/imports?limit=1").json
    rest = person.get(f"/v1/imports?limit=1&cursor={page['next_cursor']}").json
    assert [page["items"][0]["id"], rest["items"][0]["id"], rest["next_cursor"]] == [two["id"], one["id"], None]
    path, numbers, cursor = f"/v1/imports/{one['id']}/items?outcome=refused&limit=2", [], ""
    while True:
        page = person.get(path + cursor).json
        numbers += [item["number"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert numbers == [6, 7, 8, 9, 10]


class Killed(BaseException):
    """The process that works on an import ends in the middle of it."""


def killed_in_the_middle(app: Flask, monkeypatch: pytest.MonkeyPatch, handfuls: int) -> None:
    """Work on imports, one thing at a time, until the process is killed before it commits the next one."""
    told = []

    def die(*_: Any) -> None:
        told.append(1)
        if len(told) > handfuls:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("app.interop.service.importing.HANDFUL", 1)
        patched.setattr("app.interop.service.importing.LEASE", timedelta(0))
        patched.setitem(app.extensions, "trochlea.listener", die)
        with pytest.raises(Killed):
            work_on_imports(app)


@pytest.mark.parametrize("kind", ["zip", "apple_health"])
def test_a_kill_in_the_middle_loses_nothing_and_doubles_nothing(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    person = people.patient()
    archive = a_zip({"lake.tcx": run_file(TCX), "x.txt": b"x", "easy.fit": run_file(FENIX)})
    export = archive if kind == "zip" else an_apple_export(a_workout(0) + a_workout(1, kind="Cycling") + a_workout(2))
    one = send(person, export).json
    killed_in_the_middle(app, monkeypatch, handfuls=1)
    half = person.get(f"/v1/imports/{one['id']}").json
    assert (half["state"], half["done"], len(runs(person))) == ("working", 2, 1)
    work_on_imports(app)
    whole = person.get(f"/v1/imports/{one['id']}").json
    assert (whole["state"], whole["done"], whole["total"]) == ("done", 3, 3)
    assert [item["number"] for item in items(person, whole)] == [0, 1, 2]
    assert (whole["outcomes"]["imported"], len(runs(person))) == (2, 2)


@SQLITE_FIRST
def test_an_import_that_kills_whoever_works_on_it_is_given_up(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = people.patient()
    one = send(person, a_zip({"easy.fit": run_file(FENIX)})).json
    for _ in range(5):
        killed_in_the_middle(app, monkeypatch, handfuls=0)
    work_on_imports(app)
    given_up = person.get(f"/v1/imports/{one['id']}").json
    assert (given_up["state"], given_up["refused_as"]) == ("refused", "export_interrupted")
    assert runs(person) == []


def test_a_cancelled_import_stops_between_two_handfuls(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = people.patient()
    one = send(person, an_apple_export(a_workout(0) + a_workout(1) + a_workout(2))).json
    monkeypatch.setattr("app.interop.service.importing.HANDFUL", 1)
    take, taken = importing.take_run, []

    def take_and_cancel(*given: Any, **more: Any) -> Any:
        taken.append(1)
        return take(*given, **more)

    def cancel_after(found: Any) -> Any:
        for number, handful in enumerate(handfuls(found)):
            if number == 1:
                person.post(f"/v1/imports/{one['id']}/cancellation")
            yield handful

    handfuls = importing.handfuls
    monkeypatch.setattr(importing, "handfuls", cancel_after)
    monkeypatch.setattr(importing, "take_run", take_and_cancel)
    work_on_imports(app)
    assert (len(taken), len(runs(person))) == (1, 1)
    assert person.get(f"/v1/imports/{one['id']}").json["state"] == "cancelled"
