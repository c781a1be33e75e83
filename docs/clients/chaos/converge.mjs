// Proves that HTTP, RxDB and WatermelonDB clients of one patient end with the same state as the server.
//
//   node chaos/converge.mjs --url http://127.0.0.1:8000 [--records 40] [--seed 1] [--hooks]
//
// With --hooks it prints "hook epoch <patient>" and "hook purge <patient>" and waits for a line each: whoever started
// it changes the server's database meanwhile. The last line is a JSON summary; the exit code is 1 when anything
// differs.

process.env.NODE_ENV ??= 'production';

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { Api } from '../http/api.mjs';
import { httpDevice, melonDevice, rxDevice } from './devices.mjs';
import { seeded } from './lossy.mjs';
import { COLLECTIONS, sample } from './sample.mjs';
import { compare, serverState } from './truth.mjs';

const PASSWORD = 'three ducks on a pond';
const MOST_ROUNDS = 12;
const FAST_EDITS = 10;
const TWO_FIELDS = {
  runs: [['distance_m', 4242], ['rpe', 7]],
  pain_scores: [['score', 2.5], ['side', 'right']],
  sessions: [['duration_s', 4242], ['rpe', 7]],
  treatments: [['duration_min', 42], ['side', 'right']],
  check_ins: [['sleep_hours', 5.5], ['early_warning_signs', ['quadriceps_quiet']]],
  red_flags: [['asked_because', 'offered'], ['code', 'lump_or_mass']],
  skips: [['reason', 'illness'], ['side', 'right']],
  intakes: [['birth_year', 1985], ['pain_began_on', '2020-02-29']],
  questionnaire_responses: [['items', { score: 9 }], ['side', 'right']],
  measurements: [['distance_cm', 7.5], ['side', 'right']],
};

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    records: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    hooks: { type: 'boolean', default: false },
  },
});

const lines = options.hooks ? createInterface({ input: process.stdin })[Symbol.asyncIterator]() : null;

async function hook(name, patientId) {
  if (!lines) return;
  console.log(`hook ${name} ${patientId}`);
  await lines.next();
}

const together = (devices, act) => Promise.all(devices.map(act));
const fieldOf = ({ collection }, index) => Object.fromEntries([TWO_FIELDS[collection][index]]);

class Scenario {
  constructor(devices, api, records, seed) {
    Object.assign(this, { devices, api, records, random: seeded(seed), created: [], expected: [], differing: [], rounds: 0 });
    [this.http, this.rx, this.melon, this.old] = devices;
    this.each = Math.max(2, Math.floor(records / 10));
  }

  /** Take records that no other step touches. */
  take(fits = () => true) {
    const taken = this.created.filter(fits).slice(0, this.each);
    this.created = this.created.filter((record) => !taken.includes(record));
    return taken;
  }

  expect(what, record, holds) {
    this.expected.push({ what: `${what} (${record.collection})`, record, holds });
  }

  async sync(devices = this.devices) {
    this.rounds += 1;
    await together(devices, (device) => device.sync());
  }

  /** Let the devices write without a network, then sync through the lossy one. */
  async offline(write) {
    for (const { network } of this.devices) network.isDown = true;
    await write();
    for (const { network } of this.devices) network.isDown = false;
    this.differing.push(...await this.untilEqual());
  }

