// A network that loses requests, loses answers, and delivers twice; the same seed loses the same ones.

/** Return a source of numbers from 0 to 1 that follows from the seed (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class LossyNetwork {
  constructor(seed, { request = 0.1, answer = 0.1, doubled = 0.05 } = {}) {
    Object.assign(this, { random: seeded(seed), rates: { request, answer, doubled }, isLossy: true, isDown: false });
    this.told = { sent: 0, requestsLost: 0, answersLost: 0, doubled: 0 };
    this.fetch = (url, options) => this.#deliver(url, options);
  }

  async #deliver(url, options) {
    if (this.isDown) throw new Error('offline');
    this.told.sent += 1;
    const fate = this.isLossy ? this.random() : 1;
    const { request, answer, doubled } = this.rates;
    if (fate < request) return this.#lose('requestsLost');
    if (fate < request + answer) {
      await (await fetch(url, options)).arrayBuffer();
      return this.#lose('answersLost');
    }
    if (fate >= request + answer + doubled) return fetch(url, options);
    this.told.doubled += 1;
    const [first, second] = await Promise.all([fetch(url, options), fetch(url, options)]);
    await first.arrayBuffer();
    return second;
  }

  #lose(what) {
    this.told[what] += 1;
    throw new Error(what);
  }
}
