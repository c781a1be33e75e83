"""English: what notices say, to a patient and to a clinician."""

from __future__ import annotations

from app.guidance.words.form import Said

NOTICES: dict[str, Said] = {
    "PREVENTION_WINDOW": Said(
        "Weeks six to eight of a build-up are when knees often start to complain. A short check of your knee is due.",
        "Build-up week 6 to 8: offer a screen (single-leg squat, step-down, knee to wall, NRS) unless done in 28 days.",
    ),
    "WEEK_48_KM": Said(
        "This is your first week at 48 km in twelve weeks. It is no limit; watch how your knee answers.",
        "First week at 48.3 km (30 mi) in 12 weeks; information only, never a cap.",
    ),
    "WEEK_64_KM": Said(
        "This is your first week at 64 km in twelve weeks. It is no limit; watch your knee with special care.",
        "First week at 64.4 km (40 mi) in 12 weeks; a stronger notice, never a cap.",
    ),
    "EARLY_WARNING": Said(
        "You noticed two or more early signs within a week. Do not add load now, and have your knee checked.",
        "Two or more different early-warning signs in 7 days: hold progression and screen.",
    ),
    "REST_RESUME_HURT": Said(
        "Rest alone has not worked: more than once the pain came back when you ran again. A full assessment is due.",
        "Rest-resume-hurt cycle confirmed: rest alone has not worked; prompt a full assessment, weekly step halved.",
    ),
    "SEVERITY_MILD": Said("Your worst pain this week was mild.", "Severity by worst NRS of 7 days: mild."),
    "SEVERITY_MODERATE": Said("Your worst pain this week was moderate.", "Severity by worst NRS of 7 days: moderate."),
    "SEVERITY_SEVERE": Said("Your worst pain this week was severe.", "Severity by worst NRS of 7 days: severe."),
    "IRRITABILITY_LOW": Said("Your knee is not easily stirred up at present.", "Irritability low."),
    "IRRITABILITY_MODERATE": Said("Your knee is somewhat easily stirred up at present.", "Irritability moderate."),
    "IRRITABILITY_HIGH": Said(
        "Your knee is easily stirred up at present: gentle exercises first.", "Irritability high: hip first."
    ),
    "PACE_SHORT_HISTORY": Said(
        "Pain of less than three months tends to settle faster.", "Duration under 3 months: said to speed recovery."
    ),
    "PACE_LONG_HISTORY": Said(
        "Pain of three months or longer tends to take more time.", "Duration of 3 months or longer: said to slow it."
    ),
    "PACE_OVER_LIMIT": Said(
        "Runs over the limit during treatment tend to make it take longer.",
        "Sessions over the limit during treatment: said to slow recovery.",
    ),
    "PACE_WITHIN_LIMIT": Said(
        "Keeping your runs within the limit tends to make it go faster.",
        "No session over the limit in 28 days: said to speed recovery.",
    ),
    "PACE_HIGH_ADHERENCE": Said(
        "Doing your exercises as planned tends to make it go faster.", "High adherence: said to speed recovery."
    ),
    "PACE_LOW_ADHERENCE": Said(
        "Leaving out many exercises tends to make it take longer.", "Low adherence: said to slow recovery."
    ),
    "PACE_HIP_AND_ANKLE": Said(
        "When both hip and ankle play a part it tends to take longer.",
        "Hip and ankle both involved: said to slow recovery.",
    ),
    "NEEDLING_SORENESS": Said(
        "A score of this week falls into the 12 to 48 hours after needling, when soreness is usual.",
        "A score within 12 to 48 h after needling: may reflect post-needling soreness.",
    ),
    "PROGNOSIS": Said(
        "Pain that has lasted and gets in the way of daily life tends to settle more slowly.",
        "Pain for over 2 months with AKPS below 70 goes with poorer recovery (cut points from memory). In that study "
        "40 % still did poorly at 12 months; of injured novice runners half recovered within 71 days. A direction, no "
        "date.",
    ),
}
