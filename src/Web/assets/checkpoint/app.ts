import { answerTo, clockText, type Answer } from './answer';
import { Camera, readPicture } from './camera';
import { count, countsOf, outcomes } from './counter';
import { forget, load, synchronise, clockProblem, type Knowledge, type SyncOutcome } from './sync';
import { age, loadTexts, switchLanguage, text } from './texts';
import { fingerprint } from './verify/trust';
import { verify } from './verify/verifier';

/** While the page is open and the network there, files are no older than this. */
const syncEveryMs = 15 * 60_000;
/** After this long without a network the status says so; passes go on being verified. */
const oldAfterMs = 24 * 3_600_000;

/** The page: one screen to scan on, one to answer on. */
class CheckpointApp {
  private knowledge!: Knowledge;
  private lastSync: SyncOutcome | null = null;
  private shown: Answer | null = null;
  private readonly camera = new Camera(part<HTMLVideoElement>('video'), token => void this.judge(token));

  async start(): Promise<void> {
    await loadTexts(document.body.dataset.texts ?? '');
    if (!window.isSecureContext) {
      // Browsers keep their signature check, the camera and the service worker from pages without TLS.
      document.querySelector('main')?.replaceChildren(text('insecure'));
      return;
    }
    this.knowledge = await load();
    this.bind();
    await this.draw();
    document.body.dataset.ready = 'true';
    await this.sync();
    window.setInterval(() => void this.sync(), syncEveryMs);
  }

