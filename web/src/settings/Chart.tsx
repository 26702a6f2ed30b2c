// A chart of values over time. Its caption has the values as text: the last ones, or those under the pointer.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { messages } from '../messages.screens';
import { useStore } from '../ui/store';
import { theme } from '../ui/theme';
import { showError } from '../ui/undo';

export interface Points {
  /** Times in seconds since 1970, in order. */
  times: number[];
  /** Values of each series; null where there is none. */
  values: (number | null)[][];
}

interface Props {
  title: string;
  hint: string;
  /** Names of the series. */
  names: readonly string[];
  points: Points;
  /** The shown part of the time, in seconds. */
  range: readonly [number, number];
  format: (value: number) => string;
  formatTime: (seconds: number) => string;
  hasBars?: boolean;
}

const HEIGHT_PX = 150;
const COLOURS = ['--accent', '--caution'] as const;

export function Chart(props: Props) {
  const { title, hint, names, points, range, format, formatTime } = props;
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const [pointed, setPointed] = useState<number>();
  const shade = useStore(theme);
  // The functions that uPlot keeps read the newest values from here.
  const shown = useRef(props);
  shown.current = props;
  const draw = ({ points, range }: Props) => {
    chart.current?.setData([points.times, ...points.values], false);
    chart.current?.setScale('x', { min: range[0], max: range[1] });
  };
  useEffect(() => {
    const place = frame.current;
    if (!place) return undefined;
    let isGone = false;
    const observer = new ResizeObserver(() => chart.current?.setSize({ width: place.clientWidth, height: HEIGHT_PX }));
    import('./plot').then(({ UPlot }) => {
      if (isGone) return;
      chart.current = new UPlot(options(UPlot, place, shown, setPointed), [[]], place);
      draw(shown.current);
      observer.observe(place);
    }, showError);
    return () => {
      isGone = true;
      observer.disconnect();
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, [shade]);
  // Before the next frame, so that the caption and the curve never show different samples.
  useLayoutEffect(() => draw(props), [points, range]);
  const at = pointed ?? points.times.length - 1;
  const time = points.times[at];
  const texts = names.map((_, index) => {
    const value = points.values[index]?.[at];
    return value === null || value === undefined ? messages.health.unknown : format(value);
  });
  const summary = names.map((name, index) => `${name}: ${texts[index]}`).join(', ');
  return (
    <figure class="chart-figure">
      <figcaption>
        <h3>{title}</h3>
        <p class="muted small">{hint}</p>
        <p class="chart-values">
          {names.map((name, index) => (
            <span key={name} class={`series series-${index}`}>
              {name}: <strong>{texts[index]}</strong>
            </span>
          ))}
          {pointed !== undefined && time !== undefined && <span class="muted small">{formatTime(time)}</span>}
        </p>
      </figcaption>
      <div class="chart-frame" dir="ltr" role="img" aria-label={`${title}. ${summary}`} ref={frame} />
    </figure>
  );
}

function options(
  UPlot: typeof uPlot,
  place: HTMLElement,
  shown: { readonly current: Props },
  point: (index: number | undefined) => void,
): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour('--ink-soft'),
    font: `12px ${colour('--sans')}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1 },
  };
  const { names, hasBars } = shown.current;
  const bars = hasBars && UPlot.paths.bars ? { paths: UPlot.paths.bars({ size: [0.7, 40] }) } : {};
  return {
    width: place.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false } },
    scales: { y: { range: (_chart, _min, max) => [0, Math.max(max ?? 0, 1) * 1.1] } },
    axes: [
      { ...axis, space: 80, values: (_chart, splits) => splits.map((seconds) => shown.current.formatTime(seconds)) },
      { ...axis, size: 70, space: 40, values: (_chart, splits) => splits.map((value) => shown.current.format(value)) },
    ],
    series: [
      {},
      ...names.map((name, index) => {
        const stroke = colour(COLOURS[index % COLOURS.length] ?? COLOURS[0]);
        return { label: name, stroke, width: 2, ...(hasBars ? { fill: `${stroke}66` } : {}), ...bars };
      }),
    ],
    hooks: { setCursor: [({ cursor }) => point(cursor.idx ?? undefined)] },
  };
}
