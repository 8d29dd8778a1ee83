// <rt-map>: regions coloured by a count on a day, with a time slider. Outlines and figures come from two URLs; the table of the same regions
// stands beside the map and is what the keyboard and screen readers use.
import { echarts, keepDrawn, themeColours } from './echarts';

interface Region { code: string; name: string; href: string | null; reported: boolean; values: Record<string, (number | null)[]> }
interface Figures { days: string[]; regions: Region[] }

// Upper ends of the classes and a palette that stays distinct for colour-blind readers and in grey print (ColorBrewer YlOrRd).
const classes = [0, 9, 99, 499, 999, 9999, Infinity];
const light = ['#f3f4f6', '#ffffcc', '#fed976', '#fd8d3c', '#fc4e2a', '#bd0026', '#67000d'];
const dark = ['#2b3440', '#5b5a3a', '#8a6a2c', '#b0612b', '#cf4a2a', '#e5697a', '#ffd7dc'];

class RtMap extends HTMLElement {
  private release?: () => void;
  private figures?: Figures;
  private day = 0;
  private timer = 0;

  async connectedCallback(): Promise<void> {
    const box = this.querySelector<HTMLElement>('[data-canvas]');
    const { outlines, figures } = this.dataset;
    if (!box || !outlines || !figures) return;
    const [shapes, data] = await Promise.all([fetchJson(outlines), fetchJson(figures)]);
    if (!this.isConnected) return;
    this.figures = data as Figures;
    // Names are what ECharts joins by; two counties of one province may share a name, so the code is the name here.
    for (const feature of (shapes as { features: { properties: { code: string | null; name: string } }[] }).features) {
      feature.properties.name = feature.properties.code ?? `outline:${feature.properties.name}`;
    }
    const mapName = outlines;
    echarts.registerMap(mapName, shapes as never);
    box.hidden = false;
    const chart = echarts.init(box);
    const draw = () => this.draw(chart, mapName);
    chart.on('click', event => {
      const region = this.figures?.regions.find(r => r.code === event.name);
      if (region?.href) window.location.assign(region.href);
    });
    this.bindControls(draw);
    draw();
    this.release = keepDrawn(box, chart, draw);
    this.dataset.drawn = 'true';
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
    this.release?.();
  }

  private get slider(): HTMLInputElement | null { return this.querySelector('input[type="range"]'); }

  private get metric(): string { return this.querySelector<HTMLSelectElement>('select[data-metric]')?.value ?? 'cumulative'; }

  private bindControls(draw: () => void): void {
    const slider = this.slider;
    const days = this.figures?.days.length ?? 0;
    this.day = days - 1;
    if (slider) {
      slider.max = String(Math.max(0, days - 1));
      slider.value = slider.max;
      slider.disabled = false;
      slider.addEventListener('input', () => { this.day = Number(slider.value); draw(); });
    }
    this.querySelector('select[data-metric]')?.addEventListener('change', draw);
    const play = this.querySelector<HTMLButtonElement>('button[data-play]');
    play?.addEventListener('click', () => {
      if (this.timer) {
        window.clearInterval(this.timer);
        this.timer = 0;
      } else {
        if (this.day >= days - 1) this.day = -1;
        this.timer = window.setInterval(() => {
          this.day++;
          if (slider) slider.value = String(this.day);
          draw();
          if (this.day >= days - 1) play.click();
        }, 180);
      }
      play.setAttribute('aria-pressed', this.timer ? 'true' : 'false');
      play.textContent = (this.timer ? play.dataset.pause : play.dataset.start) ?? '';
    });
    if (play) play.disabled = false;
  }