  private bind(): void {
    part('language').addEventListener('click', () => { switchLanguage(); this.close(); void this.draw(); });
    part('camera').addEventListener('click', () => void this.toggleCamera());
    part('next').addEventListener('click', () => this.close());
    part('manual').addEventListener('click', () => void this.goManually());
    part('manual-instead').addEventListener('click', () => { this.close(); void this.goManually(); });
    part('sync').addEventListener('click', () => void this.sync());
    part('forget').addEventListener('click', () => void this.forget());
    part<HTMLInputElement>('file').addEventListener('change', event => void this.readFile(event.target as HTMLInputElement));
    part<HTMLFormElement>('form').addEventListener('submit', event => {
      event.preventDefault();
      const input = part<HTMLTextAreaElement>('token');
      // A pasted pass may be broken into lines; a space inside it is a character of its own.
      void this.judge(input.value.replace(/[\r\n\t]/g, '').trimStart());
      input.value = '';
    });
    window.addEventListener('online', () => void this.sync());
    window.addEventListener('offline', () => void this.draw());
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.stopCamera(); });
    bindInstall();
  }

  private async judge(token: string): Promise<void> {
    this.camera.pause(true);
    const nowMs = Date.now();
    const verdict = await verify(token, nowMs, this.knowledge.trust, this.knowledge.revocation);
    const answer = answerTo(verdict, this.knowledge, nowMs);
    this.show(answer);
    await count(answer.look, nowMs);
    await this.draw();
    part('result').dispatchEvent(new CustomEvent('checkpoint-answer', { bubbles: true }));
  }

  private show(answer: Answer): void {
    this.shown = answer;
    const result = part('result');
    result.dataset.look = answer.look;
    result.dataset.reason = answer.reason ?? '';
    result.dataset.age = answer.isAgeUnknown ? 'unknown' : 'known';
    fill('word', answer.word);
    fill('name', answer.name);
    fill('detail', answer.detail);
    fill('revocation', answer.revocation);
    fill('advice', answer.next);
    part('warnings').replaceChildren(...answer.warnings.map(warning => Object.assign(document.createElement('li'), { textContent: warning })));
    result.hidden = false;
    part('scan').hidden = true;
    result.focus();
  }

  /** Nothing of the pass outlives its screen. */
  private close(): void {
    if (!this.shown) return;
    this.shown = null;
    for (const name of ['word', 'name', 'detail', 'revocation', 'advice']) fill(name, '');
    part('warnings').replaceChildren();
    const result = part('result');
    result.hidden = true;
    delete result.dataset.look;
    delete result.dataset.reason;
    delete result.dataset.age;
    part('scan').hidden = false;
    this.say('');
    this.camera.pause(false);
  }

  private async toggleCamera(): Promise<void> {
    if (this.camera.isOn) {
      this.stopCamera();
      return;
    }
    try {
      await this.camera.start();
      this.say(text('camera.hint'));
    } catch (fault) {
      this.camera.stop();
      if (!(fault instanceof DOMException)) throw fault;
      this.say(text(fault.name === 'NotAllowedError' ? 'camera.refused' : 'camera.missing'));
    }
    await this.draw();
  }

  private stopCamera(): void {
    this.camera.stop();
    void this.draw();
  }

  private async readFile(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    input.value = '';
    if (!file) return;
    const token = await readPicture(file);
    if (token === null) this.say(text('file.nothing'));
    else await this.judge(token);
  }

  /** Somebody without a phone goes on like everybody else, and is counted so that the gate can show it. */
  private async goManually(): Promise<void> {
    await count('manual', Date.now());
    this.say(text('manual.counted'));
    await this.draw();
  }

  private async sync(): Promise<void> {
    this.lastSync = await synchronise();
    this.knowledge = await load();
    await this.draw();
    document.body.dataset.sync = this.lastSync;
  }

  private async forget(): Promise<void> {
    if (!window.confirm(text('forget.sure'))) return;
    await forget();
    await this.sync();
  }

  private say(message: string): void {
    fill('message', message);
  }

  private async draw(): Promise<void> {
    for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) element.textContent = text(element.dataset.text ?? '');
    document.title = text('title');
    part('camera').textContent = text(this.camera.isOn ? 'camera.stop' : 'camera.start');
    part('view').hidden = !this.camera.isOn;
    await this.drawStatus();
    const counts = await countsOf(Date.now());
    fill('total', text('counts.total', outcomes.reduce((sum, outcome) => sum + counts[outcome], 0)));
    for (const outcome of outcomes) fill(`count-${outcome}`, String(counts[outcome]));
  }

  private async drawStatus(): Promise<void> {
    const { trust, revocation, clock, rootKey } = this.knowledge;
    const nowMs = Date.now();
    const isOld = clock !== null && nowMs - clock.phoneMs > oldAfterMs;
    fill('network', text(navigator.onLine ? 'online' : 'offline'));
    fill('synced', clock && trust ? text('synced', age(clock.phoneMs, nowMs)) : text('never-synced'));
    fill('list-age', revocation.asOfMs === null ? text('list-unknown', text(`age-unknown.${revocation.unusable ?? 'none'}`)) : text('revocation-age', age(revocation.asOfMs, nowMs)));
    fill('root', rootKey ? text('root', await fingerprint(rootKey)) : '');
    const clockFault = clockProblem(clock, nowMs);
    const problems = [
      trust ? null : text('fault.no-trust-list'), clockFault && clockText(clockFault), isOld ? text('old') : null,
      trust && nowMs > trust.validUntilMs ? text('stale-trust') : null, this.lastSync === 'trust-refused' || this.lastSync === 'trust-older' ? text(`sync.${this.lastSync}`) : null,
    ].filter(problem => problem !== null);
    fill('problems', problems.join(' '));
  }
}

/** The browser's offer to put the page on the home screen, kept until somebody wants it. */
function bindInstall(): void {
  const button = part<HTMLButtonElement>('install');
  window.addEventListener('beforeinstallprompt', offer => {
    offer.preventDefault();
    button.hidden = false;
    button.onclick = () => { button.hidden = true; void (offer as Event & { prompt(): Promise<void> }).prompt(); };
  });
}

function part<T extends HTMLElement>(name: string): T {
  const element = document.querySelector<T>(`[data-part="${name}"]`);
  if (!element) throw new Error(`The page has no part '${name}'.`);
  return element;
}

function fill(name: string, content: string): void {
  const element = part(name);
  element.textContent = content;
  element.hidden = content === '';
}

async function keepApp(): Promise<void> {
  // Browsers without these (or pages without TLS) still verify while they are open.
  await navigator.serviceWorker?.register('/checkpoint/worker.js', { scope: '/checkpoint' });
  await navigator.storage?.persist?.();
}

void new CheckpointApp().start();
void keepApp();
