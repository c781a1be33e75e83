"""When a library is whole: every link leads somewhere, every number can be meant, nothing stands twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from app.kernel.errors import Invalid
from app.library.domain.catalogue import Exercise, Reference
from app.library.domain.own import is_own
from app.library.domain.words import Grade

LONGEST_SLUG = 64
LONGEST_NAME = 120
MOST_FLEXION_DEG = 180
"""More than any knee bends; a bound for input, not a clinical number."""
DAYS_A_WEEK = 7
MOST_TIMES = 1000
MOST_SECONDS = 3600
EARLIEST_YEAR, LATEST_YEAR = 1800, 2100

SLUG = rf"[a-z0-9_]{{1,{LONGEST_SLUG}}}"
_GRADE = re.compile(r"([A-D])\b")

Fault = tuple[str, str]
"""The field, and what is wrong with it."""


class BrokenLibrary(Invalid):
    """An entry does not fit the library; the detail names entry, field and fault, and nothing is stored."""

    code = "broken_library"
    title = "The library is not whole"

    def __init__(self, entry: str, field: str, fault: str) -> None:
        super().__init__(f"{entry}: {field}: {fault}")


def is_slug(text: str) -> bool:
    """Can this be the name of an exercise or the key of a reference?"""
    return re.fullmatch(SLUG, text, re.ASCII) is not None


def grade_of(evidence_grade: str) -> Grade | None:
    """Return the letter that a grade's text begins with ("A- (RCT)" is A), None for "protocol" or "n/a"."""
    found = _GRADE.match(evidence_grade)
    return Grade(found.group(1)) if found else None


def check_exercises(exercises: Sequence[Exercise], references: Collection[str]) -> None:
    """Raise BrokenLibrary for the first exercise that is wrong in itself or points to nothing."""
    slugs = {exercise.slug for exercise in exercises}
    refuse_twins([exercise.slug for exercise in exercises])
    for exercise in exercises:
        for field, fault in (*_own_faults(exercise), *_link_faults(exercise, slugs, references)):
            raise BrokenLibrary(exercise.slug, field, fault)


def check_own(exercise: Exercise, slugs: Collection[str], references: Collection[str]) -> None:
    """Raise BrokenLibrary for an own exercise that is wrong in itself or points to nothing it may point to."""
    faults = [*_own_faults(exercise), *_link_faults(exercise, slugs, references)]
    if faults:
        raise BrokenLibrary(exercise.slug, *faults[0])


def check_references(references: Sequence[Reference]) -> None:
    """Raise BrokenLibrary for the first reference that is wrong in itself."""
    refuse_twins([reference.key for reference in references])
    for reference in references:
        for field, fault in _reference_faults(reference):
            raise BrokenLibrary(reference.key, field, fault)


def refuse_twins(keys: Sequence[str]) -> None:
    """Raise BrokenLibrary for a key that stands more than once."""
    for key, times in Counter(keys).items():
        if times > 1:
            raise BrokenLibrary(key, "slug", f"stands {times} times")


def _own_faults(exercise: Exercise) -> Iterator[Fault]:
    yield from name_faults("slug", exercise.slug)
    if is_own(exercise.slug) != (exercise.author_id is not None):
        yield "slug", "names somebody's own exercise"
    if not 1 <= len(exercise.name) <= LONGEST_NAME:
        yield "name", f"has not 1 to {LONGEST_NAME} characters"
    for field in ("targets", "stages", "progressions", "regressions", "equipment", "evidence"):
        yield from twin_faults(field, getattr(exercise, field))
    for field in ("targets", "stages"):
        if not getattr(exercise, field):
            yield field, "is empty"
    yield from _number_faults(exercise)
    if exercise.author_id is None:
        yield from _text_faults(exercise)


def _text_faults(exercise: Exercise) -> Iterator[Fault]:
    """Yield each text that lacks its other register or its other language."""
    german = exercise.german
    for field, told in [("instruction", exercise.instruction), ("german", german)]:
        if not told:
            yield field, "is missing"
    if german is not None and (exercise.note is None) != (german.note is None):
        yield "german.note", "is there in one language only"


def _number_faults(exercise: Exercise) -> Iterator[Fault]:
    dosage = exercise.dosage
    for field, number, least, most in [
        ("peak_knee_flexion_deg", exercise.peak_knee_flexion_deg, 0, MOST_FLEXION_DEG),
        ("dosage.sets", dosage.sets, 1, MOST_TIMES),
        ("dosage.repetitions", dosage.repetitions, 1, MOST_TIMES),
        ("dosage.hold_seconds", dosage.hold_seconds, 0, MOST_SECONDS),
        ("dosage.rest_seconds", dosage.rest_seconds, 0, MOST_SECONDS),
        ("dosage.days_per_week", dosage.days_per_week, 1, DAYS_A_WEEK),
    ]:
        if not least <= number <= most:
            yield field, f"{number} does not lie between {least} and {most}"


def _link_faults(exercise: Exercise, slugs: Collection[str], references: Collection[str]) -> Iterator[Fault]:
    for field in ("progressions", "regressions"):
        for slug in getattr(exercise, field):
            if slug == exercise.slug:
                yield field, "leads back to the exercise itself"
            if slug not in slugs:
                yield field, f"there is no exercise {slug}"
    for key in exercise.evidence:
        if key not in references:
            yield "evidence", f"there is no reference {key}"


def _reference_faults(reference: Reference) -> Iterator[Fault]:
    yield from name_faults("key", reference.key)
    if reference.year is not None and not EARLIEST_YEAR <= reference.year <= LATEST_YEAR:
        yield "year", f"{reference.year} does not lie between {EARLIEST_YEAR} and {LATEST_YEAR}"
    if reference.grade is not grade_of(reference.evidence_grade):
        yield "grade", f"is not the letter that {reference.evidence_grade!r} begins with"


def name_faults(field: str, name: str) -> Iterator[Fault]:
    """Yield what is wrong with a slug or a key."""
    if not is_slug(name):
        yield field, f"has not 1 to {LONGEST_SLUG} small letters, digits or underscores"


def twin_faults(field: str, members: Sequence[str]) -> Iterator[Fault]:
    """Yield each member of a list that stands in it more than once."""
    for member, times in Counter(members).items():
        if times > 1:
            yield field, f"{member} stands {times} times"
