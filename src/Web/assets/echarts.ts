// Only the parts of ECharts that the product draws with; everything else stays out of the bundle.
import { BarChart, LineChart, MapChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

echarts.use([BarChart, LineChart, MapChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

export { echarts };

/** Colours of the current theme, read from the style sheet so that charts and pages agree. */
export function themeColours(element: HTMLElement): { text: string; muted: string; line: string; surface: string } {
  const style = getComputedStyle(element.closest('[data-bs-theme]') ?? document.documentElement);
  const read = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
  return {
    text: read('--tblr-body-color', '#1f2937'),
    muted: read('--rt-muted', '#6b7280'),
    line: read('--tblr-border-color', '#e5e7eb'),
    surface: read('--tblr-bg-surface', '#ffffff'),
  };
}

/** Draws again on resize and on a change of theme; returns what to call when the element leaves the page. */
export function keepDrawn(element: HTMLElement, chart: echarts.ECharts, draw: () => void): () => void {
  const resize = new ResizeObserver(() => chart.resize());
  resize.observe(element);
  document.addEventListener('rt-theme', draw);
  return () => {
    resize.disconnect();
    document.removeEventListener('rt-theme', draw);
    chart.dispose();
  };
}
