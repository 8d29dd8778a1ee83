/**
 * The part of CBOR (RFC 8949) that passes use, read from bytes a stranger wrote: bounded depth, valid UTF-8, no key twice, lengths of both
 * kinds. It follows CborCursor and CborNode of Rongtong.HealthPass, so that both refuse the same bytes.
 */
export type Item =
  | { kind: 'integer' | 'float'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'bytes'; value: Uint8Array<ArrayBuffer> }
  | { kind: 'array'; value: Item[] }
  | { kind: 'map'; value: [Item, Item][] }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null'; value: null };

export const major = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;

/** Not well-formed, or beyond a limit. */
export class CborFault extends Error {}

const depthMax = 12;
const mapPairsMax = 256;
const indefinite = 31;
const breakByte = 0xff;
const integerMax = (1n << 63n) - 1n;
/** Seconds of the years 1 to 9999, as .NET's DateTimeOffset holds them. */
const secondsMin = -62_135_596_800;
const secondsMax = 253_402_300_799;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

interface Head { major: number; info: number; value: bigint }

export class CborReader {
  private at = 0;
  private depth = 0;

  constructor(private readonly bytes: Uint8Array<ArrayBuffer>) {}

  /** The only item of the bytes. */
  static readAll(bytes: Uint8Array<ArrayBuffer>): Item {
    const reader = new CborReader(bytes);
    const item = reader.item();
    reader.end();
    return item;
  }

  /** Major type of the next item; -1 at the end. */
  peek(): number {
    return this.at < this.bytes.length ? this.byteAt(this.at) >> 5 : -1;
  }

  end(): void {
    if (this.at < this.bytes.length) throw new CborFault(`${this.bytes.length - this.at} bytes follow the item`);
  }

  tag(): number {
    return Number(this.head(major.tag).value);
  }

  /** Number of items, or -1 where the array ends with a break. */
  arrayHead(): number {
    return this.count(this.head(major.array), 1);
  }

  mapHead(): number {
    return this.count(this.head(major.map), 2);
  }

  /** Whether another item follows; takes the break where there is one. */
  hasNext(length: number, read: number): boolean {
    if (length >= 0) return read < length;
    if (this.byteAt(this.at) !== breakByte) return true;
    this.at++;
    return false;
  }

  integer(): number {
    const head = this.head();
    if (head.major !== major.unsigned && head.major !== major.negative) throw new CborFault('an integer is expected');
    if (head.value > integerMax) throw new CborFault('an integer is out of range');
    return Number(head.major === major.unsigned ? head.value : -1n - head.value);
  }

  byteString(): Uint8Array<ArrayBuffer> {
    return this.string(major.bytes);
  }

