// The HTTP of all three clients: tokens, gzip, and errors told apart. Needs nothing but fetch.

/** No answer came. The request may have been carried out: send the same one again. */
export class NoAnswer extends Error {}

/** The server refused; `code` is stable, `body` is the whole problem document. */
export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(`${status} ${body.code}`);
    Object.assign(this, { status, body, code: body.code, retryAfterS: Number(retryAfter) || 1 });
  }
}

const WORTH_COMPRESSING = 2048;
const TRIES_TO_ENTER = 20;

export class Api {
  #refreshing = null;

  constructor({ url, fetch = globalThis.fetch, schemaVersion = 5, tokens = null }) {
    Object.assign(this, { url, fetch, schemaVersion, tokens });
  }

  register(person) {
    return this.#enter('/v1/accounts', person);
  }

  async login(email, password, deviceName) {
    // A device that shows it was logged in before is not kept out by other people's wrong guesses.
    const known = this.tokens ? { last_refresh_token: this.tokens.refresh_token } : {};
    const who = { email, password, device_name: deviceName, ...known };
    this.tokens = await this.#enter('/v1/auth/login', who);
    return this.tokens;
  }

  // Few passwords are hashed at a time: where nobody's turn comes soon, the server says when to come again.
  async #enter(path, body) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#send('POST', path, body);
      } catch (error) {
        if (error.code !== 'busy' || tries === TRIES_TO_ENTER) throw error;
        await new Promise((resolve) => setTimeout(resolve, error.retryAfterS * 1000));
      }
    }
  }

  // A refresh token is good once, so two requests that meet an old token must share one refresh.
  refresh() {
    this.#refreshing ??= this.#send('POST', '/v1/auth/token', { refresh_token: this.tokens.refresh_token })
      .then((tokens) => (this.tokens = tokens))
      .finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async request(method, path, body, headers = {}) {
    const authorized = () => ({ ...headers, Authorization: `Bearer ${this.tokens.access_token}` });
    try {
      return await this.#send(method, path, body, authorized());
    } catch (error) {
      if (error.status !== 401) throw error;
      await this.refresh();
      return this.#send(method, path, body, authorized());
    }
  }

  get(path, headers) {
    return this.request('GET', path, undefined, headers);
  }

  push(patientId, epoch, ops, more = {}) {
    return this.request('POST', `/v1/sync/streams/${patientId}/ops`, { epoch, ops, ...more });
  }

  changes(patientId, query, headers) {
    const told = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const one of [value ?? []].flat()) told.append(name, one);
    }
    return this.get(`/v1/sync/streams/${patientId}/changes?${told}`, headers);
  }

  async #send(method, path, body, headers = {}) {
    const sent = { 'Sync-Schema': String(this.schemaVersion), ...headers };
    const answer = await this.#answer(this.url + path, { method, headers: sent, body: await packed(body, sent) });
    if (answer.status === 304) return null;
    if (answer.status >= 400) throw new Problem(answer.status, answer.body, answer.retryAfter);
    return answer.etag ? { ...answer.body, etag: answer.etag } : answer.body;
  }

  async #answer(url, options) {
    try {
      const response = await this.fetch(url, options);
      const text = await response.text();
      return {
        status: response.status,
        body: text && JSON.parse(text),
        etag: response.headers.get('ETag'),
        retryAfter: response.headers.get('Retry-After'),
      };
    } catch (error) {
      throw new NoAnswer(`${options.method} ${url}: ${error.message}`);
    }
  }
}

async function packed(body, headers) {
  if (body === undefined) return undefined;
  headers['Content-Type'] = 'application/json';
  const text = JSON.stringify(body);
  if (text.length < WORTH_COMPRESSING) return text;
  headers['Content-Encoding'] = 'gzip';
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}
