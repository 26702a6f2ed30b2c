// Counts by day as stacked bars. The bars are a picture: the table of all days has their numbers for readers who do not see it.
import { messages } from '../messages.activity';
import { formatNumber } from '../ui/format';

export interface Series {
  name: string;
  /** Colour of its bars: that of results, of missing results, or of failures. */
  kind: 'good' | 'lack' | 'bad';
  /** The count of each day. */
  counts: readonly number[];
}

interface Props {
  title: string;
  /** Names of the days, in order. */
  days: readonly string[];
  series: readonly Series[];
}

/** Space between two bars, as a share of the width of a day. */
const GAP = 0.2;

export function DayChart({ title, days, series }: Props) {
  const sums = days.map((_, day) => series.reduce((sum, { counts }) => sum + (counts[day] ?? 0), 0));
  const most = Math.max(...sums);
  const [first = '', last = ''] = [days[0], days.at(-1)];
  const texts = messages.activity;
  const summary =
    most === 0 ? texts.noneInChart(title, first, last) : texts.chart(title, first, last, most, days[sums.indexOf(most)] ?? '');
  return (
    <figure class="chart-figure">
      <figcaption>
        <h3>{title}</h3>
        <p class="chart-values small">
          {series.map(({ name, kind, counts }) => (
            <span key={name} class={`day-series ${kind}`}>
              {name}: <strong>{formatNumber(counts.reduce((sum, count) => sum + count, 0))}</strong>
            </span>
          ))}
        </p>
      </figcaption>
      <div class="day-chart" dir="ltr">
        <span class="day-most muted small" aria-hidden="true">
          {formatNumber(most)}
        </span>
        <svg role="img" aria-label={summary} viewBox={`0 0 ${days.length} ${Math.max(1, most)}`} preserveAspectRatio="none">
          {days.map((day, at) => (
            <g key={day}>
              <title>{[day, ...series.map(({ name, counts }) => `${name}: ${formatNumber(counts[at] ?? 0)}`)].join('\n')}</title>
              <rect class="day-space" x={at} y={0} width={1} height={Math.max(1, most)} />
              {stack(series, at).map(({ kind, from, count }) => (
                <rect key={kind} class={kind} x={at + GAP / 2} y={most - from - count} width={1 - GAP} height={count} />
              ))}
            </g>
          ))}
        </svg>
        <span class="day-ends muted small" aria-hidden="true">
          <span>{first}</span>
          <span>{last}</span>
        </span>
      </div>
    </figure>
  );
}

/** The parts of the bar of a day, from the bottom. */
function stack(series: readonly Series[], day: number): { kind: string; from: number; count: number }[] {
  let from = 0;
  return series.map(({ kind, counts }) => {
    const count = counts[day] ?? 0;
    from += count;
    return { kind, from: from - count, count };
  });
}
