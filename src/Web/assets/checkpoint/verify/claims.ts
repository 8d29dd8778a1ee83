import { CborFault, CborReader, instantOf, valueUnder, type Item } from './cbor';
import { Refusal } from './fault';

export type Colour = 'green' | 'yellow' | 'red';

/** Our own claim; times are seconds since 1970. */
export interface ColourClaim { colour: Colour; asOf: number; region: string; until: number | null; passId: Uint8Array<ArrayBuffer>; maskedName: string }

/** What a certificate that rides along must be known by: its usage and its identifier. Nothing else of it is read, and nothing shown. */
export interface CertificateClaim { usage: 'test' | 'vaccination' | 'recovery'; identifier: string }

export interface Claims {
  issuer: string | null;
  issuedAt: number;
  expiresAt: number;
  colour: ColourClaim | null;
  certificate: CertificateClaim | null;
  /** Ids under which this pass can be revoked, 16 bytes each; none depends on the signature bytes. */
  revocationIds: Uint8Array<ArrayBuffer>[];
}

const issuerKey = 1;
const expiresKey = 4;
const notBeforeKey = 5;
const issuedKey = 6;
const certificatesKey = -260;
const colourKey = -65537;
const nameUnitsMax = 40;
const digitsMax = 3;
const colours: Colour[] = ['green', 'yellow', 'red'];
const usages = { t: 'test', v: 'vaccination', r: 'recovery' } as const;

export async function readClaims(payload: Uint8Array<ArrayBuffer>): Promise<Claims> {
  const root = parse(payload);
  if (root.kind !== 'map') throw new Refusal('claims-incomplete', 'the payload is no map of claims');
  const expiresAt = instantOf(valueUnder(root, expiresKey));
  let issuedAt = instantOf(valueUnder(root, issuedKey));
  if (expiresAt === null || issuedAt === null) throw new Refusal('claims-incomplete', 'the issue or expiry time is missing');
  issuedAt = Math.max(issuedAt, instantOf(valueUnder(root, notBeforeKey)) ?? issuedAt);

  const colourItem = valueUnder(root, colourKey);
  const colour = colourItem && readColour(colourItem);
  const certificateItem = valueUnder(valueUnder(root, certificatesKey), 1);
  const certificate = certificateItem && readCertificate(certificateItem);
  if (!colour && !certificate) throw new Refusal('claims-incomplete', 'there is neither a colour nor a certificate');

  const issuerItem = valueUnder(root, issuerKey);
  const issuer = issuerItem?.kind === 'text' ? issuerItem.value : null;
  const utf8 = new TextEncoder();
  const sources: Uint8Array<ArrayBuffer>[] = [];
  if (colour) sources.push(Uint8Array.of(...utf8.encode('pass\0'), ...colour.passId));
  if (certificate?.identifier) sources.push(utf8.encode((issuer ?? '') + certificate.identifier));
  if (sources.length === 0) sources.push(payload);
  const revocationIds = await Promise.all(sources.map(async source => new Uint8Array(await crypto.subtle.digest('SHA-256', source), 0, 16)));
  return { issuer, issuedAt, expiresAt, colour, certificate, revocationIds };
}

function parse(payload: Uint8Array<ArrayBuffer>): Item {
  try {
    return CborReader.readAll(payload);
  } catch (fault) {
    if (fault instanceof CborFault) throw new Refusal('payload-not-cbor', fault.message);
    throw fault;
  }
}

function readColour(item: Item): ColourClaim {
  const [colour, asOf, region, until, passId, name] = [1, 2, 3, 4, 5, 6].map(key => valueUnder(item, key));
  const named = colour?.kind === 'integer' ? colours[colour.value] : undefined;
  const [asOfSeconds, untilSeconds] = [instantOf(asOf ?? null), instantOf(until ?? null)];
  if (!named) throw violated('colour');
  if (asOfSeconds === null) throw violated('as-of time');
  if (region?.kind !== 'text' || !/^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/.test(region.value)) throw violated('region');
  if (until && untilSeconds === null) throw violated('until');
  if (passId?.kind !== 'bytes' || passId.value.length !== 16) throw violated('pass id');
  if (name?.kind !== 'text' || !isMasked(name.value)) throw violated('masked name');
  return { colour: named, asOf: asOfSeconds, region: region.value, until: untilSeconds, passId: passId.value, maskedName: name.value };
}

/** A pass with an ID number in it is no pass of ours: some of the name is hidden, and no four digits stand in a row. */
function isMasked(name: string): boolean {
  if (name.length > nameUnitsMax || !name.includes('*')) return false;
  let digits = 0;
  for (const unit of name.split('')) {
    digits = /^\p{Nd}$/u.test(unit) ? digits + 1 : 0;
    if (digits > digitsMax) return false;
  }
  return true;
}

/** The frame of a certificate: one entry of one kind. Its medical fields are the business of whoever reads them; a gate does not. */
function readCertificate(item: Item): CertificateClaim {
  const groups = (['t', 'v', 'r'] as const).filter(group => (valueUnder(item, group)?.kind ?? 'null') !== 'null');
  const [group] = groups;
  const entries = group ? valueUnder(item, group) : null;
  const entry = entries?.kind === 'array' && entries.value.length === 1 ? entries.value[0] : undefined;
  if (!group || groups.length !== 1 || entry?.kind !== 'map') throw violated('certificate entry');
  for (const [of, key] of [[item, 'ver'], [item, 'dob'], [valueUnder(item, 'nam'), 'fnt'], [entry, 'ci']] as const) {
    if (valueUnder(of, key)?.kind !== 'text') throw violated(`certificate ${key}`);
  }
  // Composed as the engine composes it: the identifier is hashed.
  return { usage: usages[group], identifier: (valueUnder(entry, 'ci') as { value: string }).value.normalize() };
}

function violated(part: string): Refusal {
  return new Refusal('schema-violated', `${part} is missing or malformed`);
}
