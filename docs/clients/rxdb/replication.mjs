// RxDB's own replication against Trochlea: one replication a collection, all on one patient's stream.

import { createRxDatabase, deepEqual } from 'rxdb';
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';

import { SCHEMAS } from './schemas.mjs';

// What the server holds wins: an operation that lost is parked there whole, and the person is shown it.
const conflictHandler = {
  isEqual: (a, b) => deepEqual(a, b),
  resolve: ({ realMasterState }) => realMasterState,
};

export async function openDatabase(name, storage = getRxStorageMemory()) {
  const db = await createRxDatabase({ name, storage, multiInstance: false });
  const wanted = Object.entries(SCHEMAS).map(([collection, schema]) => [collection, { schema, conflictHandler }]);
  for (const collection of Object.values(await db.addCollections(Object.fromEntries(wanted)))) stampWrites(collection);
  return db;
}

// Each local write makes its own version. Were it made by the server, fast edits would conflict with themselves.
function stampWrites(collection) {
  const stamp = (data) => { data.ver = crypto.randomUUID(); };
  collection.preInsert(stamp, false);
  collection.preSave(stamp, false);
  collection.preRemove(stamp, false);
}

export function replicate(db, { api, patientId, batchSize = 100, retryTime = 500 }) {
  const link = { api, patientId, epoch: null, parked: [] };
  const states = Object.values(db.collections).map((collection) => replicateRxCollection({
    collection,
    replicationIdentifier: `trochlea-${patientId}`,
    live: true,
    retryTime,
    pull: { batchSize, handler: (checkpoint, size) => pull(link, collection, checkpoint, size) },
    push: { batchSize, handler: (rows) => push(link, collection, rows) },
  }));
  const sync = () => Promise.all(states.map((state) => { state.reSync(); return state.awaitInSync(); }));
  return { states, sync, parked: link.parked };
}

// RxDB takes a page that is shorter than its batch for the last one, so a page is filled while there is more.
async function pull(link, collection, checkpoint, size) {
  let cursor = checkpoint?.cursor ?? null;
  const documents = [];
  try {
    for (let more = true; more && documents.length < size;) {
      const page = await changes(link, collection, cursor, size - documents.length);
      documents.push(...page.changes.map(toDocument));
      ({ cursor, has_more: more } = page);
    }
  } catch (problem) {
    if (problem.code !== 'resync_required') throw problem;
    return pullAnew(link, collection, size);
  }
  return { documents, checkpoint: { cursor } };
}

// 410: a snapshot, and for each row that it lacks a deletion. RxDB passes over rows with edits of their own.
async function pullAnew(link, collection, size) {
  const held = await collection.find().exec();
  const documents = [];
  let page = { cursor: null, has_more: true };
  while (page.has_more) {
    page = await changes(link, collection, page.cursor, size);
    documents.push(...page.changes.map(toDocument));
  }
  const there = new Set(documents.map(({ id }) => id));
  const gone = held.filter(({ id }) => !there.has(id)).map((doc) => ({ ...doc.toMutableJSON(), _deleted: true }));
  return { documents: [...documents, ...gone], checkpoint: { cursor: page.cursor } };
}

async function changes(link, collection, cursor, limit) {
  const page = await link.api.changes(link.patientId, { cursor, limit, collections: collection.name });
  link.epoch = page.epoch;
  return page;
}

// RxDB sends the same rows until this returns; thrown errors are tried again after retryTime.
async function push(link, collection, rows) {
  if (link.epoch === null) await changes(link, collection, null, 1);
  const ops = rows.map((row) => toOperation(collection, row));
  const { results } = await sendAll(link, ops);
  return results.map((result, index) => truthOf(link, ops[index], result, rows[index])).filter(Boolean);
}

async function sendAll(link, ops) {
  try {
    return await link.api.push(link.patientId, link.epoch, ops);
  } catch (problem) {
    // 409: the pull will meet the new epoch by itself, and the operations are good for any.
    if (problem.code === 'resync_required') link.epoch = problem.body.epoch;
    if (problem.status !== 413 || ops.length === 1) throw problem;
    const middle = Math.ceil(ops.length / 2);
    const halves = [await sendAll(link, ops.slice(0, middle)), await sendAll(link, ops.slice(middle))];
    return { results: halves.flatMap(({ results }) => results) };
  }
}

function toOperation(collection, { newDocumentState, assumedMasterState }) {
  const { id, ver, _deleted, ...data } = newDocumentState;
  const op = { op_id: ver, collection: collection.name, id, base: { ver: assumedMasterState?.ver ?? null } };
  // Once it has adopted the server's record RxDB offers it anew, and drops what it pulls meanwhile. Nothing was
  // written, so nothing is sent but the question what the server holds by now.
  if (ver === op.base.ver) return { ...op, op_id: crypto.randomUUID(), action: 'patch', data: {} };
  return _deleted ? { ...op, action: 'delete' } : { ...op, action: 'put', data };
}

// Whatever is returned RxDB adopts. It drops what it pulls over edits it has not yet heard of as sent, so all that differs
// must be told: also what the server works out of a record that it took as it was.
function truthOf(link, op, result, { newDocumentState, assumedMasterState }) {
  if (result.status === 'conflict' || result.status === 'rejected') link.parked.push({ op, ...result });
  if (result.status === 'rejected') return assumedMasterState ?? { ...newDocumentState, _deleted: true };
  if (!result.record) return null;
  const record = toDocument(result.record);
  const isHeld = record.ver === newDocumentState.ver && (record._deleted || deepEqual(record, newDocumentState));
  return isHeld ? null : record;
}

function toDocument({ id, ver, deleted, data }) {
  return { id, ver, ...withoutNull(data ?? {}), _deleted: deleted };
}

function withoutNull(value) {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutNull(inner)]));
}
