// The first day with a generated client: register, log in, first sync, log a run, read the advice.

import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

declare const process: { argv: string[] };
type Run = components['schemas']['Run'];

const [url, email, password] = process.argv.slice(2) as [string, string, string];
const client = createClient<paths>({ baseUrl: url });

function told<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

told(await client.POST('/v1/accounts', { body: { email, password, display_name: 'Ida', zone: 'Europe/Berlin' } }));
const tokens = told(await client.POST('/v1/auth/login', { body: { email, password, device_name: 'phone' } }));
client.use({ onRequest: ({ request }) => void request.headers.set('Authorization', `Bearer ${tokens.access_token}`) });

const path = { patient_id: tokens.account_id };
const first = told(await client.GET('/v1/sync/streams/{patient_id}/changes', { params: { path, query: {} } }));
const now = new Date().toISOString();
const run: Run = { id: crypto.randomUUID(), performed_at: now, zone: 'Europe/Berlin', distance_m: 5000, duration_s: 1800 };
const stored = told(await client.POST('/v1/patients/{patient_id}/runs', { params: { path }, body: run }));
const advice = told(await client.GET('/v1/patients/{patient_id}/guidance/advice', { params: { path } }));
console.log(JSON.stringify({ epoch: first.epoch, distance_m: stored.distance_m, decision: advice.decision }));
