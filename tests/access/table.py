"""Who may do what, operation by operation: written by hand, so that it says what was meant and not what was built.

A row of a patient's operation says what a therapist needs: scopes (all of them), ANY (one of any kind) or NOBODY (it
is the patient's alone). The patient may, unless the row says otherwise. All else is answered as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.interop.service.fhir import TYPES as FHIR_TYPES
from app.kernel.ids import new_id
from tests.access.world import ENTRIES, Json, Patient, World, an_invitation, an_override, confirmation_of, soon
from tests.api.test_own_exercises import an_exercise
from tests.builders.devices import an_id
from tests.builders.plans import a_plan, an_order
from tests.builders.plans import an_exercise as a_prescribed
from tests.builders.subscribers import a_subscription

Body = Callable[[World, Patient], Any]
SESSIONS, PAIN, ADVICE, PLAN, MESSAGE = "sessions.read", "pain.read", "advice.read", "plan.write", "message"
ANY = frozenset({"any"})
NOBODY: frozenset[str] = frozenset()
PATIENT, THERAPIST, ADMIN = "patient", "therapist", "admin"
EVERYONE = frozenset({PATIENT, THERAPIST, ADMIN})


@dataclass(frozen=True)
class OfPatient:
    """An operation on what is a patient's."""

    needs: frozenset[str] = NOBODY
    patient: bool = True
    body: Body | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    tag: str | None = None
    unless: Mapping[str, int] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True)
class OfRole:
    """An operation on what is no patient's: for roles, and where it names a thing, for those to whom it belongs."""

    roles: frozenset[str]
    belongs_to: frozenset[str] | None = None
    body: Body | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    tag: str | None = None
    unless: Mapping[str, int] = field(default_factory=dict)
    form: Callable[[], Json] | None = None


@dataclass(frozen=True)
class OfClinic:
    """An operation in a clinic: for its members, or for its admins alone."""

    admins_only: bool = False
    body: Body | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    unless: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Public:
    """An operation that asks nobody who they are."""


Row = OfPatient | OfRole | OfClinic | Public


def _needs(*scopes: str) -> frozenset[str]:
    return frozenset(scopes)


def _entry(path: str, singular: str, read: frozenset[str], write: frozenset[str] = NOBODY) -> dict[str, Row]:
    def body(_: World, __: Patient) -> Json:
        return {"id": an_id(), **ENTRIES[path](1)}

    ids = {"entry_id": path}
    return {
        f"list_{path.replace('-', '_')}": OfPatient(read),
        f"create_{singular}": OfPatient(write, body=body),
        f"get_{singular}": OfPatient(read, ids=ids),
        f"correct_{singular}": OfPatient(write, body=lambda *_: {"note": "x"}, ids=ids, tag=path),
        f"delete_{singular}": OfPatient(write, ids=ids, tag=path),
    }


def some_reminders() -> Json:
    """Return what somebody wants to be reminded of."""
    wants = dict.fromkeys(("session_due", "morning_score_missing", "review_due"), False)
    return {**wants, "remind_at": "17:00", "quiet_from": "21:00", "quiet_until": "08:00", "language": "en"}


def _fhir() -> dict[str, OfRole | Public]:
    """Return the rows of FHIR; whose a search asks about is in its query, and test_fhir has the rest of it."""
    both = _needs(PATIENT, THERAPIST)
    rows: dict[str, OfRole | Public] = {
        "read_fhir_metadata": Public(),
        "search_fhir_patients": OfRole(both),
        "search_fhir_questionnaires": OfRole(both),
        "read_fhir_questionnaire": OfRole(both, unless={PATIENT: 404, THERAPIST: 404}),
    }
    for one in FHIR_TYPES:
        rows[f"search_fhir_{one.lower()}"] = OfRole(both, unless={THERAPIST: 422})
        rows[f"read_fhir_{one.lower()}"] = OfRole(both, unless={PATIENT: 404, THERAPIST: 404})
    return rows


