import { fromBase64, hex } from './bytes';
import { es256, importKey, isSignedBy, parseSigned, type SignedMessage } from './cose';
import { Refusal } from './fault';

export type Usage = 'test' | 'vaccination' | 'recovery' | 'colour' | 'revocation';
type Recognition = 'none' | 'sharedData' | 'throughNationalCode' | 'nationalCode';

export interface TrustedKey { publicKey: CryptoKey; notBeforeMs: number; notAfterMs: number; usages: Usage[] }
export interface TrustedRegion { code: string; recognition: Recognition }
export interface Signer { region: TrustedRegion; key: TrustedKey }

/** The JSON that the root key signs; see TrustListFile.cs. Keys given by certificate only are written with their public key, too. */
interface ListFile { number: number; issuedAt: string; validUntil: string; regions: RegionFile[] }
interface RegionFile { code: string; recognition: Recognition; keys?: KeyFile[] }
interface KeyFile { kid: string; publicKey: string; notBefore: string; notAfter: string; usages: Usage[] }

/** The code of the national platform, which speaks for every region on the list. */
const national = 'CN';
const regionCodeMin = 2;
const fileBytesMax = 16 * 1024 * 1024;

/** Whom this phone believes: regions, their keys, and how far their passes count. */
export class TrustList {
  private readonly byKeyId = new Map<string, Signer[]>();
  private readonly keyIds = new Set<string>();
  private readonly byCode = new Map<string, TrustedRegion>();

  private constructor(readonly number: number, readonly issuedAtMs: number, readonly validUntilMs: number) {}

  /** Reads the signed form; throws where the root key did not sign it or the list is malformed. */
  static async open(bytes: Uint8Array<ArrayBuffer>, rootKey: Uint8Array<ArrayBuffer>): Promise<TrustList> {
    if (bytes.length > fileBytesMax) throw new Error(`the trust list has ${bytes.length} bytes`);
    const message = parseSigned(bytes);
    const root = await importKey(rootKey);
    if (!root || !(await isSignedBy(message, root))) throw new Error('the trust list is not signed by the root key of this phone');
    const file = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(message.payload)) as ListFile;
    const list = new TrustList(file.number, Date.parse(file.issuedAt), Date.parse(file.validUntil));
    if (!Number.isSafeInteger(list.number) || Number.isNaN(list.issuedAtMs) || Number.isNaN(list.validUntilMs)) throw new Error('the trust list has no number or dates');
    for (const region of file.regions) await list.add(region);
    return list;
  }

  /** The key that signed the message: of all that share its id, since eight bytes of a hash can meet by chance. */
  async signerOf(message: SignedMessage): Promise<Signer> {
    if (!message.keyId?.length) throw new Refusal('key-id-missing', 'the message names no key');
    const keyId = hex(message.keyId);
    if (!this.keyIds.has(keyId)) throw new Refusal('key-unknown', `there is no key ${keyId} on the list`);
    if (message.algorithm !== es256) throw new Refusal('algorithm-unsupported', `algorithm ${message.algorithm}; this verifier reads ES256 (-7) alone`);
    for (const signer of this.byKeyId.get(keyId) ?? []) {
      if (await isSignedBy(message, signer.key.publicKey)) return signer;
    }
    throw new Refusal('signature-wrong', 'the signature is not that of the key it names');
  }

  /** Refuses a pass whose signer may not speak for the region its colour names. */
  checkRegion(signer: TrustedRegion, claimed: string | null): void {
    if (signer.recognition === 'none') throw new Refusal('region-not-recognised', `passes of ${signer.code} are not recognised`);
    if (claimed === null) return;
    if (signer.code === national) {
      if ((this.regionOf(claimed)?.recognition ?? 'none') === 'none') throw new Refusal('region-not-recognised', `passes of ${claimed} are not recognised`);
      return;
    }
    if (!claimed.startsWith(signer.code)) throw new Refusal('region-outside-key', `a key of ${signer.code} signed for ${claimed}`);
    if (signer.recognition !== 'sharedData') throw new Refusal('region-not-recognised', `passes of ${signer.code} count through the national code alone`);
  }

  private async add(file: RegionFile): Promise<void> {
    const region = { code: file.code, recognition: file.recognition };
    this.byCode.set(region.code, region);
    for (const key of file.keys ?? []) {
      const keyId = hex(fromBase64(key.kid));
      this.keyIds.add(keyId);
      const publicKey = await importKey(fromBase64(key.publicKey));
      // An RSA key is known by name, so that its passes are refused for their algorithm and not as forged.
      if (!publicKey) continue;
      if ([key.notBefore, key.notAfter].some(date => Number.isNaN(Date.parse(date))) || !Array.isArray(key.usages)) throw new Error(`key ${keyId} has no dates or usages`);
      const signer = { region, key: { publicKey, notBeforeMs: Date.parse(key.notBefore), notAfterMs: Date.parse(key.notAfter), usages: key.usages } };
      this.byKeyId.set(keyId, [...(this.byKeyId.get(keyId) ?? []), signer]);
    }
  }

  /** The entry for a region or the nearest above it. */
  private regionOf(code: string): TrustedRegion | null {
    for (let length = code.length; length >= regionCodeMin; length--) {
      const region = this.byCode.get(code.slice(0, length));
      if (region) return region;
    }
    return null;
  }
}

/** How people compare a root key with the one on the poster: the first eight bytes of its SHA-256, in pairs. */
export async function fingerprint(rootKey: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', rootKey), 0, 8);
  return hex(hash).replace(/(....)(?=.)/g, '$1 ');
}
