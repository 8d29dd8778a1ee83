/**
 * Why a pass cannot be relied on. The words are those of PassFault in Rongtong.HealthPass, in small letters; two are the browser's own:
 * a pass signed by another algorithm than ES256, and a phone that never had a trust list.
 */
export type FaultName =
  | 'prefix-missing' | 'token-too-long' | 'not-base45' | 'not-zlib' | 'inflates-too-far' | 'not-cose' | 'key-id-missing' | 'key-unknown'
  | 'algorithm-unsupported' | 'signature-wrong' | 'payload-not-cbor' | 'claims-incomplete' | 'schema-violated' | 'key-usage-wrong'
  | 'outside-key-validity' | 'region-outside-key' | 'region-not-recognised' | 'not-yet-valid' | 'expired' | 'revoked' | 'no-trust-list';

/** An expected refusal: thrown at the step that fails, turned into a verdict at the edge of the verifier and nowhere else. */
export class Refusal extends Error {
  constructor(readonly fault: FaultName, detail: string) {
    super(detail);
  }
}
