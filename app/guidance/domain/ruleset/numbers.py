"""The numbers of the rules that no therapist changes: each once, with its unit, what it means and where it is from.

E is an engineering choice with no study behind it, M general knowledge that was not looked up; all other sources are
keys of the references. Numbers of questionnaires and clinical tests stand in app/outcomes/domain/numbers.py.
"""

from __future__ import annotations

# The decision table (CLINICAL 1.2 to 1.4)
VALID_FOR_HOURS = 48  # hours: how long an advice may be shown (E)
PAUSE_PCT = -100  # percent of the load: while running is paused (E)
NO_CHANGE_PCT = 0  # percent of the load: on hold (E)
SHORT_REST_DAYS = 1  # days: off when a run was sore (soreness_rules)
PAUSE_AFTER_OVER = 4  # runs: over the limit in a row that pause (E)
REST_AFTER_OVER = 3  # runs: over the limit in a row that rest (E)
REDUCE_AFTER_OVER = 2  # runs: over the limit in a row that cut more (E)
RUN_SPEAKS_DAYS = 14  # days: a run's own pain is judged for at least so long (E)
BASELINE_DAYS = 7  # days: before a run, whose quiet mornings make its baseline (E)
LOAD_UNIT_DAYS = 30  # days: in which every run must have the same unit of load (E)
LOG_FOR_WEEK_RATIO_DAYS = 14  # days: of log before two weeks are compared (nielsen2014)

# Lengths of time that sums are made of
WEEK_DAYS = 7  # days: in a week (definition)
FOUR_WEEKS_DAYS = 28  # days: in four weeks (definition)
METRES_PER_KM = 1000  # m: in a kilometre (definition)
SECONDS_PER_MIN = 60  # s: in a minute (definition)

# What an entry may hold (CLINICAL 1.7)
DISTANCE_MAX_KM = 500  # km: in one run (E)
DURATION_MAX_MIN = 2880  # min: of one run (E)
CADENCE_MIN_SPM = 60  # steps a minute: slowest that is meant (E)
CADENCE_MAX_SPM = 260  # steps a minute: quickest that is meant (E)
FIRST_YEAR = 1900  # year: earliest of an entry (E)
LAST_YEAR = 2200  # year: latest of an entry (E)
ENTRIES_MAX = 2000  # entries: of runs, and as many of days (E)
SERIES_DAYS_MAX = 2000  # days: of one series of loads (E)
ROWS_MAX = 2000  # rows: of what was due (E)
WORK_MAX = 100_000  # repetitions or s: of one row of what was due (E)
LOAD_MAX = 100_000  # AU, km or min: of one day (E)
SETTLE_MAX_HOURS = 10_000  # hours: until the knee has settled (E)
RATIO_OR_PERCENT_MAX = 1000  # ratio or percent: of a measure given to the classifier (E)

# What is known of a knee on a day
KNEE_TRACKED_DAYS = 28  # days: a knee that had a score within them is judged on its own (E)
CADENCE_DAYS = 30  # days: how old the newest known cadence may be (E)
RECENT_DAYS = 7  # days: in which a told score speaks for the knee as it is (E)
HISTORY_DAYS = 200  # days: looked at in any case, for cycles of twelve weeks and the rest before them (E)
ROOM_DAYS = 30  # days: looked at before the window in which runs make a row (E)
BEFORE_BREAK_DAYS = 60  # days: looked at before a last run that lies further back (E)

HIP_FIRST_DAYS = 84  # days: of scores that the hip-first rule looks back on (E)
DOSE_DAYS = 56  # days: of sessions that a proposal of a dose looks back on (E)
REPROPOSE_AFTER_DAYS = 7  # days: after a therapist declined a stage, until it may be proposed again (E)

