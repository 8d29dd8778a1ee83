import { readQr } from './qr';

/** Long side of the pictures that are searched: enough for a dense code that fills half the frame, little enough for an old phone. */
const searchedPixelsMax = 960;
const filePixelsMax = 1600;
const fileBytesMax = 20 * 1024 * 1024;
/** Between two looks; a phone that looks without pause grows hot. */
const pauseMs = 100;

/** The camera as a source of texts. Frames are looked at and dropped; none is kept or sent. */
export class Camera {
  private stream: MediaStream | null = null;
  private isPaused = false;

  constructor(private readonly video: HTMLVideoElement, private readonly onText: (text: string) => void) {}

  get isOn(): boolean {
    return this.stream !== null;
  }

  /** Throws what the browser throws: NotAllowedError, NotFoundError. */
  async start(): Promise<void> {
    if (this.stream) return;
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 960 } } });
    this.video.srcObject = this.stream;
    await this.video.play();
    void this.look();
  }

  stop(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  /** While an answer is on the screen nobody else is scanned. */
  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
  }

  private async look(): Promise<void> {
    const stream = this.stream;
    while (stream && this.stream === stream) {
      if (!this.isPaused && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && this.video.videoWidth > 0) {
        const text = await readAndClose(await scaled(this.video, this.video.videoWidth, this.video.videoHeight, searchedPixelsMax), false);
        if (text && !this.isPaused) this.onText(text);
      }
      await new Promise(resolve => setTimeout(resolve, pauseMs));
    }
  }
}

/** The text of the QR code in a picture file; null where there is none, or no picture. */
export async function readPicture(file: File): Promise<string | null> {
  if (file.size > fileBytesMax) return null;
  try {
    const whole = await createImageBitmap(file);
    return await readAndClose(await scaled(whole, whole.width, whole.height, filePixelsMax), true);
  } catch (fault) {
    if (fault instanceof DOMException) return null;
    throw fault;
  }
}

function scaled(source: ImageBitmapSource, width: number, height: number, longSideMax: number): Promise<ImageBitmap> {
  const scale = Math.min(1, longSideMax / Math.max(width, height));
  return createImageBitmap(source, { resizeWidth: Math.max(1, Math.round(width * scale)), resizeHeight: Math.max(1, Math.round(height * scale)), resizeQuality: 'medium' });
}

async function readAndClose(picture: ImageBitmap, tryHard: boolean): Promise<string | null> {
  try {
    return await readQr(picture, tryHard);
  } finally {
    picture.close();
  }
}
