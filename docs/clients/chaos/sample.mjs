// Records as a phone writes them, spread over days so that none is full.

const DAYS = 100;
const SET = { exercise: 'side_lying_hip_abduction', side: 'left', repetitions: 12, load_kg: null, rpe: 4 };
const NO_SIGNS = { early_warning_signs: [], red_flags: [] };

const ANSWER = { instrument: 'nrs_usual', instrument_version: '0_to_10', side: 'left' };

const MAKERS = {
  runs: (number) => ({ distance_m: 3000 + number, duration_s: 1500, shoes: 'blue', rpe: 3, limp: false }),
  pain_scores: (number) => ({ score: number % 3, moment: 'during', side: 'left' }),
  sessions: (number) => ({ duration_s: 900 + number, rpe: 4, sets: [SET, { ...SET, side: 'right' }], cues_kept: ['knees_apart'] }),
  treatments: (number) => ({ treatment: 'taping', side: 'left', given_by: 'self', duration_min: 1 + number }),
  check_ins: (number) => ({ morning_pain: number % 2, sleep_hours: 7.5, settle_hours: 0.5, ...NO_SIGNS }),
  red_flags: (number) => ({ code: 'locked_knee', present: false, asked_because: number % 2 ? 'monthly' : 'intake' }),
  skips: (number) => ({ exercise: 'clamshell', side: 'left', due_on: '2026-03-01', reason: number % 2 ? 'time' : 'pain' }),
  intakes: (number) => ({ birth_year: 1970 + (number % 30), declared_longest_m: 5000 + number, pain_began_on: '2019-05-04' }),
  questionnaire_responses: (number) => ({ ...ANSWER, items: { score: number % 3 } }),
  measurements: (number) => ({ test: 'knee_to_wall', side: 'left', distance_cm: 8 + (number % 5) }),
};

export const COLLECTIONS = Object.keys(MAKERS);

/** Return the collection and the data of the n-th record of a device. */
export function sample(number, device) {
  const collection = COLLECTIONS[number % COLLECTIONS.length];
  const day = new Date(Date.now() - ((number % DAYS) + 2) * 86_400_000).toISOString().slice(0, 10);
  const entry = { performed_at: `${day}T07:00:00+01:00`, zone: 'Europe/Berlin', note: `${device} ${number}` };
  return { collection, id: crypto.randomUUID(), data: { ...entry, ...MAKERS[collection](number) } };
}