# What a therapist decides
OVERRIDE_MAX_DAYS = 90  # days: an override may stand (E)
REPLAY_MAX_DAYS = 366  # days: that one replay looks at (E)
POLICY_AHEAD_MAX_DAYS = 366  # days: ahead that a policy may begin (E)
MINOR_UNTIL_YEARS = 18  # years: of this year's age, up to which somebody may be under age (definition)

# Load as it is shown (CLINICAL 2.1)
SETTLED_DAYS = 400  # days: read for a mean that fades; what lies before moves no figure by a hundredth (E)
EFFORT_FROM_MIN = 1  # min: after the end, from which an effort that is told counts (foster2021)
EFFORT_UNTIL_DAYS = 14  # days: after the end, up to which an effort that is told counts (foster2021)
IMPUTED_DAYS_MAX = 2  # days: unknown ones of a week that take the mean of the others (E)
ZEROED_DAYS_MAX = 4  # days: unknown ones of four weeks that count as 0 in a ratio (E)
BREAK_DAYS = 14  # days: without a run that are a break (dijkhuis_thesis, E)
HIDDEN_DAYS = 28  # days: after a return in which no ratio is shown (dijkhuis_thesis, E)
SPIKE_SMALL_MAX = 1.30  # ratio: to the longest run, highest that is a small spike (frandsen2025)
SPIKE_MODERATE_MAX = 2.00  # ratio: to the longest run, highest that is a moderate spike (frandsen2025)

# The run-walk ladder (CLINICAL 2.3)
GATE_MAX = 2.0  # NRS: highest in walking, on stairs and in hops that opens it (udel_running)
HOPS_FROM_STEP = 5  # step: from which ten single-leg hops are asked (E)
RUNS_A_WEEK_MAX = 4  # runs: in a week (udel_running)
DAYS_BETWEEN = 1  # days: off between two runs (udel_running)
CLEAN_A_STEP = 2  # runs: clean ones before the next step (crowell2023)
CLIMBS_A_WEEK_MAX = 2  # steps: up in a week (udel_running)
WALK_STEP = 0  # step: walking alone, where irritability is high (E)
FIRST_RUN_STEP = 1  # step: to begin with after a long break (E)
SHORT_BREAK_STEP = 3  # step: to begin with after a short break, with little pain in daily life (E)
LEAVING_STEP = 8  # step: at which the ladder is left and the usual rules apply (E)
LADDER_DAYS = 84  # days: after a return in which somebody is taken to be on the ladder (E)
STEPS_DOWN = ((20, 1), (40, 2), (50, 3))  # percent and steps: largest cut, and how far down it leads (E)
LADDER_STEPS = (  # step, min of running, min of walking, times: what a session is made of (crowell2023, E)
    (0, 0, 30, 1, "walk_only"),
    (1, 1, 5, 5, "flat"),
    (2, 2, 4, 5, "flat"),
    (3, 3, 3, 5, "flat"),
    (4, 4, 2, 5, "flat"),
    (5, 5, 1, 5, "flat"),
    (6, 9, 1, 3, "flat"),
    (7, 14, 1, 2, "flat"),
    (8, 30, 0, 1, "flat"),
    (9, 33, 0, 1, "none"),
    (10, 36, 0, 1, "none"),
    (11, 36, 0, 1, "strides_4_x_20_s_flat"),
    (12, 36, 0, 1, "gentle_hills_downhill_up_to_10_percent"),
)

# The dose of an exercise (CLINICAL 3)
SESSIONS_NEEDED = 2  # sessions: in a row that change a dose (E)
SETS_MAX = 4  # sets: most that are proposed (E)
LOAD_STEP_MIN_PERCENT = 5  # percent of the load: least that is added (E)
LOAD_STEP_MAX_PERCENT = 10  # percent of the load: most that is added (E)

