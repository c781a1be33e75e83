"""An application in which a route says nothing of who may call it does not start."""

from __future__ import annotations

import dataclasses

import pytest
from flask import Flask, Response
from werkzeug.routing import Rule

from app import factory
from app.consent.domain import TABLE, Access
from app.consent.domain.clinics import ClinicRole
from app.db.engine import Database
from app.factory import RouteWithoutPermission, create_app
from app.kernel.permissions import Permission, Role
from app.settings import Mode, Settings, SettingsIncomplete
from app.web.feature import Feature
from app.web.openapi import declared

PLANTED = "planted"
OF_THE_LIBRARY = {Permission.LIBRARY_READ, Permission.EXERCISES_OWN}


def _feature_with_an_open_route() -> Feature:
    feature = Feature(PLANTED, "A route without a permission.")

    @feature.blueprint.route("/v1/planted")
    def planted() -> Response:
        """Answer anybody."""
        return Response("hello")

    return feature


def rules(app: Flask) -> list[Rule]:
    """Return every route of the application."""
    return list(app.url_map.iter_rules())


def unfitting(app: Flask) -> list[str]:
    """Return routes whose permission is about a patient while their path names none, or the other way round.

    A permission that the table gives to a patient, or to a scope of a link, is asked of the patient in the
    path (`patient_id`); on a route without one nobody would hold it. One that it gives to roles is asked of no patient.
    In the same way a clinic's own permission is asked of the clinic in the path (`clinic_id`), and no other is.
    """
    found = []
    for rule in rules(app):
        said = declared(app, rule.endpoint)
        access = TABLE.get(said.permission) if said else None
        asked_of = ("patient_id" in rule.arguments, "clinic_id" in rule.arguments)
        if access is not None and (access.is_of_a_patient, access.clinic is not None) != asked_of:
            found.append(f"{rule.rule} needs {said.permission if said else None}")
    return found


def test_every_route_declares_a_permission(app: Flask) -> None:
    assert [rule.rule for rule in rules(app) if declared(app, rule.endpoint) is None] == []


def test_every_permission_fits_its_path(app: Flask) -> None:
    assert unfitting(app) == []


def from_a_standby(app: Flask) -> list[tuple[str, Rule]]:
    """Return the routes that a standby may answer, each with its feature."""
    found = [rule for rule in rules(app) if getattr(declared(app, rule.endpoint), "replica", False)]
    return [(rule.endpoint.split(".")[0], rule) for rule in found]


def test_only_what_reads_and_is_no_answer_to_one_s_own_phone_may_come_from_a_standby(app: Flask) -> None:
    """A pull, an advice, who is let in and who looked are the primary's: there the newest is what it is about."""
    features = {feature for feature, _ in from_a_standby(app)}
    methods = {method for _, rule in from_a_standby(app) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert features == {"review", "library", "interop", "programmes", "outcomes", "console"}
    assert methods == {"GET"}
    assert {rule.rule for feature, rule in from_a_standby(app) if feature == "console"} == {
        "/console/caseload",
        "/console/patients/<id:patient_id>/course",
        "/console/patients/<id:patient_id>/record",
        "/console/patients/<id:patient_id>/report.pdf",
    }
    elsewhere = {rule.endpoint for feature, rule in from_a_standby(app) if feature in ("programmes", "outcomes")}
    assert {declared(app, endpoint).permission for endpoint in elsewhere} == {Permission.LIBRARY_READ}  # type: ignore[union-attr]


def test_whatever_is_read_of_the_library_may_come_from_a_standby(app: Flask) -> None:
    asked = [rule for rule in rules(app) if "GET" in (rule.methods or ())]
    reads = {rule.rule for rule in asked if getattr(declared(app, rule.endpoint), "permission", None) in OF_THE_LIBRARY}
    assert reads - {rule.rule for _, rule in from_a_standby(app)} == {"/v1/exercise-words"}  # no database holds those


def test_a_permission_that_does_not_fit_its_path_is_seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, Permission.CARE_LINKS_MANAGE, Access(roles=frozenset(Role)))
    assert any("care-links" in route for route in unfitting(app))


def test_a_clinic_s_permission_on_a_route_without_a_clinic_is_seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, Permission.LIBRARY_READ, Access(clinic=ClinicRole.MEMBER))
    assert any("/v1/exercises" in route for route in unfitting(app))


def test_an_application_with_an_undeclared_route_does_not_start(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factory, "FEATURES", [*factory.FEATURES, _feature_with_an_open_route()])
    with pytest.raises(RouteWithoutPermission, match="/v1/planted"):
        create_app(settings, database)


def test_an_application_with_a_gap_in_the_table_does_not_start(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(TABLE, Permission.OWN_ACCOUNT)
    with pytest.raises(RouteWithoutPermission, match="every permission"):
        create_app(settings, database)


def test_production_does_not_start_without_a_signing_key(settings: Settings, database: Database, tmp_path) -> None:
    bare = dataclasses.replace(settings, mode=Mode.PRODUCTION, var_dir=tmp_path)
    with pytest.raises(SettingsIncomplete, match="signing key"):
        create_app(bare, database)


def test_only_these_operations_are_public(app: Flask) -> None:
    public = {
        r.rule for r in rules(app) if (said := declared(app, r.endpoint)) and said.permission is Permission.PUBLIC
    }
    assert public == {
        "/console",
        "/console/<path:rest>",
        "/console/language",
        "/console/login",
        "/console/login/code",
        "/console/static/<name>",
        "/docs",
        "/docs/<name>",
        "/fhir/metadata",
        "/health/live",
        "/health/ready",
        "/metrics",
        "/openapi.json",
        "/v1/.well-known/jwks.json",
        "/v1/accounts",
        "/v1/auth/login",
        "/v1/auth/reset",
        "/v1/auth/reset/completion",
        "/v1/auth/token",
        "/v1/calendars/<name>.ics",
    }
