"""The map of Trochlea; imports nothing, so that the rules load without Flask.

factory     create_app(): the only module that knows every feature
cli         flask commands
settings    the only reader of the environment

serving     what gunicorn asks before it opens its socket
starting    what keeps the product from starting in production
keeping     what is kept: backup and restore, archives, erasure, the trail

console     DOOR: the therapist's pages
sync        DOOR: devices that were away: push, pull
interop     DOOR: other systems: run files in; FHIR and CSV out
outreach    reminders and notices out of the outbox, webhooks, the calendar
review      the therapist's inbox: caseload, progress, charts, report, messages, sign-off
guidance    the pain rule and load advice; guidance/domain is for a clinician to read
outcomes    questionnaires and clinical tests: scores, what has changed, what is due
logbook     what was done and felt: sessions, runs, pain scores, check-ins, treatments
programmes  what was prescribed: protocols, phases, dosage, revisions
library     exercises, and the evidence they rest on
consent     who may see whom: care links, scopes, the permission table
accounts    who is who: patients, therapists, admins, devices, tokens

web         Flask behind one door: auth, problems, transaction, paging, openapi
db          SQLAlchemy behind one door: engine, base, synced, types
kernel      words all share, standard library only

Imports point down this list, never up; docs/decisions/0001 says why, import-linter holds it.
"""
