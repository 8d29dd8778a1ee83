// <rt-chart>: curves over days, drawn from the JSON that the server put into the element. The table with the same numbers stands beside it
// in the page, for readers of tables, for screen readers and for browsers without scripts.
import { echarts, keepDrawn, themeColours } from './echarts';

interface Series { name: string; kind: 'bar' | 'line'; values: (number | null)[]; axis?: number; dashed?: boolean }
interface Band { name: string; low: (number | null)[]; high: (number | null)[]; axis?: number }
interface Marker { day: string; label: string }
interface Model { days: string[]; unit: string; unit2?: string; series: Series[]; bands: Band[]; markers: Marker[]; level?: number; levelAxis?: number; ceiling?: number }

const palette = ['#2f6fb2', '#d1622b', '#3b8f5a', '#8a5ab5', '#b8891c', '#4d9aa6'];

class RtChart extends HTMLElement {
  private release?: () => void;

  connectedCallback(): void {
    const source = this.querySelector('script[type="application/json"]');
    const box = this.querySelector<HTMLElement>('[data-canvas]');
    if (!source?.textContent || !box) return;
    const model = JSON.parse(source.textContent) as Model;
    box.hidden = false;
    const chart = echarts.init(box);
    const draw = () => chart.setOption(options(model, box), { notMerge: true });
    draw();
    this.release = keepDrawn(box, chart, draw);
    this.dataset.drawn = 'true';
  }

  disconnectedCallback(): void {
    this.release?.();
  }
}

function options(model: Model, box: HTMLElement): echarts.EChartsCoreOption {
  const colours = themeColours(box);
  const axis = (name: string, right: boolean) => ({
    type: 'value', name, max: right ? undefined : model.ceiling, position: right ? 'right' : 'left', nameTextStyle: { color: colours.muted, align: right ? 'right' : 'left' },
    axisLabel: { color: colours.muted }, splitLine: { show: !right, lineStyle: { color: colours.line } },
  });
  const bands = model.bands.flatMap((band, i) => [
    { name: band.name, type: 'line', yAxisIndex: band.axis ?? 0, data: band.low, stack: `band${i}`, lineStyle: { opacity: 0 }, symbol: 'none', silent: true, tooltip: { show: false } },
    {
      name: band.name, type: 'line', yAxisIndex: band.axis ?? 0, stack: `band${i}`, lineStyle: { opacity: 0 }, symbol: 'none', silent: true, tooltip: { show: false },
      data: band.high.map((high, day) => (high === null || band.low[day] === null ? null : high - (band.low[day] ?? 0))),
      areaStyle: { color: palette[1], opacity: 0.18 },
    },
  ]);
  const marks = model.markers.map(m => ({ xAxis: m.day, label: { formatter: m.label, color: colours.muted, fontSize: 11, position: 'insideEndTop' } }));
  const series = model.series.map((s, i) => ({
    name: s.name, type: s.kind, yAxisIndex: s.axis ?? 0, data: s.values, symbol: 'none', connectNulls: false, barMaxWidth: 14, color: palette[i % palette.length],
    lineStyle: { width: 2, type: s.dashed ? 'dashed' : 'solid' },
    markLine: i === 0 && (marks.length > 0 || model.level !== undefined)
      ? { symbol: 'none', silent: true, lineStyle: { color: colours.muted, type: 'dotted' }, data: marks }
      : undefined,
  }));
  if (model.level !== undefined) {
    const owner = series.find(s => s.yAxisIndex === (model.levelAxis ?? 0));
    if (owner) owner.markLine = { symbol: 'none', silent: true, lineStyle: { color: colours.muted, type: 'dotted' }, data: [...(owner === series[0] ? marks : []), { yAxis: model.level, label: { formatter: String(model.level), color: colours.muted } } as never] };
  }
  // A line without a value would be looked for in vain.
  const legend = [...model.series.filter(s => s.values.some(v => v !== null)), ...model.bands.filter(b => b.high.some(v => v !== null))].map(s => s.name);
  return {
    animation: false,
    aria: { enabled: true },
    grid: { left: 8, right: 8, top: 52, bottom: 8, containLabel: true },
    legend: { top: 0, type: 'scroll', textStyle: { color: colours.text }, data: legend },
    tooltip: { trigger: 'axis', confine: true, backgroundColor: colours.surface, borderColor: colours.line, textStyle: { color: colours.text } },
    xAxis: { type: 'category', data: model.days, axisLabel: { color: colours.muted }, axisLine: { lineStyle: { color: colours.line } }, axisTick: { show: false } },
    yAxis: model.unit2 ? [axis(model.unit, false), axis(model.unit2, true)] : [axis(model.unit, false)],
    series: [...bands, ...series],
  };
}

customElements.define('rt-chart', RtChart);
