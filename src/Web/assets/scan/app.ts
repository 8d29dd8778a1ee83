import { Camera, readPicture } from '../checkpoint/camera';
import { openOrder, tokenIn } from './order';
import { keepScan, readScans, settle } from './queue';
import { sendKept, syncTag } from './send';

/** Phones say too late, or never, that the network is back: what waits is tried again this often. */
const retryMs = 20_000;

/**
 * <rt-scan data-key="…">: reads the code on a truck's paper by camera, from a picture or as text, and takes the forms of the scan page. What is said
 * is kept on the phone first and sent when there is a network; without scripts the same forms go to the server by themselves. Without a network
 * the paper is checked with the public key and shown from its own content, on a page that the service worker keeps.
 */
class RtScan extends HTMLElement {
  private camera!: Camera;
  private isSending = false;
  /** Ids of the scans that waited when the page last looked. */
  private waiting = new Set<string>();

  connectedCallback(): void {
    this.camera = new Camera(this.piece<HTMLVideoElement>('video'), text => void this.found(text));
    this.addEventListener('submit', event => void this.take(event));
    this.piece('camera').addEventListener('click', () => void this.toggleCamera());
    this.piece<HTMLInputElement>('file').addEventListener('change', event => void this.readFile(event.target as HTMLInputElement));
    this.piece<HTMLFormElement>('form').addEventListener('submit', event => {
      event.preventDefault();
      void this.found(this.querySelector<HTMLInputElement>('[name=code]')?.value ?? '');
    });
    window.addEventListener('online', () => void this.send());
    window.addEventListener('offline', () => void this.show());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) return;
      this.stopCamera();
      // A network that is half there has not answered yet when the phone goes back into the pocket.
      void readScans().then(scans => (scans.some(scan => !scan.refused) ? sendWhenClosed() : undefined));
    });
    window.setInterval(() => { if (!this.isSending) void this.send(); }, retryMs);
    this.piece('camera').hidden = !navigator.mediaDevices;
    void this.start();
  }

  private async start(): Promise<void> {
    // The kept page was drawn for nobody and for no paper: which one is meant stands in the address alone.
    const token = tokenIn(location.pathname) ?? tokenIn(new URLSearchParams(location.search).get('code') ?? '');
    if (token && this.dataset.drawn === undefined) await this.open(token);
    await this.send();
    this.dataset.ready = 'true';
  }

  private async found(text: string): Promise<void> {
    const token = tokenIn(text);
    this.say('nothing', token ? null : '');
    if (!token) return;
    this.stopCamera();
    // The server shows more (who may say what, the state by now); where it is out of reach the worker answers with the kept page.
    if (navigator.onLine) location.assign('/supplies/scan/' + token);
    else await this.open(token);
  }

  private async toggleCamera(): Promise<void> {
    if (this.camera.isOn) {
      this.stopCamera();
      return;
    }
    this.say('no-camera', null);
    try {
      this.piece('view').hidden = false;
      await this.camera.start();
    } catch (fault) {
      this.stopCamera();
      if (!(fault instanceof DOMException)) throw fault;
      this.say('no-camera', '');
    }
  }

  private stopCamera(): void {
    this.camera.stop();
    this.piece('view').hidden = true;
  }

  private async readFile(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    input.value = '';
    if (file) await this.found((await readPicture(file)) ?? '');
  }

  private async take(event: SubmitEvent): Promise<void> {
    const form = event.target as HTMLFormElement;
    if (form.dataset.scan === undefined) return;
    event.preventDefault();
    const fields = new FormData(form, event.submitter);
    const quantity = fields.get('quantity');
    const id = crypto.randomUUID();
    const isNew = await keepScan({
      id, consignment: Number(fields.get('consignment')), step: String(fields.get('step')),
      quantity: quantity ? Number(quantity) : null, reason: String(fields.get('reason') ?? '') || null, at: new Date().toISOString(),
    });
    if (isNew) this.waiting.add(id);
    this.say('twice', isNew ? null : '');
    form.querySelectorAll('button').forEach(button => { button.disabled = true; });
    await this.send();
  }

  private async send(): Promise<void> {
    await this.show();
    if (!(await readScans()).some(scan => !scan.refused)) return;
    this.isSending = true;
    try {
      this.say('sign-in', (await sendKept()) === 'sign-in' ? '' : null);
    } catch (fault) {
      if (!(fault instanceof TypeError)) throw fault;
      // Not waited for: where the browser keeps no worker there is never one to ask.
      void sendWhenClosed();
    } finally {
      this.isSending = false;
      await this.show();
    }
  }

  private async show(): Promise<void> {
    const scans = await readScans();
    // What waited and is gone counts, whether this page, another one or the worker sent it.
    const sent = [...this.waiting].filter(id => !scans.some(scan => scan.id === id)).length;
    if (sent > 0) this.say('sent', String(sent));
    this.waiting = new Set(scans.filter(scan => !scan.refused).map(scan => scan.id));
    this.say('waiting', this.waiting.size === 0 ? null : String(this.waiting.size));
    this.say('offline', navigator.onLine ? null : '');
    this.piece('refused').replaceChildren(...scans.filter(scan => scan.refused).map(scan => {
      const row = this.template('refusal').content.cloneNode(true) as DocumentFragment;
      const why = this.querySelector<HTMLElement>(`[data-word="${CSS.escape(scan.refused ?? '')}"]`)?.textContent ?? scan.refused ?? '';
      row.querySelector('[data-text]')!.textContent = `${this.stepName(scan.step)} #${scan.consignment}: ${why}`;
      row.querySelector('button')!.addEventListener('click', () => void settle(scan, null).then(() => this.show()));
      return row;
    }));
  }

  /** Without a network: what the paper itself says, where the key says that it is ours. */
  private async open(token: string): Promise<void> {
    const order = await openOrder(token, this.dataset.key ?? '');
    this.say('forged', order ? null : '');
    const list = this.piece('lines');
    list.replaceChildren();
    this.say('genuine', order ? order.number : null, order?.plate, order ? new Date(order.dueMs).toLocaleString(document.documentElement.lang, { timeZone: 'Asia/Shanghai', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }) : '');
    if (!order) return;
    list.replaceChildren(...order.lines.map(line => {
      const row = this.template('line').content.cloneNode(true) as DocumentFragment;
      const item = this.querySelector<HTMLElement>(`[data-item="${CSS.escape(line.item)}"]`)?.textContent ?? line.item;
      row.querySelector('[data-text]')!.textContent = `${item} ${Number(line.quantity).toLocaleString(document.documentElement.lang)} → ${line.receiver}`;
      row.querySelectorAll<HTMLInputElement>('[name=consignment]').forEach(input => { input.value = line.consignment; });
      row.querySelectorAll<HTMLInputElement>('[name=quantity]').forEach(input => { input.value = line.quantity; });
      return row;
    }));
  }

  private stepName(step: string): string {
    return this.querySelector<HTMLElement>(`[data-step="${CSS.escape(step)}"]`)?.textContent ?? step;
  }

  /** Shows the sentence of that name with its places filled in; null hides it. */
  private say(name: string, ...values: (string | null | undefined)[]): void {
    const element = this.piece(`say-${name}`);
    element.hidden = values[0] === null;
    if (values[0] !== null) element.textContent = (element.dataset.sentence ?? '').replace(/\{(\d)\}/g, (_, place: string) => values[Number(place)] ?? '');
  }

  private template(name: string): HTMLTemplateElement {
    return this.piece<HTMLTemplateElement>(`template-${name}`);
  }

  private piece<T extends HTMLElement>(name: string): T {
    const element = this.querySelector<T>(`[data-piece="${name}"]`);
    if (!element) throw new Error(`The scan page has no part '${name}'.`);
    return element;
  }
}

/** A browser that has Background Sync sends what waits when the network is back, though the page be closed by then; others send when it is opened. */
async function sendWhenClosed(): Promise<void> {
  const registration = (await navigator.serviceWorker?.ready) as (ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } }) | undefined;
  // Refused where the owner of the phone switched it off: then it waits for the page, as everywhere else.
  await registration?.sync?.register(syncTag).catch(() => undefined);
}

customElements.define('rt-scan', RtScan);

// Codes are printed in capitals, which hold more in less; a phone's own camera app opens just that address, and a scope is told apart by case.
for (const scope of ['/supplies/scan', '/SUPPLIES/SCAN']) void navigator.serviceWorker?.register(`/supplies/scan/worker.js?culture=${document.documentElement.lang}`, { scope });
void navigator.storage?.persist?.();
