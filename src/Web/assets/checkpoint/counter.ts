import { change, read, type DayCounts, type Outcome } from './store';

/** Days that numbers are kept for; after that a gate's own record is the place. */
const daysKept = 14;
const chinaOffsetMs = 8 * 3_600_000;

export const outcomes: Outcome[] = ['green', 'yellow', 'red', 'unverified', 'manual'];

/** One more of an outcome today. Who it was is not known here. */
export async function count(outcome: Outcome, nowMs: number): Promise<void> {
  await change('counts', days => {
    const day = dayOf(nowMs);
    const today = { ...none(), ...days?.[day] };
    today[outcome]++;
    const recent = Object.entries({ ...days, [day]: today }).sort(([a], [b]) => (a < b ? 1 : -1)).slice(0, daysKept);
    return Object.fromEntries(recent);
  });
}

export async function countsOf(nowMs: number): Promise<DayCounts> {
  return { ...none(), ...(await read('counts'))?.[dayOf(nowMs)] };
}

/** China has one zone, and a gate's day is China's wherever the phone was bought. */
function dayOf(nowMs: number): string {
  return new Date(nowMs + chinaOffsetMs).toISOString().slice(0, 10);
}

function none(): DayCounts {
  return { green: 0, yellow: 0, red: 0, unverified: 0, manual: 0 };
}
