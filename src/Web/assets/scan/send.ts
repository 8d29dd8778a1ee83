import { readScans, settle } from './queue';

/** Scans in one message, as the server takes them. */
const sentAtOnceMax = 100;
/** Words of the server that mean: it counts, or counted before. */
const taken = ['moved', 'noted', 'already', 'repeated'];

/** Under this name the browser wakes the service worker when there is a network, also when no page is open. */
export const syncTag = 'scans';

/** A network that is half there may never answer, and whoever waits for the same turn waits with this one. */
const patienceMs = 30_000;

/** What came of sending: all of it was answered, or the server does not know who speaks. */
export type Sent = 'answered' | 'sign-in';

/** Sends what waits on the phone. Throws the TypeError of fetch where there is no network: the queue keeps what it has. */
export async function sendKept(): Promise<Sent> {
  // Page and worker may wake together: one after the other, so that nothing is sent twice and the page sees what the worker was answered.
  return navigator.locks ? navigator.locks.request('rongtong-scans', send) : send();
}

async function send(): Promise<Sent> {
  for (;;) {
    const scans = (await readScans()).filter(scan => !scan.refused).slice(0, sentAtOnceMax);
    if (scans.length === 0) return 'answered';
    const body = JSON.stringify({ scans: scans.map(({ id, consignment, step, quantity, reason, at }) => ({ id, consignment, step, quantity, reason, at })) });
    const response = await fetch('/api/v1/supplies/scans', { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: AbortSignal.timeout(patienceMs) })
      .catch((fault: unknown) => { throw fault instanceof DOMException ? new TypeError('the server did not answer in time') : fault; });
    // Not signed in is not told "no" for good: the queue waits for whoever signs in.
    if (response.status === 401 || response.status === 403 || response.redirected) return 'sign-in';
    // A server that is being restarted is as good as no network.
    if (!response.ok) throw new TypeError(`the server answered ${response.status}`);
    const answers = new Map(((await response.json()) as { id: string; outcome: string }[]).map(answer => [answer.id, answer.outcome]));
    for (const scan of scans) {
      const outcome = answers.get(scan.id);
      if (outcome === undefined) throw new TypeError('the server did not answer every scan');
      await settle(scan, taken.includes(outcome) ? null : outcome);
    }
  }
}
