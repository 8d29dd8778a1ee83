// <rt-live src="…">: listens to server-sent events and loads the named part of this page anew when something changed. When the line is lost it
// says since when, and tries again with growing pauses.
class RtLive extends HTMLElement {
  private source?: EventSource;
  private pause = 1_000;

  connectedCallback(): void {
    this.listen();
  }

  disconnectedCallback(): void {
    this.source?.close();
  }

  private listen(): void {
    const url = this.getAttribute('src');
    if (!url || !this.isConnected) return;
    const source = new EventSource(url);
    this.source = source;
    source.addEventListener('open', () => {
      if (this.pause > 1_000) void this.reload();
      this.pause = 1_000;
      this.say(null);
    });
    source.addEventListener('changed', () => void this.reload());
    source.addEventListener('error', () => {
      source.close();
      this.say(new Date().toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' }));
      window.setTimeout(() => this.listen(), this.pause);
      this.pause = Math.min(this.pause * 2, 30_000);
    });
  }

  private async reload(): Promise<void> {
    const part = this.dataset.part;
    if (!part) return;
    const response = await fetch(window.location.href, { headers: { accept: 'text/html' }, cache: 'no-store' });
    if (response.redirected) {
      // What was waited for stands elsewhere now.
      window.location.assign(response.url);
      return;
    }
    if (!response.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById(part);
    const old = document.getElementById(part);
    if (fresh && old) old.replaceWith(fresh);
    this.dataset.reloads = String(Number(this.dataset.reloads ?? '0') + 1);
  }

  private say(lostAt: string | null): void {
    const status = this.querySelector<HTMLElement>('[data-lost]');
    if (!status) return;
    status.hidden = lostAt === null;
    if (lostAt !== null) status.textContent = (status.dataset.lost ?? '').replace('{0}', lostAt);
  }
}

customElements.define('rt-live', RtLive);