def _dated(**more: Any) -> Body:
    return lambda *_: {**more}


def _review(*_: Any) -> Json:
    return {"revision": "x", "status": "under_review", "reason": "x"}


def _push(_: World, patient: Patient) -> Json:
    return {"epoch": patient.ids["epoch"], "ops": []}


def _policy(*_: Any) -> Json:
    return {"preset": "running_pain_3_of_10", "policy_overrides": {}, "reason": "x"}


_READ = _needs(SESSIONS)
_LIBRARY = OfRole(EVERYONE)
LIBRARY_READS = [
    "list_articles",
    "list_claims",
    "list_evidence_questions",
    "list_exercise_groups",
    "list_exercises",
    "list_exercise_words",
    "list_instruments",
    "list_protocols",
    "list_references",
    "list_favourites",
    "get_sync_config",
    "list_streams",
    "pull_library_changes",
    "get_consent_text",
    "get_me",
    "list_devices",
    "get_second_factor",
]
ONE_OF_THE_LIBRARY = {
    "get_article": "slug",
    "get_claim": "slug",
    "get_evidence_question": "slug",
    "get_exercise": "slug",
    "get_protocol": "slug",
    "get_reference": "key",
    "get_instrument": "instrument",
    "get_instrument_texts": "instrument",
}

