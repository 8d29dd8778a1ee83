import { Refusal } from './fault';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const valueOf = new Map([...alphabet].map((character, value) => [character, value]));

/** Base45 (RFC 9285), strictly: a second spelling of the same bytes would be a second token. */
export function decodeBase45(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 3 === 1) throw new Refusal('not-base45', `${text.length} characters: the last group has one`);
  const bytes = new Uint8Array(Math.floor(text.length / 3) * 2 + (text.length % 3 === 2 ? 1 : 0));
  let written = 0;
  for (let at = 0; at < text.length; at += 3) {
    const isPair = at + 2 === text.length;
    const value = digit(text, at) + 45 * digit(text, at + 1) + (isPair ? 0 : 2025 * digit(text, at + 2));
    if (value > (isPair ? 0xff : 0xffff)) throw new Refusal('not-base45', `the group at character ${at + 1} is too large`);
    if (!isPair) bytes[written++] = value >> 8;
    bytes[written++] = value & 0xff;
  }
  return bytes;
}

function digit(text: string, at: number): number {
  const value = valueOf.get(text.charAt(at));
  if (value === undefined) throw new Refusal('not-base45', `character ${at + 1} is not in the alphabet`);
  return value;
}
