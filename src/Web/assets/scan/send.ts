import { readScans, settle } from './queue';

/** Scans in one message, as the server takes them. */
const sentAtOnceMax = 100;
/** Words of the server that mean: it counts, or counted before. */
const taken = ['moved', 'noted', 'already', 'repeated'];

/** Under this name the browser wakes the service worker when there is a network, also when no page is open. */
export const syncTag = 'scans';

/** What came of sending: how many count; "sign-in" where the server does not know who speaks, "busy" where another window or the worker sends just now. */
export type Sent = number | 'sign-in' | 'busy';

/** Sends what waits on the phone. Throws the TypeError of fetch where there is no network: the queue keeps what it has. */
export async function sendKept(): Promise<Sent> {
  // Page and worker may wake together; what the server has answered to one must not be written again by the other.
  return navigator.locks ? navigator.locks.request('rongtong-scans', { ifAvailable: true }, lock => (lock ? send() : 'busy')) : send();
}

async function send(): Promise<Sent> {
  let counted = 0;
  for (;;) {
    const scans = (await readScans()).filter(scan => !scan.refused).slice(0, sentAtOnceMax);
    if (scans.length === 0) return counted;
    const body = JSON.stringify({ scans: scans.map(({ id, consignment, step, quantity, reason, at }) => ({ id, consignment, step, quantity, reason, at })) });
    const response = await fetch('/api/v1/supplies/scans', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    // Not signed in is not told "no" for good: the queue waits for whoever signs in.
    if (response.status === 401 || response.status === 403 || response.redirected) return 'sign-in';
    // A server that is being restarted is as good as no network.
    if (!response.ok) throw new TypeError(`the server answered ${response.status}`);
    const answers = new Map(((await response.json()) as { id: string; outcome: string }[]).map(answer => [answer.id, answer.outcome]));
    for (const scan of scans) {
      const outcome = answers.get(scan.id);
      if (outcome === undefined) throw new TypeError('the server did not answer every scan');
      await settle(scan, taken.includes(outcome) ? null : outcome);
      if (taken.includes(outcome)) counted++;
    }
  }
}
