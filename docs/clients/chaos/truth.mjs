// What the server holds, and where a device differs from it.

import { Api } from '../http/api.mjs';
import { digestOf } from '../http/digest.mjs';

/** Return every live row and every parked operation that waits, as a client of this schema version sees them. */
export async function serverState(api, patientId, schemaVersion = 5) {
  const seen = new Api({ url: api.url, schemaVersion, tokens: api.tokens });
  const rows = [];
  let page = { cursor: null, has_more: true };
  while (page.has_more) {
    page = await seen.changes(patientId, { cursor: page.cursor, limit: 1000 });
    rows.push(...page.changes.filter(({ deleted }) => !deleted));
  }
  return { rows, parked: await parkedOf(seen, patientId) };
}

async function parkedOf(api, patientId) {
  const found = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await api.get(`/v1/sync/streams/${patientId}/parked?limit=100${cursor && `&cursor=${cursor}`}`);
    found.push(...page.items);
    cursor = page.next_cursor;
  }
  return found;
}

/** Return in words how the devices differ from the server, by their rows and by the digest. */
export async function compare(devices, api, patientId, collections) {
  const { collections: digest } = await api.get(`/v1/sync/streams/${patientId}/digest`);
  const found = [];
  for (const device of devices) {
    const { rows } = await serverState(api, patientId, device.api.schemaVersion);
    const held = await device.state();
    found.push(...differences(device.name, held, rows, collections));
    const own = await digestOf(held);
    for (const name of collections) {
      const [mine, theirs] = [JSON.stringify(own[name]), JSON.stringify(digest[name])];
      if (mine !== theirs) found.push(`${device.name}: digest of ${name} is ${mine}, not ${theirs}`);
    }
  }
  return found;
}

function differences(name, held, rows, collections) {
  const told = (list) => new Map(list.filter(({ collection }) => collections.includes(collection)).map(
    ({ collection, id, ver, data }) => [`${collection}/${id}`, canonical({ ver, data })],
  ));
  const [mine, theirs] = [told(held), told(rows)];
  return [...new Set([...mine.keys(), ...theirs.keys()])]
    .filter((key) => mine.get(key) !== theirs.get(key))
    .map((key) => `${name}: ${key} is ${mine.get(key)}, not ${theirs.get(key)}`);
}

// An absent field and an empty one are the same: RxDB knows no null.
function canonical(value) {
  return JSON.stringify(value, (_, inner) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).filter(([, told]) => told !== null).sort());
  });
}