  text(): string {
    const bytes = this.string(major.text);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new CborFault('text is not UTF-8');
    }
  }

  item(): Item {
    if (++this.depth > depthMax) throw new CborFault(`nested deeper than ${depthMax}`);
    const item = this.itemInside();
    this.depth--;
    return item;
  }

  private itemInside(): Item {
    switch (this.peek()) {
      case major.unsigned:
      case major.negative: return { kind: 'integer', value: this.integer() };
      case major.bytes: return { kind: 'bytes', value: this.byteString() };
      case major.text: return { kind: 'text', value: this.text() };
      case major.array: return { kind: 'array', value: this.array() };
      case major.map: return { kind: 'map', value: this.map() };
      case major.tag: return this.tagged();
      case major.simple: return this.simple();
      default: throw new CborFault('the bytes end inside an item');
    }
  }

  private array(): Item[] {
    const length = this.arrayHead();
    const items: Item[] = [];
    while (this.hasNext(length, items.length)) items.push(this.item());
    return items;
  }

  private map(): [Item, Item][] {
    const length = this.mapHead();
    const pairs: [Item, Item][] = [];
    const keys = new Set<string>();
    while (this.hasNext(length, pairs.length)) {
      const key = this.item();
      pairs.push([key, this.item()]);
      if (key.kind !== 'integer' && key.kind !== 'text') continue;
      const name = `${key.kind} ${key.value}`;
      if (keys.has(name)) throw new CborFault('a key is there twice in a map');
      keys.add(name);
    }
    if (pairs.length > mapPairsMax) throw new CborFault(`a map of ${pairs.length} keys`);
    return pairs;
  }

  /** Tags are read through, except that a tagged time becomes text: such a number is no longer taken for seconds. */
  private tagged(): Item {
    const tag = this.tag();
    const item = this.item();
    const seconds = tag === 1 ? instantOf(item) : null;
    return seconds === null ? item : { kind: 'text', value: new Date(seconds * 1000).toISOString() };
  }

  private simple(): Item {
    const { info, value } = this.head(major.simple);
    switch (info) {
      case 20: return { kind: 'boolean', value: false };
      case 21: return { kind: 'boolean', value: true };
      case 22:
      case 23: return { kind: 'null', value: null };
      case 25:
      case 26:
      case 27: return { kind: 'float', value: float(info, value) };
      default: throw new CborFault('a simple value without meaning');
    }
  }

  /** A string whole, or its pieces up to the break. */
  private string(kind: number): Uint8Array<ArrayBuffer> {
    const head = this.head(kind);
    if (head.info !== indefinite) return this.take(head.value);
    const pieces: number[] = [];
    while (this.hasNext(-1, 0)) {
      const piece = this.head(kind);
      if (piece.info === indefinite) throw new CborFault('a piece of a string has no length');
      pieces.push(...this.take(piece.value));
    }
    return Uint8Array.from(pieces);
  }

  private head(expected = -1): Head {
    const first = this.byteAt(this.at++);
    const [kind, info] = [first >> 5, first & 0x1f];
    if (expected >= 0 && kind !== expected) throw new CborFault(`major type ${kind} where ${expected} is expected`);
    if (info < 24) return { major: kind, info, value: BigInt(info) };
    if (info === indefinite && kind >= major.bytes && kind <= major.map) return { major: kind, info, value: 0n };
    if (info > 27) throw new CborFault(`a head of ${first.toString(16)}`);
    let value = 0n;
    for (let left = 1 << (info - 24); left > 0; left--) value = (value << 8n) | BigInt(this.byteAt(this.at++));
    return { major: kind, info, value };
  }

  private count(head: Head, perItem: number): number {
    if (head.info === indefinite) return -1;
    // Every item takes at least a byte.
    if (head.value > BigInt(Math.floor((this.bytes.length - this.at) / perItem))) throw new CborFault('an array or map is longer than the bytes that are there');
    return Number(head.value);
  }

  private take(length: bigint): Uint8Array<ArrayBuffer> {
    if (length > BigInt(this.bytes.length - this.at)) throw new CborFault('a string is longer than the bytes that are there');
    const taken = this.bytes.slice(this.at, this.at + Number(length));
    this.at += Number(length);
    return taken;
  }

  private byteAt(at: number): number {
    const value = this.bytes[at];
    if (value === undefined) throw new CborFault('the bytes end inside an item');
    return value;
  }
}

/** The value under a key of a map; null where there is none. */
export function valueUnder(item: Item | null, key: number | string): Item | null {
  if (item?.kind !== 'map') return null;
  const kind = typeof key === 'number' ? 'integer' : 'text';
  return item.value.find(([k]) => k.kind === kind && k.value === key)?.[1] ?? null;
}

/** Seconds since 1970 from an integer or, as some issuers write them, a float. */
export function instantOf(item: Item | null): number | null {
  if (item?.kind !== 'integer' && item?.kind !== 'float') return null;
  const seconds = Math.trunc(item.value);
  return seconds >= secondsMin && seconds <= secondsMax ? seconds : null;
}

function float(info: number, value: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value);
  return info === 27 ? view.getFloat64(0) : info === 26 ? view.getFloat32(4) : half(view.getUint16(6));
}

/** IEEE 754 binary16, which only the newest browsers read by themselves. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
