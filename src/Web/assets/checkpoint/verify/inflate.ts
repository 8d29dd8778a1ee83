import { Refusal } from './fault';

/** A pass has some hundred bytes; a deflate bomb from one QR code could reach three million. The engine's limit. */
const inflatedBytesMax = 16 * 1024;

/** Undoes zlib (RFC 1950) with the browser's own inflater, and stops reading at the limit. */
export async function inflate(compressed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([compressed]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  const inflated = new Uint8Array(inflatedBytesMax);
  let length = 0;
  for (;;) {
    let part: ReadableStreamReadResult<Uint8Array>;
    try {
      part = await reader.read();
    } catch {
      throw new Refusal('not-zlib', 'the zlib stream is broken');
    }
    if (part.done) return inflated.slice(0, length);
    if (length + part.value.length > inflatedBytesMax) {
      await reader.cancel();
      throw new Refusal('inflates-too-far', `the content is larger than ${inflatedBytesMax} bytes`);
    }
    inflated.set(part.value, length);
    length += part.value.length;
  }
}
