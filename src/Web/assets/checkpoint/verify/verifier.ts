import { decodeBase45 } from './base45';
import { readClaims, type Claims } from './claims';
import { parseSigned } from './cose';
import { Refusal, type FaultName } from './fault';
import { inflate } from './inflate';
import { type Finding, type RevocationList } from './revocation';
import { type TrustList, type TrustedKey } from './trust';

export type Verdict =
  | { kind: 'accepted'; claims: Claims; revocation: Finding; isTrustListStale: boolean }
  | { kind: 'refused'; fault: FaultName; detail: string; claims: Claims | null };

const prefix = 'HC1:';
/** What the largest QR code holds in its alphanumeric mode. */
const tokenCharsMax = 4296;

/**
 * Judges one token in this browser alone: nothing is asked of a network and nothing is kept. The steps and their order are those of
 * PassVerifier in Rongtong.HealthPass; a journey holds the two against each other. Two differences: other algorithms than ES256 are refused
 * as such, and so are bytes behind the end of the zlib stream.
 */
export async function verify(token: string, atMs: number, trust: TrustList | null, revocation: RevocationList): Promise<Verdict> {
  let claims: Claims | null = null;
  try {
    if (!token.startsWith(prefix)) throw new Refusal('prefix-missing', `a pass starts with ${prefix}`);
    if (token.length > tokenCharsMax) throw new Refusal('token-too-long', `${token.length} characters`);
    const message = parseSigned(await inflate(decodeBase45(token.slice(prefix.length))));
    if (!trust) throw new Refusal('no-trust-list', 'this phone has no trust list yet');
    const { region, key } = await trust.signerOf(message);
    // From here on the content is the issuer's; before, not a byte of it was looked at.
    claims = await readClaims(message.payload);
    checkKey(claims, key);
    trust.checkRegion(region, claims.colour?.region ?? null);
    if (atMs < claims.issuedAt * 1000) throw new Refusal('not-yet-valid', 'valid from a later time than the clock shows');
    if (atMs > claims.expiresAt * 1000) throw new Refusal('expired', 'expired before the time the clock shows');
    const finding = await revocation.find(claims.revocationIds, atMs);
    if (finding.kind === 'revoked') throw new Refusal('revoked', 'an id of the pass is on the exact list');
    return { kind: 'accepted', claims, revocation: finding, isTrustListStale: atMs > trust.validUntilMs };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return { kind: 'refused', fault: refusal.fault, detail: refusal.message, claims };
  }
}

/** What the key may sign, and that it outlives the pass. */
function checkKey(claims: Claims, key: TrustedKey): void {
  if (claims.colour && !key.usages.includes('colour')) throw new Refusal('key-usage-wrong', 'the key may not sign colours');
  if (claims.certificate && !key.usages.includes(claims.certificate.usage)) throw new Refusal('key-usage-wrong', `the key may not sign a ${claims.certificate.usage}`);
  if (claims.issuedAt * 1000 < key.notBeforeMs || claims.expiresAt * 1000 > key.notAfterMs) throw new Refusal('outside-key-validity', 'the pass runs beyond its key');
}
