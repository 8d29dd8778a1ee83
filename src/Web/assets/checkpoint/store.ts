import { phoneTable } from '../phone';

/** What this phone keeps, in IndexedDB: files of the server, one reading of the clock, and numbers of the day. Nothing of a pass, ever. */
export interface Kept {
  /** SubjectPublicKeyInfo of the root key, pinned at the first visit. */
  rootKey: Uint8Array<ArrayBuffer>;
  trustList: Uint8Array<ArrayBuffer>;
  revocation: Uint8Array<ArrayBuffer>;
  /** The exact ids behind the filter. */
  shards: Uint8Array<ArrayBuffer>;
  clock: ClockReading;
  counts: Record<string, DayCounts>;
}

/** The phone's clock beside the server's, when both were last seen together; milliseconds. */
export interface ClockReading { phoneMs: number; serverMinusPhoneMs: number }

export type Outcome = 'green' | 'yellow' | 'red' | 'unverified' | 'manual';
export type DayCounts = Record<Outcome, number>;

const inTable = phoneTable('rongtong-checkpoint', 'kept');

export async function read<K extends keyof Kept>(key: K): Promise<Kept[K] | null> {
  return ((await inTable('readonly', kept => kept.get(key))) as Kept[K] | undefined) ?? null;
}

export async function write<K extends keyof Kept>(key: K, value: Kept[K]): Promise<void> {
  await inTable('readwrite', kept => kept.put(value, key));
}

/** Reads and writes in one transaction: two quick taps, or two windows, are two counts. */
export async function change<K extends keyof Kept>(key: K, by: (old: Kept[K] | null) => Kept[K]): Promise<Kept[K]> {
  let changed: Kept[K] | undefined;
  await inTable('readwrite', kept => {
    const request = kept.get(key);
    request.onsuccess = () => {
      changed = by((request.result as Kept[K] | undefined) ?? null);
      kept.put(changed, key);
    };
    return request;
  });
  return changed as Kept[K];
}

/** Forgets the files and the pinned key; the counts stay. */
export async function forgetFiles(): Promise<void> {
  for (const key of ['rootKey', 'trustList', 'revocation', 'shards', 'clock'] satisfies (keyof Kept)[]) await inTable('readwrite', kept => kept.delete(key));
}