# Irritability and hip first (CLINICAL 5.1)
SIGN_WORST_MIN = 7  # NRS: worst pain that is a sign of irritability (E)
SIGN_SETTLE_ABOVE_HOURS = 24  # hours: settling longer is a sign of irritability (E)
HIGH_SIGNS = 2  # signs: that make irritability high (E)
LOW_WORST_MAX = 3  # NRS: highest worst pain of low irritability (E)
LOW_SETTLE_MAX_HOURS = 1  # hours: longest settling of low irritability (E)
BEND_MIN_DEG = 45  # degrees: of loaded bend that must be borne (droracle_2025)
OFF_SQUAT_60_MAX = 2  # NRS: in a squat to 60 degrees that ends hip first (E)
HIP_TO_KNEE = 2  # ratio: of exercises of the hip to those of the knee (droracle_2025)
RETEST_AFTER_DAYS = 7  # days: until bending is tested again (E)

# Stages (CLINICAL 5.2)
SHOULD_MET_MIN = 3  # criteria: to be met, of those measured (E)
SHOULD_MEASURED_MIN = 2  # criteria: to be measured (E)
STUCK_AFTER_DAYS = 28  # days: without any criterion newly met (E)
RELIEVE_MIN_DAYS = 7  # days: in Relieve (E)
RESTORE_MIN_DAYS = 14  # days: in Restore (E)
RELIEVE_WORST_MAX = 3  # NRS: median of a week's worst pain that leaves Relieve (E)
RESTORE_WORST_MAX = 2  # NRS: median of a week's worst pain that leaves Restore (E)
MEDIAN_MIN_DAYS = 3  # days: with a worst pain that such a median needs (E)
EASY_MAX = 2  # NRS: in daily tasks and in tests (E)
MORNINGS = 7  # mornings: newest logged ones that are looked at (E)
QUIET_MORNINGS_MIN = 5  # mornings: of those at the usual level (E)
QUIET_MORNING_RISE_MAX = 1  # NRS: above the usual level that is still a quiet morning (piva2009, E)
USUAL_MORNING_DAYS = 28  # days: whose quiet mornings make the usual level (E)
ADHERENCE_MIN_PERCENT = 70  # percent: of what was due (E)
RELIEVE_ADHERENCE_DAYS = 14  # days: over which that is asked in Relieve (E)
RESTORE_ADHERENCE_DAYS = 28  # days: over which that is asked in Restore (E)
GLOBAL_CHANGE_MIN = 0  # points: of global change (E)
CLEAN_RUNS_MIN = 3  # runs: clean ones as long as the ladder's last step (E)
CLEAN_RUNS_SPAN_MIN_DAYS = 7  # days: that those span (E)
AKPS_GOOD_MIN = 85  # points: of AKPS that need no rise (E)
TARGET_WEEKS = 4  # weeks: at the volume wished for (E)
MAINTENANCE_MIN_PERCENT = 75  # percent: of the maintenance set (E)
OVER_WINDOW_DAYS = 7  # days: in which over runs are counted in Elevate (E)
OVER_RUNS_MAX = 1  # runs: over the limit in those that Elevate bears (E)
REST_WINDOW_DAYS = 14  # days: in which rest-day decisions are counted in Restore (E)
REST_DAYS_MAX = 1  # decisions: to rest in those that Restore bears (E)
BAD_WORST_MIN = 6  # NRS: worst pain of a bad day (E)
BAD_WINDOW_DAYS = 3  # days: in which bad ones are counted in Restore (E)
BAD_DAYS_MAX = 1  # days: bad ones among those that Restore bears (E)

# Adherence (CLINICAL 5.3)
LATE_LOG_HOURS = 48  # hours: after the due day in which a log may still come (E)
ADHERENCE_WINDOWS_DAYS = (7, 14, 28)  # days: over which adherence is told (E)
ADHERENCE_HIGH_PERCENT = 80  # percent: from which adherence is high (E)
ADHERENCE_MODERATE_PERCENT = 50  # percent: from which adherence is moderate (E)