  private draw(chart: echarts.ECharts, mapName: string): void {
    if (!this.figures) return;
    const colours = themeColours(this);
    const isDark = document.documentElement.dataset.bsTheme === 'dark';
    const rising = isDark ? dark : light;
    // Where little is bad, data-reversed gives the strongest colour to the smallest figures.
    const ramp = this.dataset.reversed === undefined ? rising : [...rising].reverse();
    // Rates have classes of their own: data-classes="0,20,40,60,80,100,Infinity".
    const limits = this.dataset.classes?.split(',').map(Number) ?? classes;
    const metric = this.metric;
    const day = this.figures.days[this.day] ?? '';
    const noData = this.dataset.noData ?? '';
    const names = new Map(this.figures.regions.map(r => [r.code, r.name]));
    const valueOf = (r: Region) => (r.reported ? r.values[metric]?.[this.day] ?? null : null);
    const hasNames = this.figures.regions.length <= 40;
    chart.setOption({
      animation: false,
      aria: { enabled: true },
      tooltip: {
        trigger: 'item', confine: true, backgroundColor: colours.surface, borderColor: colours.line, textStyle: { color: colours.text },
        formatter: (p: { name: string; value: number }) => `${escape(names.get(p.name) ?? p.name.replace('outline:', ''))}<br>${day}: ${Number.isFinite(p.value) ? p.value.toLocaleString() : noData}`,
      },
      visualMap: {
        type: 'piecewise', left: 8, bottom: 8, textStyle: { color: colours.text }, itemWidth: 14, itemHeight: 10, textGap: 6,
        pieces: limits.map((upper, i) => ({
          min: i === 0 ? 0 : (limits[i - 1] ?? 0) + 1e-9, max: Number.isFinite(upper) ? upper : undefined, color: ramp[i],
          label: i === 0 ? '0' : Number.isFinite(upper) ? `${((limits[i - 1] ?? 0) + 1).toLocaleString()}–${upper.toLocaleString()}` : `≥ ${((limits[i - 1] ?? 0) + 1).toLocaleString()}`,
        })),
        outOfRange: { color: isDark ? '#3f3f46' : '#d4d4d8' },
      },
      series: [{
        type: 'map', map: mapName, roam: false, selectedMode: false, layoutCenter: ['54%', '50%'], layoutSize: Math.min(chart.getWidth() * 0.88, chart.getHeight() * 0.98),
        itemStyle: { areaColor: isDark ? '#3f3f46' : '#d4d4d8', borderColor: colours.surface, borderWidth: 0.8 },
        label: { show: hasNames && chart.getWidth() > 560, color: colours.text, fontSize: 11, formatter: (p: { name: string }) => names.get(p.name) ?? '' },
        emphasis: { label: { show: true, color: colours.text }, itemStyle: { areaColor: undefined, borderColor: colours.text, borderWidth: 1.6 } },
        data: this.figures.regions.map(r => ({ name: r.code, value: valueOf(r) ?? NaN })),
      }],
    }, { notMerge: true });
    this.showDay(day, metric, valueOf);
    this.dispatchEvent(new CustomEvent('day-changed', { detail: { day }, bubbles: true }));
  }

  /** The table beside the map follows the slider. */
  private showDay(day: string, metric: string, valueOf: (r: Region) => number | null): void {
    for (const output of this.querySelectorAll<HTMLElement>('[data-day]')) output.textContent = day;
    this.slider?.setAttribute('aria-valuetext', day);
    const table = document.getElementById(this.dataset.table ?? '');
    if (!table) return;
    for (const region of this.figures?.regions ?? []) {
      const cell = table.querySelector<HTMLElement>(`[data-code="${region.code}"] [data-value]`);
      const value = valueOf(region);
      if (cell) cell.textContent = value === null ? this.dataset.noData ?? '' : value.toLocaleString();
      for (const other of table.querySelectorAll<HTMLElement>(`[data-code="${region.code}"] [data-of]`)) {
        if (region.reported) other.textContent = (region.values[other.dataset.of ?? '']?.[this.day] ?? 0).toLocaleString();
      }
    }
    table.dataset.metric = metric;
  }
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);
}

async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

customElements.define('rt-map', RtMap);