ROWS: dict[str, Row] = {
    **dict.fromkeys(
        [
            "get_docs_page",
            "get_docs_file",
            "get_liveness",
            "get_readiness",
            "get_openapi_document",
            "register_account",
            "log_in",
            "refresh_token",
            "order_reset",
            "get_metrics",
            "get_signing_keys",
            "complete_reset",
        ],
        Public(),
    ),
    **dict.fromkeys(LIBRARY_READS, _LIBRARY),
    **{name: OfRole(EVERYONE, unless=dict.fromkeys(EVERYONE, 404)) for name in ONE_OF_THE_LIBRARY},
    "get_caseload": OfRole(_needs(THERAPIST)),
    "get_reminders": OfRole(EVERYONE),
    "put_reminders": OfRole(EVERYONE, body=lambda *_: some_reminders()),
    "open_calendar": OfRole(_needs(PATIENT)),
    "get_calendar_state": OfRole(_needs(PATIENT)),
    "close_calendar": OfRole(_needs(PATIENT)),
    "get_calendar": Public(),
    "get_push_key": OfRole(EVERYONE),
    "list_push_subscriptions": OfRole(EVERYONE),
    "create_push_subscription": OfRole(EVERYONE, body=lambda *_: a_subscription()),
    "delete_push_subscription": OfRole(EVERYONE, frozenset({"patient", "second_device"}), ids={"push_id": "push_id"}),
    "list_webhooks": OfRole(_needs(THERAPIST)),
    "create_webhook": OfRole(
        _needs(THERAPIST), body=lambda *_: {"id": str(new_id()), "url": "https://clinic.example.org/hook"}
    ),
    "delete_webhook": OfRole(_needs(THERAPIST), _needs("all_scopes"), ids={"webhook_id": "webhook_id"}),
    "log_out": OfRole(EVERYONE),
    "enrol_second_factor": OfRole(
        EVERYONE, body=lambda *_: {"password": "not this one"}, unless=dict.fromkeys(EVERYONE, 401)
    ),
    "change_password": OfRole(
        EVERYONE,
        body=lambda *_: {"password": "not this one", "new_password": "three geese on a hill"},
        unless=dict.fromkeys(EVERYONE, 403),
    ),
    **dict.fromkeys(
        ["confirm_second_factor", "renew_recovery_codes", "remove_second_factor"],
        OfRole(EVERYONE, body=lambda *_: {"code": "000000"}, unless=dict.fromkeys(EVERYONE, 409)),
    ),
    "revoke_device": OfRole(EVERYONE, frozenset({"patient", "second_device"}), ids={"device_id": "ada.device_id"}),
    "keep_favourite": OfRole(EVERYONE, unless=dict.fromkeys(EVERYONE, 404)),
    "drop_favourite": OfRole(EVERYONE),
    "review_article": OfRole(_needs(THERAPIST, ADMIN), body=_review, unless={THERAPIST: 404, ADMIN: 404}),
    "review_claim": OfRole(_needs(THERAPIST, ADMIN), body=_review, unless={THERAPIST: 404, ADMIN: 404}),
    "evaluate_guidance": OfRole(EVERYONE, body=lambda *_: {}, unless=dict.fromkeys(EVERYONE, 422)),
    "put_instrument_texts": OfRole(_needs(ADMIN), body=lambda *_: {"items": []}, unless={ADMIN: 422}),
    "delete_instrument_texts": OfRole(_needs(ADMIN), unless={ADMIN: 404}),
    "create_own_exercise": OfRole(_needs(THERAPIST), body=lambda *_: an_exercise()),
    "get_own_exercise": OfRole(_needs(THERAPIST), _needs("all_scopes"), ids={"exercise_id": "exercise_id"}),
    "change_own_exercise": OfRole(
        _needs(THERAPIST),
        _needs("all_scopes"),
        ids={"exercise_id": "exercise_id"},
        tag="exercise",
        body=lambda *_: {"name": "x"},
    ),
    "retire_own_exercise": OfRole(
        _needs(THERAPIST), _needs("all_scopes"), ids={"exercise_id": "exercise_id"}, tag="exercise"
    ),
    "share_own_exercise": OfRole(
        _needs(THERAPIST), NOBODY, ids={"exercise_id": "exercise_id", "shared_with": "clinic_id"}
    ),
    "unshare_own_exercise": OfRole(
        _needs(THERAPIST), _needs("all_scopes"), ids={"exercise_id": "exercise_id", "shared_with": "clinic_id"}
    ),
    "import_run": OfRole(_needs(PATIENT), unless={PATIENT: 422}, form=dict),
    "list_imports": OfRole(_needs(PATIENT)),
    "create_import": OfRole(_needs(PATIENT), unless={PATIENT: 422}, form=dict),
    **dict.fromkeys(
        ["get_import", "list_import_items", "get_original", "cancel_import", "delete_import"],
        OfRole(_needs(PATIENT), frozenset({"patient", "second_device"}), ids={"import_id": "ada.import_id"}),
    ),
    "pull_many": OfRole(EVERYONE, body=lambda *_: {"streams": [], "limit": 10}, unless=dict.fromkeys(EVERYONE, 422)),
    # Consent
    "list_accesses": OfRole(_needs(PATIENT)),
    "create_invitation": OfRole(_needs(PATIENT, THERAPIST), body=lambda *_: an_invitation()),
    "list_invitations": OfRole(_needs(PATIENT, THERAPIST)),
    "accept_invitation": OfRole(
        _needs(PATIENT, THERAPIST), body=lambda *_: {"code": "AAAA"}, unless={PATIENT: 404, THERAPIST: 404}
    ),
    "confirm_invitation": OfRole(
        _needs(PATIENT),
        _needs("patient", "second_device"),
        ids={"invitation_id": "invitation_id"},
        body=lambda world, _: confirmation_of({"therapist_id": world.ids["invited"]}),
    ),
    "withdraw_invitation": OfRole(
        _needs(PATIENT, THERAPIST),
        _needs("patient", "second_device", "invited"),
        ids={"invitation_id": "invitation_id"},
    ),
    "found_clinic": OfRole(_needs(THERAPIST), body=lambda *_: {"id": str(new_id()), "name": "Another house"}),
    "list_clinics": OfRole(_needs(THERAPIST)),
    "list_clinic_members": OfClinic(),
    "leave_clinic": OfClinic(unless={"clinic_admin": 409}),
    "invite_clinic_member": OfClinic(admins_only=True),
    "remove_clinic_member": OfClinic(admins_only=True, ids={"account_id": "account_id"}),
    "name_clinic_admin": OfClinic(admins_only=True, ids={"account_id": "account_id"}),
    "drop_clinic_admin": OfClinic(admins_only=True, ids={"account_id": "account_id"}),
    "list_care_links": OfPatient(),
    "grant_care_link": OfPatient(
        body=lambda world, _: {
            "therapist_id": str(world.actors["never_linked"].id),  # type: ignore[union-attr]
            "scopes": ["pain.read"],
            "purpose": "x",
            "expires_at": soon(),
        }
    ),
    "revoke_care_link": OfPatient(ids={"link_id": "link_id"}),
    "confirm_care_link": OfPatient(
        ids={"link_id": "asked_link_id"}, body=lambda *_: {"expires_at": soon(60)}, unless={"other_patient": 404}
    ),
    "end_care": OfPatient(ANY, patient=False),
    # What was done and felt
    **_entry("check-ins", "check_in", _READ),
    **_entry("intakes", "intake", _READ),
    **_entry("measurements", "measurement", _needs(PAIN), _needs(PAIN, PLAN)),
    **_entry("pain-scores", "pain_score", _needs(PAIN)),
    **_entry("questionnaire-responses", "questionnaire_response", _needs(PAIN)),
    **_entry("red-flags", "red_flag", _needs(PAIN)),
    **_entry("runs", "run", _READ),
    **_entry("sessions", "session", _READ),
    **_entry("skips", "skip", _READ),
    **_entry("treatments", "treatment", _READ),
    "get_load": OfPatient(_READ),
    "get_outcomes": OfPatient(_needs(PAIN)),
    "get_outcomes_due": OfPatient(_needs(PAIN)),
    # Other systems
    **_fhir(),
    **{f"export_{name}": OfPatient(_READ) for name in ("runs", "sessions", "check_ins", "treatments")},
    **{
        f"export_{name}": OfPatient(_needs(PAIN)) for name in ("pain_scores", "questionnaire_responses", "measurements")
    },
    "list_data_points": OfPatient(_READ),
    "read_fhir_patient": OfPatient(ANY),
    "read_fhir_everything": OfPatient(ANY),
    # Guidance
    "get_advice": OfPatient(_needs(ADVICE)),
    "list_advice_history": OfPatient(_needs(ADVICE)),
    "get_given_advice": OfPatient(_needs(ADVICE), ids={"advice_id": "advice_id"}),
    "get_findings": OfPatient(_needs(PAIN, SESSIONS)),
    "list_orthosis_tests": OfPatient(_READ),
    "get_ladder": OfPatient(_needs(ADVICE)),
    "list_notices": OfPatient(_needs(ADVICE)),
    "list_overrides": OfPatient(_needs(ADVICE)),
    "create_override": OfPatient(
        _needs(PLAN),
        patient=False,
        body=lambda *_: an_override(),
        unless=dict.fromkeys(("all_scopes", "plan_only"), 409),
    ),
    "withdraw_override": OfPatient(
        _needs(PLAN), patient=False, ids={"override_id": "override_id"}, body=lambda *_: {"because": "x"}
    ),
    "get_policy": OfPatient(_needs(ADVICE)),
    "put_policy": OfPatient(_needs(PLAN), patient=False, tag="policy", body=_policy),
    "list_policies": OfPatient(_needs(ADVICE)),
    "list_red_flag_questions": OfPatient(_needs(PAIN)),
    "replay_guidance": OfPatient(_needs(ADVICE), body=lambda *_: {"since": soon(-3)[:10], "until": soon(-1)[:10]}),
    "list_pauses": OfPatient(_needs(ADVICE)),
    "close_pause": OfPatient(
        _needs(PLAN),
        ids={"pause_id": "pause_id"},
        body=lambda *_: {"note": "x"},
        unless=dict.fromkeys(("patient", "second_device", "other_patient"), 403),
    ),
    "list_stage_proposals": OfPatient(_needs(ADVICE)),
    "decide_stage_proposal": OfPatient(
        _needs(PLAN),
        patient=False,
        ids={"proposal_id": "proposal_id"},
        body=lambda *_: {"decision": "accept", "note": "x"},
        unless=dict.fromkeys(("all_scopes", "plan_only"), 404),
    ),
    # Programmes
    "list_programmes": OfPatient(_needs(PLAN)),
    "prescribe_programme": OfPatient(
        _needs(PLAN),
        body=lambda _, patient: an_order(replaces=patient.ids["programme_id"]),
        unless=dict.fromkeys(("patient", "second_device", "other_patient"), 403),
    ),
    "get_programme": OfPatient(_needs(PLAN), ids={"programme_id": "programme_id"}),
    "revise_programme": OfPatient(
        _needs(PLAN),
        patient=False,
        ids={"programme_id": "programme_id"},
        tag="programme",
        body=lambda *_: {"plan": a_plan(a_prescribed()), "reason": "x"},
    ),
    "list_programme_revisions": OfPatient(_needs(PLAN), ids={"programme_id": "programme_id"}),
    "get_programme_revision": OfPatient(_needs(PLAN), ids={"programme_id": "programme_id", "number": "=1"}),
    "list_dose_proposals": OfPatient(_needs(PLAN, PAIN, SESSIONS)),
    "get_due": OfPatient(_needs(PLAN, SESSIONS)),
    "get_adherence": OfPatient(_needs(PLAN, SESSIONS)),
    "get_stage": OfPatient(_needs(ADVICE)),
    # Review
    "get_progress": OfPatient(ANY),
    "get_chart": OfPatient(
        ANY,
        ids={"name": "=pain-and-load", "form": "=json"},
        unless=dict.fromkeys(("notes_only", "plan_only", "message_only"), 403),
    ),
    "get_report": OfPatient(ANY, unless=dict.fromkeys(("notes_only", "message_only"), 403)),
    "sign_review": OfPatient(
        _needs(ADVICE), patient=False, body=lambda *_: {"id": an_id(), "next_on": soon(30)[:10], "note": "x"}
    ),
    "list_reviews": OfPatient(_needs(ADVICE)),
    "list_messages": OfPatient(_needs(MESSAGE)),
    "send_message": OfPatient(_needs(MESSAGE), body=lambda *_: {"id": an_id(), "text": "x"}),
    "mark_messages_read": OfPatient(_needs(MESSAGE), body=lambda _, patient: {"message_id": patient.ids["message_id"]}),
    "take_back_message": OfPatient(
        _needs(MESSAGE),
        ids={"message_id": "message_id"},
        unless=dict.fromkeys(("all_scopes", "message_only"), 403),
    ),
    # What is kept: with a password that is wrong, so that everybody is still there afterwards
    **dict.fromkeys(
        ("export_me", "erase_me"),
        OfRole(
            _needs(PATIENT, THERAPIST),
            body=lambda *_: {"password": "wrong"},
            unless={PATIENT: 403, THERAPIST: 403},
        ),
    ),
    # Sync
    "pull_changes": OfPatient(ANY),
    "get_digest": OfPatient(ANY),
    "push_operations": OfPatient(body=_push),
    "list_parked": OfPatient(),
    "settle_parked": OfPatient(ids={"op_id": "op_id"}, body=lambda *_: {"settled_as": "dismissed"}),
}
"""Every operation of the document has its row."""

PURGES = frozenset({"pull_changes", "get_digest", "push_operations", "list_parked", "settle_parked"})
"""Where whoever once had a link is told to drop their copy, instead of that there is nothing."""
HAD_A_LINK = frozenset({"expired", "revoked", "left_clinic"})
