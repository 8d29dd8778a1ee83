/** Both languages are on the phone: a gate keeper changes the language without a network. */
type Catalogue = Record<string, Record<string, string>>;

const languageKey = 'checkpoint-language';
let catalogue: Catalogue = {};

export async function loadTexts(url: string): Promise<void> {
  catalogue = (await (await fetch(url)).json()) as Catalogue;
  const chosen = localStorage.getItem(languageKey);
  if (chosen && chosen in catalogue) document.documentElement.lang = chosen;
}

export function language(): string {
  return document.documentElement.lang;
}

export function switchLanguage(): void {
  const other = Object.keys(catalogue).find(name => name !== language());
  if (!other) return;
  localStorage.setItem(languageKey, other);
  document.documentElement.lang = other;
}

/** A sentence with its {0}, {1} filled in. A key without a sentence is our mistake and must not be shown as if it were one. */
export function text(key: string, ...parts: (string | number)[]): string {
  const sentence = catalogue[language()]?.[key];
  if (sentence === undefined) throw new Error(`There is no text '${key}'.`);
  return sentence.replace(/\{(\d)\}/g, (_, place: string) => String(parts[Number(place)]));
}

/** How long ago, in the largest unit that is at least one; and the point in time itself. */
export function age(atMs: number, nowMs: number): string {
  const minutes = Math.max(0, Math.floor((nowMs - atMs) / 60_000));
  const words = new Intl.RelativeTimeFormat(language(), { numeric: 'always' });
  const ago = minutes < 1 ? text('now') : minutes < 60 ? words.format(-minutes, 'minute') : minutes < 48 * 60 ? words.format(-Math.floor(minutes / 60), 'hour') : words.format(-Math.floor(minutes / 1440), 'day');
  return text('age', ago, clockTime(atMs));
}

function clockTime(atMs: number): string {
  return new Date(atMs).toLocaleString(language(), { timeZone: 'Asia/Shanghai', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false });
}