  /** Sync until all are equal; return what still differs after too many rounds. */
  async untilEqual() {
    let differing = [];
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      await this.sync();
      differing = await compare(this.devices, this.api, this.patientId, COLLECTIONS);
      if (differing.length === 0) break;
    }
    return differing;
  }

  async create() {
    const writers = [this.http, this.rx, this.melon];
    await this.offline(() => together(writers, async (device) => {
      for (let number = 0; number < this.records; number += 1) {
        const record = sample(number, device.name);
        await device.create(record.collection, record.id, record.data);
        this.created.push(record);
      }
    }));
    const keys = new Map(this.created.map((record) => [record, this.random()]));
    this.created.sort((one, other) => keys.get(one) - keys.get(other));
  }

  async clash() {
    await this.offline(async () => {
      await this.differentFields();
      await this.sameField();
      await this.deletesAgainstEdits();
      await this.clearings();
      await this.oldVersion();
    });
  }

  async differentFields() {
    for (const record of this.take()) {
      await edit(this.http, record, { note: 'by http' });
      await edit(this.rx, record, fieldOf(record, 0));
      await edit(this.melon, record, fieldOf(record, 1));
      const wanted = { note: 'by http', ...fieldOf(record, 0), ...fieldOf(record, 1) };
      this.expect('edits of different fields are all kept', record, ({ data }) => includes(data, wanted));
    }
  }

  async sameField() {
    for (const record of this.take()) {
      for (const device of [this.http, this.rx, this.melon]) await edit(device, record, { note: `by ${device.name}` });
      this.expect('one of three edits of a field wins, the others are parked', record, ({ data, parked }) => (
        /^by (http|rx|melon)$/.test(data.note) && parked.length >= 2
      ));
    }
  }

  async deletesAgainstEdits() {
    const pairs = [[this.http, this.rx], [this.rx, this.melon], [this.melon, this.http]];
    for (const [deleter, editor] of pairs) {
      for (const record of this.take()) {
        await deleter.remove(record.collection, record.id);
        await edit(editor, record, { note: 'edited' });
        this.expect(`a deletion by ${deleter.name} against an edit by ${editor.name}: one wins, one is parked`, record,
          ({ data, parked }) => parked.length >= 1 && (!data || data.note === 'edited'));
      }
    }
  }

  async clearings() {
    for (const device of [this.http, this.rx, this.melon]) {
      for (const record of this.take()) {
        await edit(device, record, { note: null });
        this.expect(`a field that ${device.name} cleared is empty`, record, ({ data }) => data.note === null);
      }
    }
  }

  async oldVersion() {
    const held = new Map((await this.old.state()).map(({ id, data }) => [id, data]));
    for (const record of this.take(({ collection }) => collection === 'runs')) {
      const { note, ...data } = held.get(record.id);
      await this.old.rewrite(record.collection, record.id, { ...data, note: 'by an old version' });
      this.expect('an old version erases nothing it cannot see', record, (found) => (
        !('shoes' in data) && found.data.shoes === 'blue' && found.data.note === 'by an old version'
      ));
    }
  }

  async newEpoch() {
    await this.offline(async () => {
      for (const device of [this.http, this.rx, this.melon]) await this.editAlone(device, 'before the new epoch');
      await hook('epoch', this.patientId);
    });
  }

  /** Some delete and edit, the tombstones are purged, and then those come back who had been away. */
  async purge() {
    const [here, away] = [[this.http, this.rx], [this.melon, this.old]];
    for (const { network } of away) network.isDown = true;
    for (const device of here) {
      await this.editAlone(device, 'before the purge');
      for (const record of this.take()) {
        await device.remove(record.collection, record.id);
        this.expect('what was deleted and purged stays away', record, ({ data }) => data === undefined);
      }
    }
    await this.editAlone(this.melon, 'unsent at the purge');
    await this.sync(here);
    await hook('purge', this.patientId);
    for (const { network } of away) network.isDown = false;
    await this.sync();
  }

  async editAlone(device, note) {
    for (const record of this.take()) {
      await edit(device, record, { note });
      this.expect(`an edit alone, ${note}, is kept`, record, ({ data }) => data?.note === note);
    }
  }

  /** Somebody writes between WatermelonDB's pull and its push: the cursor alone tells what it had seen. */
  async race() {
    await this.sync();
    const records = this.take();
    for (const record of records) {
      await edit(this.melon, record, { note: 'by melon, late' });
      this.expect('an edit between a pull and its push is not overwritten', record, ({ data, parked }) => (
        data.note === 'by http, in between' && parked.length >= 1
      ));
    }
    let isDone = false;
    this.melon.between.pullAndPush = async () => {
      if (isDone) return;
      isDone = true;
      for (const record of records) await edit(this.http, record, { note: 'by http, in between' });
      await this.http.sync();
    };
    await this.sync([this.melon]);
  }

  async fastEdits() {
    const [record] = this.take();
    for (let number = 1; number <= FAST_EDITS; number += 1) await edit(this.rx, record, { note: `edit ${number}` });
    this.expect('of fast edits the last is kept, without a conflict', record, ({ data, parked }) => (
      data.note === `edit ${FAST_EDITS}` && parked.length === 0
    ));
  }

  async refused() {
    for (const device of [this.http, this.rx]) {
      const { id, data } = sample(1, device.name);
      const record = { collection: 'pain_scores', id };
      await device.create(record.collection, id, { ...data, score: 99 });
      this.expect(`what ${device.name} sent and the server refused is parked`, record, (found) => (
        found.data === undefined && found.parked.length === 1 && device.parked().some(({ op }) => op.id === id)
      ));
    }
  }

  async settle() {
    for (const { network } of this.devices) network.isLossy = false;
    return this.untilEqual();
  }

  unmet({ rows, parked }) {
    const byId = grouped(parked);
    const data = new Map(rows.map((row) => [row.id, row.data]));
    return this.expected
      .filter(({ record, holds }) => !holds({ data: data.get(record.id), parked: byId.get(record.id) ?? [] }))
      .map(({ what, record }) => `${what}: ${JSON.stringify([data.get(record.id) ?? null, byId.get(record.id) ?? []])}`);
  }
}

