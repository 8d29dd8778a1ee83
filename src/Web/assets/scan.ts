import { fromBase64 } from './checkpoint/verify/bytes';
import { importKey, isSignedBy, parseSigned } from './checkpoint/verify/cose';

/** One thing said of one consignment, as the server takes it. The id is made here, so that sending it twice is saying it once. */
interface Scan { id: string; consignment: number; step: string; quantity: number | null; reason: string | null; at: string }

const queueKey = 'rt-scans';
const domain = new TextEncoder().encode('rongtong.dispatch');
/** Scans in one message, as the server takes them. */
const sentAtOnceMax = 100;

function readQueue(): Scan[] {
  try {
    return JSON.parse(localStorage.getItem(queueKey) ?? '[]') as Scan[];
  } catch {
    return [];
  }
}

function writeQueue(scans: Scan[]): void {
  localStorage.setItem(queueKey, JSON.stringify(scans));
}

/**
 * <rt-scan data-key="…">: takes the forms of the scan page. What is said is kept on the phone first and sent when there is a network; without scripts
 * the same forms go to the server by themselves. A code that is read without a network is checked with the public key and shown from its own content.
 */
class RtScan extends HTMLElement {
  private isSending = false;

  connectedCallback(): void {
    this.addEventListener('submit', event => this.take(event));
    window.addEventListener('online', () => void this.send());
    this.querySelector('[data-open]')?.addEventListener('click', event => {
      const text = this.querySelector<HTMLInputElement>('[name=token]')?.value ?? '';
      if (navigator.onLine) return;
      event.preventDefault();
      void this.open(text);
    });
    this.show();
    void this.send();
  }

  private take(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    if (form.dataset.scan === undefined) return;
    event.preventDefault();
    const fields = new FormData(form, event.submitter);
    const quantity = fields.get('quantity');
    writeQueue([...readQueue(), {
      id: crypto.randomUUID(), consignment: Number(fields.get('consignment')), step: String(fields.get('step')),
      quantity: quantity ? Number(quantity) : null, reason: String(fields.get('reason') ?? '') || null, at: new Date().toISOString(),
    }]);
    form.querySelectorAll('button').forEach(button => { button.disabled = true; });
    this.show();
    void this.send();
  }

  private async send(): Promise<void> {
    const scans = readQueue().slice(0, sentAtOnceMax);
    if (this.isSending || scans.length === 0) return;
    this.isSending = true;
    try {
      const response = await fetch('/api/v1/supplies/scans', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ scans }) });
      // Told "no" for good (not signed in is not for good: the queue waits for whoever signs in).
      if (response.ok) {
        const answers = (await response.json()) as { id: string; outcome: string }[];
        const sent = new Set(answers.map(answer => answer.id));
        writeQueue(readQueue().filter(scan => !sent.has(scan.id)));
        const refused = answers.filter(answer => !['moved', 'noted', 'already', 'repeated'].includes(answer.outcome));
        this.say('data-refused', refused.length === 0 ? null : refused.map(answer => answer.outcome).join(', '));
      }
    } catch {
      // No network: the queue keeps it.
    } finally {
      this.isSending = false;
      this.show();
    }
  }

  private show(): void {
    const waiting = readQueue().length;
    this.say('data-waiting', waiting === 0 ? null : String(waiting));
  }

  private say(name: string, value: string | null): void {
    const element = this.querySelector<HTMLElement>(`[${name}]`);
    if (!element) return;
    element.hidden = value === null;
    if (value !== null) element.textContent = (element.getAttribute(name) ?? '').replace('{0}', value);
  }

  /** Without a network: what the code itself says, where the key says that it is ours. */
  private async open(text: string): Promise<void> {
    const digits = /([0-9A-F]{2})+$/i.exec(text.trim())?.[0] ?? '';
    const bytes = Uint8Array.from(digits.match(/../g) ?? [], pair => parseInt(pair, 16));
    let isOurs = false;
    let payload = '';
    try {
      const message = parseSigned(bytes);
      const key = await importKey(fromBase64(this.dataset.key ?? ''));
      isOurs = key !== null && (await isSignedBy(message, key, domain));
      payload = new TextDecoder().decode(message.payload);
    } catch {
      isOurs = false;
    }
    this.say('data-forged', isOurs ? null : '');
    const list = this.querySelector<HTMLElement>('[data-lines]');
    const template = this.querySelector<HTMLTemplateElement>('template');
    if (!isOurs || !list || !template) return;
    list.replaceChildren(...payload.split('\n').slice(1).map(line => {
      const [consignment = '', item = '', quantity = '', receiver = ''] = line.split('|');
      const row = template.content.cloneNode(true) as DocumentFragment;
      row.querySelector('[data-text]')!.textContent = `${item} ${Number(quantity).toLocaleString(document.documentElement.lang)} → ${receiver}`;
      row.querySelectorAll<HTMLInputElement>('[name=consignment]').forEach(input => { input.value = consignment; });
      row.querySelectorAll<HTMLInputElement>('[name=quantity]').forEach(input => { input.value = quantity; });
      return row;
    }));
  }
}

customElements.define('rt-scan', RtScan);
