// A whole offline client with nothing but fetch and a store: an outbox of operations, and rows that follow a cursor.
//
// A row has what the person sees (`ver`, `data`; null: deleted here) and the server's version as last heard of
// (`server`). While operations of a row wait, only the latter moves.

import { NoAnswer } from './api.mjs';

const PAGE = 500;
const keyOf = ({ collection, id }) => `${collection}/${id}`;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Client {
  constructor({ api, store, patientId }) {
    Object.assign(this, { api, store, patientId, batch: 500, readOnly: false, isParkedFull: false, etag: null });
  }

  // Local writes: the row and its operation are kept together, before any network.

  put(collection, id, data) {
    this.#write({ collection, id, action: 'put', data }, () => data);
  }

  patch(collection, id, changes) {
    this.#write({ collection, id, action: 'patch', data: changes }, (before) => ({ ...before, ...changes }));
  }

  remove(collection, id) {
    this.#write({ collection, id, action: 'delete' }, () => null);
  }

  #write(written, dataAfter) {
    this.store.transaction((draft) => {
      const row = (draft.records[keyOf(written)] ??= { ver: null, data: null, server: null });
      const op = { op_id: crypto.randomUUID(), ...written, base: { ver: row.ver } };
      Object.assign(row, { ver: op.op_id, data: dataAfter(row.data) });
      draft.outbox.push(op);
    });
  }

  // Sync: push and pull, in any order, as often as one likes.

  /** Sync until nothing waits; an answer that did not come is asked for again, with the same operations. */
  async sync({ attempts = 20, pauseMs = 500 } = {}) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (this.store.state.epoch === null) await this.pull();
        if (!this.readOnly) await this.push();
        await this.pull();
        return;
      } catch (error) {
        if (attempt === attempts) throw error;
        await this.#recover(error, pauseMs);
      }
    }
  }

  async #recover(error, pauseMs) {
    if (error instanceof NoAnswer) return sleep(pauseMs);
    if (error.code === 'resync_required') return this.#forgetCursor();
    if (error.status === 413 && this.batch > 1) return void (this.batch = Math.ceil(this.batch / 2));
    if (error.status === 429 || error.status === 503) return sleep(error.retryAfterS * 1000);
    if (error.code === 'read_only') return void (this.readOnly = true);
    if (error.code === 'consent_revoked' && error.body.purge) this.store.wipe();
    throw error;
  }

  // Rows in `stuck` have an operation that would need a person's attention while too many do already (`parked_full`):
  // they wait in the outbox until some are settled, and everything else goes on past them.
  async push() {
    const stuck = new Set();
    let size = this.batch;
    for (;;) {
      const { epoch, outbox } = this.store.state;
      const ops = outbox.filter((op) => !stuck.has(keyOf(op))).slice(0, size);
      if (ops.length === 0) break;
      try {
        this.#settleAll(ops, (await this.api.push(this.patientId, epoch, ops)).results);
        size = Math.min(this.batch, 2 * size);
      } catch (error) {
        if (error.code !== 'parked_full') throw error;
        if (ops.length === 1) stuck.add(keyOf(ops[0]));
        size = Math.ceil(ops.length / 2);
      }
    }
    this.isParkedFull = stuck.size > 0;
  }

  #settleAll(ops, results) {
    const sent = new Set(ops.map(({ op_id: id }) => id));
    this.store.transaction((draft) => {
      draft.outbox = draft.outbox.filter(({ op_id: id }) => !sent.has(id));
      const waiting = new Set(draft.outbox.map(keyOf));
      results.forEach((result, index) => settle(draft, ops[index], result, waiting));
    });
  }

  async pull() {
    const { cursor } = this.store.state;
    if (cursor === null) return this.#pullAll();
    const headers = this.etag ? { 'If-None-Match': this.etag } : {};
    const page = await this.api.changes(this.patientId, { cursor, limit: PAGE }, headers);
    if (page === null) return undefined; // 304: nothing new
    this.#keep([page], false);
    return page.has_more ? this.pull() : undefined;
  }

  // Without a cursor the pages are a snapshot: what it lacks is gone, unless it waits to be sent.
  async #pullAll() {
    const pages = [];
    do {
      pages.push(await this.api.changes(this.patientId, { cursor: pages.at(-1)?.cursor, limit: PAGE }));
    } while (pages.at(-1).has_more);
    this.#keep(pages, true);
  }

  #keep(pages, isSnapshot) {
    const { epoch, cursor, etag } = pages.at(-1);
    this.etag = this.store.state.cursor === cursor ? etag : null;
    this.store.transaction((draft) => {
      const waiting = new Set(draft.outbox.map(keyOf));
      if (isSnapshot) forgetServer(draft);
      for (const page of pages) apply(draft, page);
      Object.assign(draft, { epoch, cursor });
      for (const key of Object.keys(draft.records)) if (!waiting.has(key)) adopt(draft, key);
    });
  }

  #forgetCursor() {
    this.etag = null;
    this.store.transaction((draft) => Object.assign(draft, { epoch: null, cursor: null }));
  }
}

function settle(draft, op, result, waiting) {
  const key = keyOf(op);
  const row = (draft.records[key] ??= { ver: null, data: null, server: null });
  if (result.status === 'conflict' || result.status === 'rejected') draft.parked.push({ op, ...result });
  if (result.record) hear(row, result.record);
  else if (result.status === 'applied') hear(row, { ...result, data: op.data ?? null });
  if (!waiting.has(key)) adopt(draft, key);
}

function apply(draft, page) {
  for (const { collection } of page.directives) {
    for (const key of Object.keys(draft.records)) if (key.startsWith(`${collection}/`)) delete draft.records[key];
  }
  for (const change of page.changes) {
    hear((draft.records[keyOf(change)] ??= { ver: null, data: null, server: null }), change);
  }
}

// An answer may come after a page that is newer than it; the number says which is.
function hear(row, { ver, seq, data }) {
  if (row.server === null || seq >= row.server.seq) row.server = { ver, seq, data };
}

function adopt(draft, key) {
  const { server } = draft.records[key];
  if (server === null || server.data === null) delete draft.records[key];
  else Object.assign(draft.records[key], { ver: server.ver, data: server.data });
}

function forgetServer(draft) {
  for (const row of Object.values(draft.records)) row.server = null;
}