function grouped(parked) {
  const found = new Map();
  for (const item of parked) found.set(item.record_id, [...(found.get(item.record_id) ?? []), item]);
  return found;
}

const edit = (device, { collection, id }, changes) => device.edit(collection, id, changes);
const includes = (data, wanted) => (
  Object.entries(wanted).every(([name, value]) => JSON.stringify(data[name]) === JSON.stringify(value))
);

async function meet(url, seed) {
  const person = { email: `${crypto.randomUUID()}@example.org`, password: PASSWORD };
  const api = new Api({ url });
  await api.register({ ...person, display_name: 'Converging', zone: 'Europe/Berlin' });
  await api.login(person.email, PASSWORD, 'witness');
  const told = (name, number) => ({ url, person, name, seed: seed * 10 + number });
  const old = { ...told('old', 4), schemaVersion: 1 };
  const modern = [httpDevice(told('http', 1)), rxDevice(told('rx', 2)), melonDevice(told('melon', 3))];
  return { api, devices: await Promise.all([...modern, httpDevice(old)]) };
}

async function main() {
  const begun = performance.now();
  const [records, seed] = [Number(options.records), Number(options.seed)];
  const { api, devices } = await meet(options.url, seed);
  const scenario = new Scenario(devices, api, records, seed);
  scenario.patientId = devices[0].patientId;
  for (const step of ['create', 'clash', 'newEpoch', 'purge', 'race', 'fastEdits', 'refused']) await scenario[step]();
  const differing = await scenario.settle();
  const server = await serverState(api, scenario.patientId);
  const failures = [...scenario.differing, ...differing, ...scenario.unmet(server)];
  await together(devices, (device) => device.close());
  return {
    ok: failures.length === 0,
    ...{ records, seed, rounds: scenario.rounds, live: server.rows.length, parked: server.parked.length },
    expectations: scenario.expected.length,
    network: Object.fromEntries(devices.map(({ name, network }) => [name, network.told])),
    seconds: Math.round((performance.now() - begun) / 100) / 10,
    failures: failures.slice(0, 20),
  };
}

const summary = await main();
console.log(JSON.stringify(summary));
process.exit(summary.ok ? 0 : 1);
