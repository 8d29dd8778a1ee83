import { forgetFiles, read, write, type ClockReading } from './store';
import { fromBase64, isSame } from './verify/bytes';
import { RevocationList } from './verify/revocation';
import { TrustList } from './verify/trust';

/** Everything the phone knows when it judges a pass. */
export interface Knowledge {
  rootKey: Uint8Array<ArrayBuffer> | null;
  trust: TrustList | null;
  revocation: RevocationList;
  clock: ClockReading | null;
}

/** What became of an attempt to fetch newer files. */
export type SyncOutcome = 'done' | 'offline' | 'trust-refused' | 'trust-older';

export type ClockProblem = { kind: 'fast' | 'slow'; minutes: number } | { kind: 'went-back' };

const address = { root: '/health/trust-root', trust: '/health/trust-list', revocation: '/health/revocation', shards: '/health/revocation.shards' };
const fetchMsMax = 60_000;
/** Two million revoked passes. A longer list is carried without its exact part, and a hit in the filter then goes the manual path. */
const shardsBytesMax = 32 * 1024 * 1024;
/** Beyond this a pass of a few minutes could look expired or not yet valid. */
const clockErrorMsMax = 120_000;

/** What was kept from the last visit, checked again as if it came from a stranger. */
export async function load(): Promise<Knowledge> {
  const [rootKey, trustBytes, clock] = await Promise.all([read('rootKey'), read('trustList'), read('clock')]);
  let trust: TrustList | null = null;
  try {
    if (rootKey && trustBytes) trust = await TrustList.open(trustBytes, rootKey);
  } catch {
    // Kept bytes that no longer verify count as none; the next visit brings new ones.
  }
  return { rootKey, trust, revocation: await openKept(trust), clock };
}

/** Fetches what is newer. Sends nothing but the requests for four files that are the same for everybody. */
export async function synchronise(): Promise<SyncOutcome> {
  try {
    let rootKey = await read('rootKey');
    if (!rootKey) {
      rootKey = fromBase64(await (await get(address.root)).text());
      await write('rootKey', rootKey);
    }
    const refusal = await takeTrustList(rootKey);
    if (refusal) return refusal;
    const { trust } = await load();
    if (trust) await takeRevocation(trust);
    return 'done';
  } catch {
    // No network, or a network that answers with something else: the files at hand go on serving.
    return 'offline';
  }
}

/** Begins anew: the next visit pins whatever root key the server shows. */
export async function forget(): Promise<void> {
  await forgetFiles();
}

/** What is wrong with the phone's clock, as far as it can know. */
export function clockProblem(clock: ClockReading | null, nowMs: number): ClockProblem | null {
  if (!clock) return null;
  if (nowMs < clock.phoneMs - clockErrorMsMax) return { kind: 'went-back' };
  const off = clock.serverMinusPhoneMs;
  return Math.abs(off) <= clockErrorMsMax ? null : { kind: off < 0 ? 'fast' : 'slow', minutes: Math.round(Math.abs(off) / 60_000) };
}

async function takeTrustList(rootKey: Uint8Array<ArrayBuffer>): Promise<SyncOutcome | null> {
  const askedMs = Date.now();
  const answer = await get(address.trust);
  const answeredMs = Date.now();
  const serverMs = Date.parse(answer.headers.get('date') ?? '');
  if (!Number.isNaN(serverMs)) await write('clock', { phoneMs: answeredMs, serverMinusPhoneMs: serverMs - (askedMs + answeredMs) / 2 });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  let fresh: TrustList;
  try {
    fresh = await TrustList.open(bytes, rootKey);
  } catch {
    return 'trust-refused';
  }
  const { trust } = await load();
  // An older edition still has a good signature; taking it would bring withdrawn keys back.
  if (trust && fresh.number < trust.number) return 'trust-older';
  await write('trustList', bytes);
  return null;
}

/** Takes a newer list. One that cannot be used replaces none that can: the old one ages by its own date. */
async function takeRevocation(trust: TrustList): Promise<void> {
  const kept = await openKept(trust);
  const answer = await fetchFile(address.revocation);
  if (!answer.ok) return;
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const fresh = await RevocationList.open(bytes, trust, null);
  if (!kept.unusable && (fresh.unusable || fresh.number < kept.number)) return;
  // By content, not by number: two lists made within one second have been seen to share theirs.
  if (!isSame(bytes, (await read('revocation')) ?? new Uint8Array()) || (await read('shards')) === null) await write('shards', await fetchShards());
  await write('revocation', bytes);
}

/** The exact ids; nothing where there are none to be had, or more than a phone should carry. */
async function fetchShards(): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetchFile(address.shards);
  const isBearable = answer.ok && Number(answer.headers.get('content-length') ?? 0) <= shardsBytesMax;
  return isBearable ? new Uint8Array(await answer.arrayBuffer()) : new Uint8Array();
}

async function openKept(trust: TrustList | null): Promise<RevocationList> {
  return trust ? RevocationList.open(await read('revocation'), trust, await read('shards')) : RevocationList.none('none');
}

async function get(url: string): Promise<Response> {
  const answer = await fetchFile(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

function fetchFile(url: string): Promise<Response> {
  // Revalidated, so that an unchanged list of many megabytes is not sent again; without cookies, so that the server cannot tell phones apart.
  return fetch(url, { cache: 'no-cache', credentials: 'omit', signal: AbortSignal.timeout(fetchMsMax) });
}
