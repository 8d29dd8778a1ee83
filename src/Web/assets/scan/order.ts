import { fromBase64 } from '../checkpoint/verify/bytes';
import { importKey, isSignedBy, parseSigned } from '../checkpoint/verify/cose';

export interface OrderLine { consignment: string; item: string; quantity: string; receiver: string }
export interface Order { number: string; supplier: string; carrier: string; plate: string; dueMs: number; lines: OrderLine[] }

/** Signed along without being in the message, so that a pass is worth nothing here and a paper nothing at a gate. */
const domain = new TextEncoder().encode('rongtong.dispatch');
/** No QR code holds more. */
const digitsMax = 4_300;

/** The digits of a token in what a camera read or somebody pasted: alone, or at the end of an address. Null for anything else. */
export function tokenIn(text: string): string | null {
  const digits = /(?:^|\/)((?:[0-9A-F]{2})+)\/?$/i.exec(text.trim())?.[1];
  return digits && digits.length <= digitsMax ? digits : null;
}

/** What the paper says, where the key (SubjectPublicKeyInfo, base64) signed it; null for every other paper. Form: OrderToken.cs. */
export async function openOrder(token: string, publicKey: string): Promise<Order | null> {
  const bytes = Uint8Array.from(token.match(/../g) ?? [], pair => parseInt(pair, 16));
  try {
    const message = parseSigned(bytes);
    const key = await importKey(fromBase64(publicKey));
    if (!key || !(await isSignedBy(message, key, domain))) return null;
    const [head = '', ...rows] = new TextDecoder().decode(message.payload).split('\n');
    const [, number = '', supplier = '', carrier = '', plate = '', , due = ''] = head.split('|');
    return {
      number, supplier, carrier, plate, dueMs: Number(due) * 1000,
      lines: rows.map(row => {
        const [consignment = '', item = '', quantity = '', receiver = ''] = row.split('|');
        return { consignment, item, quantity, receiver };
      }),
    };
  } catch {
    // Whatever is wrong with it, it is not a paper of ours.
    return null;
  }
}
