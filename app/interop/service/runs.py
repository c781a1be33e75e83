"""Take a run file into the logbook: told apart from other sports, recognised when it comes again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from app.db.synced import lock_stream
from app.interop.runfiles import RunFile, is_run
from app.interop.runfiles.values import UNKNOWN
from app.interop.service.duplicates import find_duplicate
from app.kernel.clock import CLOCK_TOLERANCE
from app.kernel.errors import Invalid, NotVisible
from app.logbook import service as logbook
from app.logbook.domain import PainMoment, PainScore, Run, Side, Source, Surface
from app.logbook.kinds import PAIN_SCORE, RUN, Stored
from app.logbook.writing import Writing

_SURFACES = {"treadmill": Surface.TREADMILL, "trail": Surface.TRAIL, "track": Surface.TRACK}


class NotARun(Invalid):
    """The file says that it is another sport; it is never counted as a run."""

    code = "not_a_run"
    title = "The file is not of a run"


class SportUnknown(Invalid):
    """The file does not say its sport: the person is asked."""

    code = "sport_unknown"
    title = "The file does not say whether it was a run; send treat_as_run=true if it was"


class RunInFuture(Invalid):
    """The file's clock is ahead: nobody has run tomorrow."""

    code = "run_in_future"
    title = "The file says that the run lies in the future"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    run: Stored[Run]
    pain_score: Stored[PainScore] | None
    is_new: bool


def import_run(
    writing: Writing,
    run_file: RunFile,
    zone: str,
    *,
    pain_during: float | None = None,
    side: Side | None = None,
    treat_as_run: bool = False,
) -> Imported:
    """Log the run of a file, once however often it is sent, with the pain during it.

    Raises NotARun, SportUnknown, RunInFuture, and what the logbook raises; nothing is stored then.
    """
    stored, is_new = take_run(writing, run_file, zone, treat_as_run=treat_as_run)
    if pain_during is None:
        return Imported(stored, None, is_new)
    score, _ = logbook.log_entry(writing, PAIN_SCORE, _score(stored.entry, pain_during, side))
    return Imported(stored, score, is_new)


def take_run(writing: Writing, run_file: RunFile, zone: str, *, treat_as_run: bool = False) -> tuple[Stored[Run], bool]:
    """Log the run of a file and return it with True; with False the one that is there, from this file or another.

    Raises NotARun, SportUnknown, RunInFuture, and what the logbook raises; nothing is stored then.
    """
    _check_sport(run_file, treat_as_run)
    if run_file.started_at > writing.at + CLOCK_TOLERANCE:
        raise RunInFuture
    return _log_once(writing, run_of(run_file, writing.patient_id, zone))


def run_of(run_file: RunFile, patient_id: UUID, zone: str) -> Run:
    """Return the run that a file tells of; its id follows from the patient and the file alone."""
    return Run(
        id=uuid5(patient_id, f"run file {run_file.sha256}"),
        performed_at=_local(run_file.started_at, run_file.utc_offset_min, zone),
        zone=zone,
        distance_m=run_file.distance_m or None,
        duration_s=run_file.duration_s or None,
        surface=_SURFACES.get(run_file.sub_sport or ""),
        intensity=None,
        ascent_m=run_file.ascent_m,
        descent_m=run_file.descent_m,
        cadence_spm=run_file.cadence_spm,
        shoes=None,
        rpe=None,
        limp=False,
        stopped_early_for_pain=False,
        painkiller_before=False,
        source=Source(run_file.format),
    )


def _check_sport(run_file: RunFile, treat_as_run: bool) -> None:
    if is_run(run_file) or (run_file.sport == UNKNOWN and treat_as_run):
        return
    if run_file.sport == UNKNOWN:
        raise SportUnknown
    raise NotARun(f"the sport is {run_file.sport}", extra={"sport": run_file.sport})


def _log_once(writing: Writing, run: Run) -> tuple[Stored[Run], bool]:
    """Return the run that is there already, also when it was corrected since; else log it.

    Nobody else writes into the stream between looking and logging. What was deleted stays deleted: IdInUse.
    """
    lock_stream(writing.db, writing.patient_id)
    try:
        return logbook.read_entry(writing.db, writing.patient_id, RUN, run.id), False
    except NotVisible:
        again = find_duplicate(writing.db, writing.patient_id, run)
    if again is not None:
        return logbook.read_entry(writing.db, writing.patient_id, RUN, again.id), False
    return logbook.log_entry(writing, RUN, run)


def _score(run: Run, pain_during: float, side: Side | None) -> PainScore:
    return PainScore(
        id=uuid5(run.id, f"pain during {side or ''}"),
        performed_at=run.performed_at + timedelta(seconds=run.duration_s or 0),
        zone=run.zone,
        score=pain_during,
        moment=PainMoment.DURING,
        side=side,
        run_id=run.id,
        session_id=None,
    )


def _local(instant: datetime, offset_min: int | None, zone: str) -> datetime:
    """Return the instant with the offset that the watch showed, else that of the zone."""
    if offset_min is not None:
        return instant.astimezone(timezone(timedelta(minutes=offset_min)))
    return instant.astimezone(ZoneInfo(zone))
