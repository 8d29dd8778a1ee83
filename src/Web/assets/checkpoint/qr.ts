import jsQR from 'jsqr';

/** The browser's own reader, where there is one (Chrome on Android and macOS); not in TypeScript's library yet. */
interface Detector { detect(source: ImageBitmap): Promise<{ rawValue: string }[]> }
interface DetectorType { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> }

let detector: Promise<Detector | null> | undefined;

/** The text of a QR code in the picture, or null. */
export async function readQr(picture: ImageBitmap, tryHard: boolean): Promise<string | null> {
  detector ??= findDetector();
  const own = await detector;
  if (own) {
    try {
      return (await own.detect(picture))[0]?.rawValue ?? null;
    } catch {
      // The service behind it may be missing on the phone although the type is there.
      detector = Promise.resolve(null);
    }
  }
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(picture, 0, 0);
  const pixels = context.getImageData(0, 0, picture.width, picture.height);
  return jsQR(pixels.data, pixels.width, pixels.height, { inversionAttempts: tryHard ? 'attemptBoth' : 'dontInvert' })?.data || null;
}

async function findDetector(): Promise<Detector | null> {
  const type = (globalThis as { BarcodeDetector?: DetectorType }).BarcodeDetector;
  return type && (await type.getSupportedFormats()).includes('qr_code') ? new type({ formats: ['qr_code'] }) : null;
}
