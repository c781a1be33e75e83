// The rows as RxDB keeps them. Its types refuse null, so what is empty is absent; `ver` is the row's version.

const text = { type: 'string' };
const number = { type: 'number' };
const flag = { type: 'boolean' };
const list = (items) => ({ type: 'array', items });

const entry = { performed_at: text, zone: text, recorded_at: text, note: text };

const set = {
  type: 'object',
  properties: { exercise: text, side: text, repetitions: number, hold_seconds: number, load_kg: number, rpe: number },
};

const run = {
  ...{ distance_m: number, duration_s: number, surface: text, intensity: text, ascent_m: number, descent_m: number },
  ...{ cadence_spm: number, shoes: text, rpe: number, source: text },
  ...{ limp: flag, stopped_early_for_pain: flag, painkiller_before: flag },
};

const checkIn = {
  ...{ morning_pain: number, worst_pain: number, side: text, swelling: flag, sleep_hours: number },
  ...{ stress: number, mood: number, early_warning_signs: list(text), red_flags: list(text) },
  ...{ rest_of_week: flag, settle_hours: number, low_load_provokes: flag },
};

const treatment = {
  ...{ treatment: text, side: text, given_by: text, body_region: text, duration_min: number },
  ...{ pain_without: number, pain_with: number, activity: text },
};

const response = {
  ...{ instrument: text, instrument_version: text, side: text, items: { type: 'object' }, activity_names: list(text) },
  ...{ score: number, unscored_because: text, scoring_version: text },
};

const measurement = {
  ...{ test: text, side: text, distance_cm: number, rating: text, signs: { type: 'object' }, contraction: text },
  ...{ force_n: number, lever_m: number, body_mass_kg: number, torque_nm_kg: number, age_years: number, sex: text },
  ...{ attempts_cm: list(number), fpi6_total: number, muscle: text, muscle_grade: number, pain: number },
  ...{ knee_flexion_deg: number, lag: flag, recorded_by: text, value: number, grade: text, dorsiflexion_deg: number },
  ...{ scoring_version: text, foot_turns_out: flag, heel_lifts: flag, tolerated_bend_deg: number },
};

const intake = {
  ...{ birth_year: number, declared_longest_m: number, pain_began_on: text },
  ...{ terrain_or_shoe_change: flag, avoids_activity_from_fear: flag },
};

const FIELDS = {
  runs: run,
  pain_scores: { score: number, moment: text, side: text, run_id: text, session_id: text },
  sessions: { duration_s: number, rpe: number, sets: list(set), cues_kept: list(text), feedback_percent: number },
  check_ins: checkIn,
  treatments: treatment,
  red_flags: { code: text, present: flag, asked_because: text },
  skips: { exercise: text, side: text, due_on: text, reason: text, replaced_by: text },
  intakes: intake,
  questionnaire_responses: response,
  measurements: measurement,
};

const schema = (fields) => ({
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: { id: { type: 'string', maxLength: 36 }, ver: { type: 'string', maxLength: 36 }, ...entry, ...fields },
  required: ['id'],
});

export const SCHEMAS = Object.fromEntries(Object.entries(FIELDS).map(([name, fields]) => [name, schema(fields)]));