# Findings by domain (CLINICAL 5.4)
ONSET_DAYS = 30  # days: up to the day that pain began, whose runs may have begun it (E)
POSITIVE_POINTS = 2  # points: that make a domain positive (E)
MEASURED_POINTS = 2  # points: of a measured finding (E)
OBSERVED_POINTS = 1  # points: of an observed finding (E)
KNEE_TO_WALL_MIN_CM = 9  # cm: toe to wall, less is stiff (E)
FOOT_POSTURE_MIN = 6  # points: of FPI-6, from which a foot is pronated (E)
TSK11_HIGH_MIN = 24  # points: of TSK-11, from which fear of movement is high (E)
PHQ2_MIN = 3  # points: of PHQ-2, from which mood is low (E)

# Rest, resume, hurt (CLINICAL 5.5)
CYCLE_REST_DAYS = 4  # days: without a run that make a rest (kinetic_chain_article, E)
CYCLE_SETTLED_MAX = 2.0  # NRS: highest at the end of a rest that counts as settled (E)
CYCLE_RUNS_BACK = 4  # runs: first ones back that may close a cycle (E)
CYCLE_BACK_DAYS = 14  # days: from the first run back in which a cycle may close (E)
CYCLE_WINDOW_DAYS = 84  # days: back in which closed cycles count (E)
CYCLE_CONFIRMED = 2  # cycles: that confirm the pattern (E)
CYCLE_SAME_LOAD_RATIO = 0.8  # ratio: of the first week back to the week of the hurt run (E)

# Notices (CLINICAL 1.9, 5.6)
BUILD_UP_WEEKS = (6, 8)  # weeks: first and last of a build-up in which a screen is offered (kinetic_chain_article)
SCREEN_DAYS = 28  # days: for which a screen counts as done (kinetic_chain_article)
MILEAGE_WEEKS = 12  # weeks: in which a large week is the first of its kind (kinetic_chain_article)
MILEAGE_KM = 48.3  # km: in a week, 30 miles (kinetic_chain_article)
LARGE_MILEAGE_KM = 64.4  # km: in a week, 40 miles (kinetic_chain_article)
EARLY_SIGNS_MIN = 2  # signs: different ones in a week that are a warning (kinetic_chain_article)
LONG_HISTORY_DAYS = 91  # days: of pain, three months, from which recovery is said to be slower (collins2013)
PROGNOSIS_DAYS = 61  # days: of pain, two months; beyond them, with a low AKPS, recovery is poorer (collins2013, M)
PROGNOSIS_AKPS_MIN = 70  # points: of AKPS; below them, with a long pain, recovery is poorer (collins2013, M)
NEEDLING_FIRST_HOURS = 12  # hours: after needling from which soreness is usual (acupuncture_pfps_page)
NEEDLING_LAST_HOURS = 48  # hours: after needling up to which soreness is usual (acupuncture_pfps_page)
ORTHOSIS_RELIEF_MIN = 2.0  # NRS: relief at once from which an orthosis is likely to help (E)

# Questions about urgent signs (CLINICAL 6)
SEVERE_PAIN_MIN = 6.0  # NRS: pain after which they are asked again (E)
ASKED_EVERY_DAYS = 30  # days: after which they are asked again (E)

# How figures are compared and written
SLACK = 1e-9  # ratio, km or min: differences below it are float noise (E)
RATIO_BEYOND = 1e12  # ratio: all larger ones say the same (E)
NRS_DIGITS = 6  # decimals: kept of a difference of two pain scores (E)
TREND_DIGITS = 2  # decimals: kept of a weekly mean of pain and of its rise (E)
RATIO_DIGITS = 3  # decimals: shown of a ratio of two loads (E)
SHORT_RATIO_DIGITS = 2  # decimals: shown of monotony, of an acute to chronic ratio and of a return (E)
LOAD_DIGITS = 1  # decimals: shown of a load, a percentage or a weight in kg (E)
