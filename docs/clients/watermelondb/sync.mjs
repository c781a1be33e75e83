// WatermelonDB's synchronize() against Trochlea. It knows one number and no pages, and pulls before it pushes.

import { Q, synchronize, TABLES, toColumns, toData } from './database.mjs';

const BATCH = 500;
const PAGE = 1000;

/** Return a function that synchronizes once; `parked` holds what the server refused, for the person to see. */
export function syncer(database, { api, patientId, deviceId, onPulled = async () => {} }) {
  const known = { epoch: null, parked: new Map(), sent: new Map(), settled: new Map() };
  const link = { database, api, patientId, deviceId, ...known };
  const sync = () => synchronize({
    database,
    sendCreatedAsUpdated: true,
    conflictResolver: (table, local, remote, resolved) => resolve(link, table, local, remote, resolved),
    pullChanges: async ({ lastPulledAt }) => {
      const pulled = await pullChanges(link, lastPulledAt);
      await onPulled();
      return pulled;
    },
    pushChanges: ({ changes, lastPulledAt }) => pushChanges(link, changes, lastPulledAt),
  });
  return { sync, parked: link.parked };
}

function resolve(link, table, local, remote, resolved) {
  const settled = link.settled.get(`${table}/${local.id}`);
  if (settled === JSON.stringify(toData(table, local))) return { ...remote, _status: 'synced', _changed: '' };
  // It was edited while it was settled. Of a row that was never marked as sent no column counts as changed, so by
  // itself WatermelonDB would take the server's copy over it.
  return local._status === 'created' ? { ...remote, ...local, ver: remote.ver } : resolved;
}

async function pullChanges(link, lastPulledAt) {
  try {
    return await pullFrom(link, lastPulledAt);
  } catch (problem) {
    if (problem.code !== 'resync_required') throw problem;
    return { ...(await pullFrom(link, null)), experimentalStrategy: 'replacement' };
  }
}

async function pullFrom(link, since) {
  const newest = new Map();
  let page = { cursor: null, has_more: true };
  for (let query = { since }; page.has_more; query = { cursor: page.cursor }) {
    page = await link.api.changes(link.patientId, { ...query, limit: PAGE, collections: TABLES });
    // A row that changed while paging comes again: only its last version counts.
    for (const change of page.changes) newest.set(change.id, change);
  }
  link.epoch = page.epoch;
  const changes = changeSet(newest.values());
  await settleClashes(link, changes, since);
  return { changes, timestamp: page.int_cursor };
}

// Every table is named, also an empty one: a replacement sweeps only tables that it is told of.
function changeSet(newest) {
  const changes = Object.fromEntries(TABLES.map((table) => [table, { created: [], updated: [], deleted: [] }]));
  for (const { collection, id, ver, deleted, data } of newest) {
    if (deleted) changes[collection].deleted.push(id);
    else changes[collection].updated.push({ id, ver, ...toColumns(data) });
  }
  return changes;
}

// WatermelonDB lets local columns win over the server's, drops edits of what was deleted there, and lets deletions
// win unseen. So what clashes is sent before it is applied, with what it began from: the server merges it or parks
// it, and tells what holds.
async function settleClashes(link, changes, since) {
  link.settled.clear();
  const ops = [];
  for (const table of TABLES) ops.push(...await clashesOf(link, table, changes[table], since === null));
  for (const { op, result } of await send(link, ops, since)) {
    note(link, op, result);
    // Without a record it is stored as it was sent.
    const record = result.record ?? (result.status === 'applied' ? { ...op, ver: result.ver } : null);
    if (record?.data) take(changes[op.collection], op, record);
    else link.settled.delete(keyOf(op));
  }
}

