import { concat, isSame } from './bytes';
import { parseSigned } from './cose';
import { type TrustList } from './trust';

/** Why there is no list to go by. */
export type AgeUnknownReason = 'none' | 'empty' | 'form' | 'changed' | 'signer' | 'stale' | 'future';

/** What the list says of a pass. Only "not-listed" is a clean bill, and only "revoked" is a refusal. Times are milliseconds. */
export type Finding =
  | { kind: 'not-listed'; asOfMs: number }
  | { kind: 'revoked'; asOfMs: number }
  /** The filter had a hit, and the exact shard is not on this phone. */
  | { kind: 'unconfirmed'; asOfMs: number }
  | { kind: 'age-unknown'; reason: AgeUnknownReason };

const magic = 'RTREVOC1';
const headerBytes = 64;
const directoryEntryBytes = 48;
const idBytes = 16;
const shardsMax = 1 << 16;
const signatureBytesMax = 1024;
const probesMax = 64;
/** A filter for some 60 million ids at p = 1e-7: more than a phone should carry. */
const filterBytesMax = 256 * 1024 * 1024;

interface Opened { number: number; madeAtMs: number; validUntilMs: number; bitCount: bigint; probes: number; shardBits: number; directory: DataView; filter: Uint8Array; shards: Uint8Array<ArrayBuffer> | null }

/**
 * The list of revoked passes for a phone without a network: RevocationFile.cs draws its layout. The file is believed only when a key of the
 * trust list signed the hash of all of it; anything else gives a list that says "age unknown", never "revoked".
 */
export class RevocationList {
  private constructor(readonly unusable: AgeUnknownReason | null, private readonly opened: Opened | null) {}

  static none(reason: AgeUnknownReason): RevocationList {
    return new RevocationList(reason, null);
  }

  /** Never throws for what the file holds. */
  static async open(file: Uint8Array<ArrayBuffer> | null, trust: TrustList, shards: Uint8Array<ArrayBuffer> | null): Promise<RevocationList> {
    if (!file) return this.none('none');
    if (file.length === 0) return this.none('empty');
    if (file.length < headerBytes || new TextDecoder().decode(file.subarray(0, magic.length)) !== magic) return this.none('form');
    const header = new DataView(file.buffer, file.byteOffset, headerBytes);
    const [bitCount, probes, shardCount, signatureBytes] = [header.getBigInt64(40, true), header.getInt32(48, true), header.getInt32(52, true), header.getInt32(56, true)];
    const isPossible = bitCount > 0n && bitCount <= BigInt(filterBytesMax * 8) && probes >= 1 && probes <= probesMax
      && shardCount >= 1 && shardCount <= shardsMax && (shardCount & (shardCount - 1)) === 0 && signatureBytes >= 1 && signatureBytes <= signatureBytesMax
      && BigInt(file.length) === BigInt(headerBytes + signatureBytes + shardCount * directoryEntryBytes) + bitCount / 8n;
    if (!isPossible) return this.none('form');
    const bodyAt = headerBytes + signatureBytes;
    const fault = await faultOfSignature(file, bodyAt, trust);
    if (fault) return this.none(fault);
    const filterAt = bodyAt + shardCount * directoryEntryBytes;
    return new RevocationList(null, {
      number: Number(header.getBigInt64(8, true)), madeAtMs: Number(header.getBigInt64(16, true)) * 1000, validUntilMs: Number(header.getBigInt64(24, true)) * 1000,
      bitCount, probes, shardBits: Math.log2(shardCount), directory: new DataView(file.buffer, file.byteOffset + bodyAt, filterAt - bodyAt), filter: file.subarray(filterAt), shards,
    });
  }

  get number(): number {
    return this.opened?.number ?? 0;
  }

  get asOfMs(): number | null {
    return this.opened?.madeAtMs ?? null;
  }

  async find(ids: Uint8Array<ArrayBuffer>[], atMs: number): Promise<Finding> {
    const list = this.opened;
    if (!list) return { kind: 'age-unknown', reason: this.unusable ?? 'none' };
    if (atMs > list.validUntilMs) return { kind: 'age-unknown', reason: 'stale' };
    if (atMs < list.madeAtMs) return { kind: 'age-unknown', reason: 'future' };
    let isUnconfirmed = false;
    for (const id of ids) {
      if (!mayContain(list, id)) continue;
      const shard = await readShard(list, id);
      if (!shard) isUnconfirmed = true;
      else if (contains(shard, id)) return { kind: 'revoked', asOfMs: list.madeAtMs };
    }
    return { kind: isUnconfirmed ? 'unconfirmed' : 'not-listed', asOfMs: list.madeAtMs };
  }
}

/** The signature lies inside the file and covers the hash of everything else in it. */
async function faultOfSignature(file: Uint8Array<ArrayBuffer>, bodyAt: number, trust: TrustList): Promise<AgeUnknownReason | null> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', concat(file.subarray(0, headerBytes), file.subarray(bodyAt))));
  try {
    const message = parseSigned(file.slice(headerBytes, bodyAt));
    if (!isSame(message.payload, hash)) return 'changed';
    const signer = await trust.signerOf(message);
    return signer.key.usages.includes('revocation') ? null : 'signer';
  } catch {
    // Whatever is wrong with the message, the list is not one to go by.
    return 'signer';
  }
}

/**
 * Bloom filter by enhanced double hashing (Dillinger and Manolios 2004) over the halves of an id, which is a hash already: place i is the high
 * word of (place * m). The words are of 64 bits, hence BigInt; 23 probes take some microseconds, beside a signature of a hundred.
 */
function mayContain(list: Opened, id: Uint8Array<ArrayBuffer>): boolean {
  const view = new DataView(id.buffer, id.byteOffset, idBytes);
  let [place, step] = [view.getBigUint64(0), view.getBigUint64(8) | 1n];
  for (let i = 0; i < list.probes; i++) {
    const bit = Number((place * list.bitCount) >> 64n);
    if (((list.filter[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
    place = BigInt.asUintN(64, place + step);
    step = BigInt.asUintN(64, step + BigInt(i));
  }
  return true;
}

/** The exact ids that could be this one, where they are here and are those that were signed for. */
async function readShard(list: Opened, id: Uint8Array): Promise<Uint8Array | null> {
  if (!list.shards) return null;
  const first = new DataView(id.buffer, id.byteOffset, 4).getUint32(0);
  // JavaScript shifts by 32 modulo 32, which would be shard "all bits" where there is one shard.
  const entry = (list.shardBits === 0 ? 0 : first >>> (32 - list.shardBits)) * directoryEntryBytes;
  const [offset, length] = [Number(list.directory.getBigInt64(entry, true)), Number(list.directory.getBigInt64(entry + 8, true)) * idBytes];
  const shard = list.shards.slice(offset, offset + length);
  const signed = new Uint8Array(list.directory.buffer, list.directory.byteOffset + entry + 16, 32);
  return shard.length === length && isSame(new Uint8Array(await crypto.subtle.digest('SHA-256', shard)), signed) ? shard : null;
}

function contains(shard: Uint8Array, id: Uint8Array): boolean {
  for (let at = 0; at < shard.length; at += idBytes) {
    if (isSame(shard.subarray(at, at + idBytes), id)) return true;
  }
  return false;
}
