// What the client does with each refusal, against a server of a few lines. Run by `node --test`.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Api } from './api.mjs';
import { Client } from './client.mjs';
import { Store } from './store.mjs';

const EMPTY_PAGE = { epoch: 'e', cursor: 'c', changes: [], directives: [], has_more: false };

/** A client whose server answers pushes with these, in turn, and then applies all. */
function meet(...refusals) {
  const pushed = [];
  const answer = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers });
  const fetch = async (url, options) => {
    if (url.endsWith('/v1/auth/token')) return answer(200, { access_token: 'fresh', refresh_token: 'next' });
    if (!url.endsWith('/ops')) return answer(200, EMPTY_PAGE);
    const { ops } = JSON.parse(options.body);
    pushed.push(ops.map(({ op_id: id }) => id));
    const refusal = refusals.shift();
    if (refusal === 'lost') throw new Error('lost');
    if (refusal) return answer(refusal.status, refusal, { 'Retry-After': '0.01' });
    return answer(200, { results: ops.map(({ op_id: ver }, index) => ({ status: 'applied', ver, seq: index + 2 })) });
  };
  const api = new Api({ url: 'http://server', fetch, tokens: { access_token: 'old', refresh_token: 'one' } });
  const client = new Client({ api, patientId: 'p', store: new Store() });
  for (const id of ['one', 'two']) client.put('runs', id, { distance_m: 5000 });
  return { client, pushed };
}

const waiting = ({ store }) => store.state.outbox.length;

for (const refusal of ['lost', { status: 503, code: 'unavailable' }, { status: 401, code: 'unauthenticated' }]) {
  test(`after ${refusal.status ?? refusal} the same operations are sent again`, async () => {
    const { client, pushed } = meet(refusal);
    await client.sync({ pauseMs: 1 });
    assert.equal(waiting(client), 0);
    assert.equal(pushed.length, 2);
    assert.deepEqual(pushed[0], pushed[1]);
  });
}

test('after 413 the batch is halved', async () => {
  const { client, pushed } = meet({ status: 413, code: 'too_large' });
  client.batch = 2;
  await client.sync({ pauseMs: 1 });
  assert.deepEqual(pushed.map((ids) => ids.length), [2, 1, 1]);
});

test('after 409 it starts again without a cursor and keeps its outbox', async () => {
  const { client, pushed } = meet({ status: 409, code: 'resync_required' });
  await client.sync({ pauseMs: 1 });
  assert.deepEqual(pushed[0], pushed[1]);
  assert.equal(Object.keys(client.store.state.records).length, 2);
});

test('a reader keeps its rows and stops pushing', async () => {
  const { client, pushed } = meet({ status: 403, code: 'read_only' });
  await client.sync({ pauseMs: 1 });
  assert.equal(pushed.length, 1);
  assert.equal(waiting(client), 2);
});

test('after the consent has ended the local copy is deleted', async () => {
  const { client } = meet({ status: 403, code: 'consent_revoked', purge: true });
  await assert.rejects(client.sync({ pauseMs: 1 }), { code: 'consent_revoked' });
  assert.deepEqual(client.store.state.records, {});
});

for (const [status, code] of [[400, 'bad_json'], [426, 'app_too_old']]) {
  test(`${code} is for the app to tell; the outbox is kept, and sent unchanged afterwards`, async () => {
    const { client, pushed } = meet({ status, code });
    await assert.rejects(client.sync({ pauseMs: 1 }), { code });
    assert.equal(waiting(client), 2);
    await client.sync({ pauseMs: 1 });
    assert.deepEqual(pushed[0], pushed[1]);
  });
}

test('where no more can wait for a person, the rest goes past it and it stays in the outbox', async () => {
  const full = { status: 409, code: 'parked_full' };
  const { client, pushed } = meet(full, full);
  client.patch('runs', 'one', { distance_m: 6000 });
  await client.sync({ pauseMs: 1 });
  assert.deepEqual(pushed.map((ids) => ids.length), [3, 2, 1, 2]);
  assert.equal(client.isParkedFull, false);

  const again = meet(full, full, full);
  again.client.patch('runs', 'one', { distance_m: 6000 });
  await again.client.sync({ pauseMs: 1 });
  assert.deepEqual(again.pushed.map((ids) => ids.length), [3, 2, 1, 1]);
  assert.deepEqual(again.client.store.state.outbox.map(({ id }) => id), ['one', 'one']);
  assert.equal(again.client.isParkedFull, true);
  await again.client.sync({ pauseMs: 1 });
  assert.deepEqual([waiting(again.client), again.client.isParkedFull], [0, false]);
});

for (const enter of [(api) => api.register({ email: 'a@example.org' }), (api) => api.login('a@example.org', 'p', 'd')]) {
  test(`where no turn is free, ${enter.toString().match(/api\.(\w+)/)[1]} comes again when it was told to`, async () => {
    const told = [];
    const fetch = async (url) => {
      told.push(url);
      const [status, body] = told.length < 3 ? [503, { code: 'busy' }] : [200, { access_token: 'fresh' }];
      return new Response(JSON.stringify(body), { status, headers: { 'Retry-After': '0.01' } });
    };
    await enter(new Api({ url: 'http://server', fetch }));
    assert.equal(told.length, 3);
  });
}
