// The tables as WatermelonDB keeps them: columns hold text, numbers and flags, so lists are kept as JSON.

import { createRequire } from 'node:module';

// The package is CommonJS and its paths are folders: Node's `import` cannot follow them, bundlers can.
const require = createRequire(import.meta.url);
export const { Database, Model, Q, appSchema, tableSchema } = require('@nozbe/watermelondb');
export const { synchronize } = require('@nozbe/watermelondb/sync');
export const logger = require('@nozbe/watermelondb/utils/common/logger').default;
const LokiJSAdapter = require('@nozbe/watermelondb/adapters/lokijs').default;

const of = (type) => (names) => names.split(' ').map((name) => ({ name, type, isOptional: true }));
const [texts, numbers, flags] = [of('string'), of('number'), of('boolean')];

const ENTRY = texts('ver performed_at zone recorded_at note');

const RUN = [
  ...texts('surface intensity shoes source'),
  ...numbers('distance_m duration_s ascent_m descent_m cadence_spm rpe'),
  ...flags('limp stopped_early_for_pain painkiller_before'),
];

const CHECK_IN = [
  ...texts('side early_warning_signs red_flags'),
  ...numbers('morning_pain worst_pain sleep_hours stress mood settle_hours'),
  ...flags('swelling rest_of_week low_load_provokes'),
];

const RESPONSE = [
  ...texts('instrument instrument_version side items activity_names unscored_because scoring_version'),
  ...numbers('score'),
];

const MEASUREMENT = [
  ...texts('test side rating signs contraction sex attempts_cm muscle recorded_by grade scoring_version'),
  ...numbers('distance_cm force_n lever_m body_mass_kg torque_nm_kg age_years fpi6_total muscle_grade pain'),
  ...numbers('knee_flexion_deg tolerated_bend_deg value dorsiflexion_deg'),
  ...flags('lag foot_turns_out heel_lifts'),
];

const INTAKE = [
  ...texts('pain_began_on'),
  ...numbers('birth_year declared_longest_m'),
  ...flags('terrain_or_shoe_change avoids_activity_from_fear'),
];

const COLUMNS = {
  runs: RUN,
  pain_scores: [...texts('moment side run_id session_id'), ...numbers('score')],
  sessions: [...texts('sets cues_kept'), ...numbers('duration_s rpe feedback_percent')],
  check_ins: CHECK_IN,
  treatments: [...texts('treatment side given_by body_region activity'), ...numbers('duration_min pain_without pain_with')],
  red_flags: [...texts('code asked_because'), ...flags('present')],
  skips: texts('exercise side due_on reason replaced_by'),
  intakes: INTAKE,
  questionnaire_responses: RESPONSE,
  measurements: MEASUREMENT,
};

const LISTS = new Set([
  ...['sets', 'cues_kept', 'early_warning_signs', 'red_flags', 'items', 'activity_names', 'signs', 'attempts_cm'],
]);
export const TABLES = Object.keys(COLUMNS);
const DATA = Object.fromEntries(TABLES.map((table) => [table, namesOf(table).filter((name) => name !== 'ver')]));

function namesOf(table) {
  return [...ENTRY, ...COLUMNS[table]].map(({ name }) => name);
}

export function openDatabase(dbName) {
  const tables = TABLES.map((name) => tableSchema({ name, columns: [...ENTRY, ...COLUMNS[name]] }));
  const schema = appSchema({ version: 1, tables });
  const options = { useWebWorker: false, useIncrementalIndexedDB: false, extraLokiOptions: { autosave: false } };
  const adapter = new LokiJSAdapter({ dbName, schema, ...options });
  const modelClasses = TABLES.map((name) => class extends Model { static table = name; });
  return new Database({ adapter, modelClasses });
}

/** Return the columns that a record on the wire fills. */
export function toColumns(data) {
  const column = (name, value) => (LISTS.has(name) && value !== null ? JSON.stringify(value) : value);
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, column(name, value)]));
}

/** Return the record on the wire that a row holds; a put clears what it leaves out, so empty columns are left out. */
export function toData(table, raw) {
  const filled = DATA[table].filter((name) => raw[name] !== null);
  return Object.fromEntries(filled.map((name) => [name, LISTS.has(name) ? JSON.parse(raw[name]) : raw[name]]));
}
