import { phoneTable } from '../phone';

/** One thing said of one consignment, as the server takes it. The id is made here, so that sending it twice is saying it once. */
export interface Scan { id: string; consignment: number; step: string; quantity: number | null; reason: string | null; at: string }

/** A scan on this phone: waiting, or answered "no" in a word, which stays until somebody has read it. */
export interface KeptScan extends Scan { refused?: string }

const inTable = phoneTable('rongtong-scans', 'scans', 'id');

export async function readScans(): Promise<KeptScan[]> {
  const scans = (await inTable('readonly', kept => kept.getAll())) as KeptScan[];
  return scans.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** Keeps the scan; false where the same was said and still waits: two taps, or two looks at one paper, are one scan. */
export async function keepScan(scan: Scan): Promise<boolean> {
  let isNew = true;
  await inTable('readwrite', kept => {
    // Looked up and written in one transaction: two windows say it once, too.
    const request = kept.getAll();
    request.onsuccess = () => {
      isNew = !(request.result as KeptScan[]).some(old => !old.refused && old.consignment === scan.consignment && old.step === scan.step && old.quantity === scan.quantity && old.reason === scan.reason);
      if (isNew) kept.put(scan);
    };
    return request;
  });
  return isNew;
}

/** What the server answered: taken ones go, refused ones stay with the word why. */
export async function settle(scan: KeptScan, refused: string | null): Promise<void> {
  await inTable('readwrite', kept => (refused === null ? kept.delete(scan.id) : kept.put({ ...scan, refused })));
}
