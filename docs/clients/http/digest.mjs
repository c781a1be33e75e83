// The proof that a device holds the server's state: compare with GET …/digest.

/** Return {collection: {count, xor}} of rows {collection, id, ver}: the XOR of 8 bytes of a hash of each. */
export async function digestOf(rows) {
  const found = {};
  for (const { collection, id, ver } of rows) {
    const told = new TextEncoder().encode(`${collection}\0${id}\0${ver}`);
    const hash = new DataView(await crypto.subtle.digest('SHA-256', told)).getBigUint64(0);
    const { count, xor } = found[collection] ?? { count: 0, xor: 0n };
    found[collection] = { count: count + 1, xor: xor ^ hash };
  }
  return Object.fromEntries(Object.entries(found).map(([name, { count, xor }]) => [name, { count, xor: hex(xor) }]));
}

const hex = (number) => number.toString(16).padStart(16, '0');
