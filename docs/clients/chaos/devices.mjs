// The three clients behind one face, so that the scenario treats them alike.

import { Api } from '../http/api.mjs';
import { Client } from '../http/client.mjs';
import { Store } from '../http/store.mjs';
import * as rx from '../rxdb/replication.mjs';
import * as melon from '../watermelondb/database.mjs';
import { syncer } from '../watermelondb/sync.mjs';
import { LossyNetwork } from './lossy.mjs';

const ATTEMPTS = 60;
const PAUSE_MS = 20;

/** Log a device in over a sound network that then turns lossy. */
async function connect({ url, person, name, seed, schemaVersion }) {
  const network = new LossyNetwork(seed);
  const api = new Api({ url, fetch: network.fetch, schemaVersion });
  network.isLossy = false;
  const { account_id: patientId, device_id: deviceId } = await api.login(person.email, person.password, name);
  await api.refresh();
  network.isLossy = true;
  return { name, network, api, patientId, deviceId };
}

export async function httpDevice(told) {
  const link = await connect(told);
  const client = new Client({ api: link.api, patientId: link.patientId, store: new Store() });
  const rows = () => Object.entries(client.store.state.records);
  return {
    ...link,
    create: async (collection, id, data) => client.put(collection, id, data),
    edit: async (collection, id, changes) => client.patch(collection, id, changes),
    rewrite: async (collection, id, data) => client.put(collection, id, data),
    remove: async (collection, id) => client.remove(collection, id),
    sync: () => client.sync({ attempts: ATTEMPTS, pauseMs: PAUSE_MS }),
    state: async () => rows().map(([key, { ver, data }]) => {
      const [collection, id] = key.split('/');
      return { collection, id, ver, data };
    }),
    parked: () => client.store.state.parked,
    close: async () => {},
  };
}

export async function rxDevice(told) {
  const link = await connect(told);
  const db = await rx.openDatabase(`rx${crypto.randomUUID().replaceAll('-', '')}`);
  const { sync, states, parked } = rx.replicate(db, { ...link, batchSize: 50, retryTime: PAUSE_MS });
  const find = (collection, id) => db[collection].findOne(id).exec();
  const change = (changes) => (data) => {
    for (const [name, value] of Object.entries(changes)) if (value === null) delete data[name]; else data[name] = value;
    return data;
  };
  const rowsOf = async (name) => (await db[name].find().exec()).map((doc) => {
    const { id, ver, ...data } = doc.toMutableJSON();
    return { collection: name, id, ver, data };
  });
  return {
    ...link,
    create: async (collection, id, data) => void (await db[collection].insert({ id, ver: '', ...data })),
    edit: async (collection, id, changes) => {
      const doc = await find(collection, id);
      await doc.incrementalModify(change(changes));
    },
    remove: async (collection, id) => {
      const doc = await find(collection, id);
      await doc.incrementalRemove();
    },
    sync,
    state: async () => (await Promise.all(Object.keys(db.collections).map(rowsOf))).flat(),
    parked: () => parked,
    close: async () => { await Promise.all(states.map((state) => state.cancel())); await db.close(); },
  };
}

export async function melonDevice(told) {
  const link = await connect(told);
  melon.logger.silence();
  const database = melon.openDatabase(`melon${told.seed}`);
  const between = { pullAndPush: async () => {} };
  const { sync, parked } = syncer(database, { ...link, onPulled: () => between.pullAndPush() });
  const rowsOf = async (table) => (await database.get(table).query().fetch()).map(({ _raw: raw }) => (
    { collection: table, id: raw.id, ver: raw.ver, data: melon.toData(table, raw) }
  ));
  return {
    ...link,
    between,
    create: (collection, id, data) => database.write(() => database.get(collection).create((row) => {
      row._raw.id = id;
      fill(row, data);
    })),
    edit: (collection, id, changes) => database.write(async () => {
      const row = await database.get(collection).find(id);
      await row.update(() => fill(row, changes));
    }),
    remove: (collection, id) => database.write(async () => (await database.get(collection).find(id)).markAsDeleted()),
    sync: () => patiently(sync),
    state: async () => (await Promise.all(melon.TABLES.map(rowsOf))).flat(),
    parked: () => [...parked.values()],
    close: async () => {},
  };
}

function fill(row, data) {
  for (const [name, value] of Object.entries(melon.toColumns(data))) row._setRaw(name, value);
}

async function patiently(sync) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sync();
    } catch (error) {
      if (error.constructor.name !== 'NoAnswer' && ![409, 410, 503].includes(error.status)) throw error;
      if (attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
