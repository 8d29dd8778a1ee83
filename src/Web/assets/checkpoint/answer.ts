import { clockProblem, type ClockProblem, type Knowledge } from './sync';
import { type Outcome } from './store';
import { age, text } from './texts';
import { type FaultName } from './verify/fault';
import { type Verdict } from './verify/verifier';

/** What the gate keeper sees. Only an accepted pass has a colour; everything else has the look of "not verified", never green and never red. */
export interface Answer {
  look: Exclude<Outcome, 'manual'>;
  reason: FaultName | 'no-colour' | 'unconfirmed' | null;
  word: string;
  name: string;
  /** The age of the colour, or why there is none. */
  detail: string;
  /** How much is known of a revocation. */
  revocation: string;
  warnings: string[];
  next: string;
  /** Whether nobody can say if the pass was withdrawn: its colour is then shown broken by stripes. */
  isAgeUnknown: boolean;
}

export function answerTo(verdict: Verdict, knowledge: Knowledge, nowMs: number): Answer {
  const clock = clockProblem(knowledge.clock, nowMs);
  const warnings = clock ? [clockText(clock)] : [];
  if (verdict.kind === 'refused') return unverified(verdict.fault, warnings);
  if (verdict.isTrustListStale) warnings.push(text('stale-trust'));
  const { colour } = verdict.claims;
  if (!colour) return unverified('no-colour', warnings);
  const finding = verdict.revocation;
  // A hit that cannot be confirmed is nobody's proof of anything: neither a colour nor "revoked" is shown.
  if (finding.kind === 'unconfirmed') return unverified('unconfirmed', warnings);
  if (finding.kind === 'age-unknown') warnings.unshift(text('age-unknown', text(`age-unknown.${finding.reason}`)));
  return {
    look: colour.colour, reason: null, word: text(`colour.${colour.colour}`), name: colour.maskedName,
    detail: text('data-age', age(colour.asOf * 1000, nowMs)),
    revocation: finding.kind === 'not-listed' ? text('revocation-age', age(finding.asOfMs, nowMs)) : '',
    // Until when a colour lasts is between the holder and the authority; a gate has no use for it.
    warnings, isAgeUnknown: finding.kind === 'age-unknown',
    next: text(finding.kind === 'age-unknown' ? 'next.age-unknown' : `next.${colour.colour}`),
  };
}

export function clockText(problem: ClockProblem): string {
  return problem.kind === 'went-back' ? text('clock.went-back') : text(`clock.${problem.kind}`, problem.minutes);
}

function unverified(reason: NonNullable<Answer['reason']>, warnings: string[]): Answer {
  return { look: 'unverified', reason, word: text('colour.unverified'), name: '', detail: text(`fault.${reason}`), revocation: '', warnings, next: text('next.unverified'), isAgeUnknown: false };
}