async function clashesOf(link, table, { updated, deleted }, isSnapshot) {
  const [pulled, gone] = [new Map(updated.map(({ id, ver }) => [id, ver])), new Set(deleted)];
  const isGone = ({ id, _status: status }) => status === 'updated' && (gone.has(id) || (isSnapshot && !pulled.has(id)));
  const written = Q.where('_status', Q.oneOf(['created', 'updated']));
  const raws = (await link.database.get(table).query(written).fetch()).map(({ _raw: raw }) => raw);
  const removed = await link.database.adapter.getDeletedRecords(table);
  return [
    ...raws.filter((raw) => pulled.has(raw.id) || isGone(raw))
      .flatMap((raw) => editOf(link, table, raw, pulled.get(raw.id))),
    // Of a deleted row only the cursor tells what it began from, and after a snapshot that is of another generation.
    ...removed.filter((id) => !isSnapshot && pulled.has(id) && !link.sent.has(pulled.get(id)))
      .map((id) => deleteOf(table, id)),
  ];
}

// If the version pulled is this device's own, an answer was lost. It may hold what others wrote, merged: only what was
// written here since may be sent on top of it, and mostly that is nothing.
function editOf(link, table, raw, pulledVer) {
  const op = putOf(table, raw);
  link.settled.set(keyOf(op), JSON.stringify(op.data));
  const before = link.sent.get(pulledVer);
  if (before === undefined) return [{ ...op, base: { ver: raw.ver } }];
  const since = changedFields(before, op.data);
  if (Object.keys(since).length === 0) return [];
  return [{ ...op, action: 'patch', base: { ver: pulledVer }, data: since }];
}

function changedFields(before, after) {
  const names = Object.keys({ ...before, ...after });
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(changed.map((name) => [name, after[name] ?? null]));
}

// What is told as created comes back to life although it was deleted here: that deletion lost against an edit.
function take(changes, op, { id, ver, data }) {
  changes.updated = changes.updated.filter((row) => row.id !== id);
  const place = op.action === 'delete' ? changes.created : changes.updated;
  place.push({ id, ver, ...toColumns(data) });
}

async function pushChanges(link, changes, lastPulledAt) {
  const ops = [];
  for (const table of TABLES) {
    const { created, updated, deleted } = changes[table];
    ops.push(...[...created, ...updated].map((raw) => putOf(table, raw)));
    ops.push(...deleted.map((id) => deleteOf(table, id)));
  }
  const results = await send(link, ops.filter((op) => !isParked(link, op)), lastPulledAt);
  results.forEach(({ op, result }) => note(link, op, result));
  return { experimentalRejectedIds: rejected(link) };
}

const putOf = (table, raw) => ({ collection: table, id: raw.id, action: 'put', data: toData(table, raw) });
const deleteOf = (table, id) => ({ collection: table, id, action: 'delete' });
const keyOf = ({ collection, id }) => `${collection}/${id}`;

async function send(link, ops, baseCursor) {
  const done = [];
  for (let from = 0; from < ops.length; from += BATCH) {
    const batch = await Promise.all(ops.slice(from, from + BATCH).map((op) => withId(link, op, baseCursor)));
    for (const op of batch) link.sent.set(op.op_id, wholeOf(link, op));
    const { results } = await link.api.push(link.patientId, link.epoch, batch, { base_cursor: baseCursor });
    done.push(...results.map((result, index) => ({ op: ops[from + index], result })));
  }
  return done;
}

// Of a patch it is the whole row that counts as sent.
function wholeOf(link, op) {
  return op.action === 'patch' ? JSON.parse(link.settled.get(keyOf(op))) : op.data ?? null;
}

// There is no place for an operation's id in a row, so it follows from what is sent: the same again has the same id.
async function withId(link, op, baseCursor) {
  const told = new TextEncoder().encode(JSON.stringify([link.deviceId, baseCursor, op]));
  const hash = [...new Uint8Array(await crypto.subtle.digest('SHA-256', told))];
  const hex = hash.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return { op_id: id, ...op };
}

// What was refused stays unsent in its row, and is sent again once it was changed. What lost is parked on the
// server; the next pull brings the server's record.
function note(link, op, result) {
  if (result.status === 'rejected') link.parked.set(keyOf(op), { op, ...result });
  else link.parked.delete(keyOf(op));
}

function isParked(link, op) {
  return JSON.stringify(link.parked.get(keyOf(op))?.op) === JSON.stringify(op);
}

function rejected(link) {
  const ids = Object.fromEntries(TABLES.map((table) => [table, []]));
  for (const { op } of link.parked.values()) ids[op.collection].push(op.id);
  return ids;
}
