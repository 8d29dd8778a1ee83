import { concat } from './bytes';
import { CborFault, CborReader, major } from './cbor';
import { Refusal } from './fault';

/** A COSE_Sign1 message (RFC 9052): array of protected header, unprotected header, payload, signature; with tags 61 and 18, 18, or none. */
export interface SignedMessage {
  protectedHeader: Uint8Array<ArrayBuffer>;
  payload: Uint8Array<ArrayBuffer>;
  signature: Uint8Array<ArrayBuffer>;
  algorithm: number | null;
  keyId: Uint8Array<ArrayBuffer> | null;
}

export const es256 = -7;

const cwtTag = 61;
const sign1Tag = 18;
const algorithmLabel = 1;
const keyIdLabel = 4;
const context = [0x84, 0x6a, ...new TextEncoder().encode('Signature1')];

export function parseSigned(bytes: Uint8Array<ArrayBuffer>): SignedMessage {
  try {
    return parse(bytes);
  } catch (fault) {
    if (fault instanceof CborFault) throw new Refusal('not-cose', `not a COSE_Sign1 message: ${fault.message}`);
    throw fault;
  }
}

/**
 * Whether a P-256 key signed the message by ES256. A key of another kind never did, whatever the message says. The domain is signed along without being
 * in the message: empty for passes, so that nothing else passes for one.
 */
export async function isSignedBy(message: SignedMessage, key: CryptoKey, domain: Uint8Array = new Uint8Array()): Promise<boolean> {
  if (message.algorithm !== es256) return false;
  const signed = concat(Uint8Array.from(context), byteString(message.protectedHeader), byteString(domain), byteString(message.payload));
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, message.signature, signed);
}

/** A P-256 public key from SubjectPublicKeyInfo in DER; null for any other, which this verifier has no use for. */
export async function importKey(publicKey: Uint8Array<ArrayBuffer>): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey('spki', publicKey, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  } catch {
    return null;
  }
}

function parse(bytes: Uint8Array<ArrayBuffer>): SignedMessage {
  const reader = new CborReader(bytes);
  for (let tags = 0; reader.peek() === major.tag; tags++) {
    const tag = reader.tag();
    if (tags === 2 || (tag !== cwtTag && tag !== sign1Tag)) throw new CborFault(`tag ${tag} where COSE_Sign1 has 18`);
  }
  const length = reader.arrayHead();
  if (length !== 4 && length !== -1) throw new CborFault(`an array of ${length} where COSE_Sign1 has four`);
  const protectedHeader = reader.byteString();
  let { algorithm, keyId } = readHeader(reader);
  const payload = reader.byteString();
  const signature = reader.byteString();
  if (length === -1 && reader.hasNext(-1, 4)) throw new CborFault('an array of more than four');
  reader.end();
  if (protectedHeader.length > 0) {
    // The protected header wins: the other can be changed by whoever carries the token.
    const inner = new CborReader(protectedHeader);
    const signed = readHeader(inner);
    inner.end();
    algorithm = signed.algorithm ?? algorithm;
    keyId = signed.keyId ?? keyId;
  }
  return { protectedHeader, payload, signature, algorithm, keyId };
}

function readHeader(reader: CborReader): { algorithm: number | null; keyId: Uint8Array<ArrayBuffer> | null } {
  let algorithm: number | null = null;
  let keyId: Uint8Array<ArrayBuffer> | null = null;
  const length = reader.mapHead();
  for (let read = 0; reader.hasNext(length, read); read++) {
    const label = reader.item();
    const name = label.kind === 'integer' ? label.value : null;
    if (name === algorithmLabel && reader.peek() === major.negative) algorithm = reader.integer();
    else if (name === keyIdLabel && reader.peek() === major.bytes) keyId = reader.byteString();
    else reader.item();
  }
  return { algorithm, keyId };
}

/** The bytes with their CBOR head, in the shortest form, which is the form that was signed. */
function byteString(bytes: Uint8Array): Uint8Array {
  const n = bytes.length;
  const head = n < 24 ? [0x40 | n] : n < 0x100 ? [0x58, n] : n < 0x1_0000 ? [0x59, n >> 8, n & 0xff] : [0x5a, n >>> 24, (n >> 16) & 0xff, (n >> 8) & 0xff, n & 0xff];
  return concat(Uint8Array.from(head), bytes);
}
