// The least a local store must do: all of a transaction is kept, or nothing. Apps use SQLite or IndexedDB.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const EMPTY = { epoch: null, cursor: null, records: {}, outbox: [], parked: [] };

export class Store {
  constructor(file = null) {
    this.file = file;
    this.state = file ? read(file) : structuredClone(EMPTY);
  }

  /** Change a draft; nobody sees it before it is whole, on disk too. */
  transaction(change) {
    const draft = structuredClone(this.state);
    change(draft);
    if (this.file) {
      writeFileSync(`${this.file}.new`, JSON.stringify(draft));
      renameSync(`${this.file}.new`, this.file);
    }
    this.state = draft;
  }

  wipe() {
    this.transaction((draft) => Object.assign(draft, structuredClone(EMPTY)));
  }
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return structuredClone(EMPTY);
    throw error;
  }
}
