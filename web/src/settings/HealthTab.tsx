// Charts of the server: measured while the page is visible, and by day.
import { useMemo } from 'preact/hooks';
import { call } from '../api/client';
import { messages } from '../messages.screens';
import { formatBytes, formatClock, formatDay, formatMs, formatNumber } from '../ui/format';
import { useLoad } from '../ui/load';
import { Failure } from '../ui/parts';
import { Chart, type Points } from './Chart';
import { MAX_JOBS, toPoints, useSamples } from './live';

const DAY_SECONDS = 86_400;
/** Minimum time that a chart shows, in seconds. */
const MIN_SECONDS = 60;

export function HealthTab() {
  const texts = messages.health;
  return (
    <>
      <section class="panel" aria-labelledby="live">
        <h2 id="live">{texts.live}</h2>
        <p class="muted">{texts.liveHint}</p>
        <LiveCharts />
      </section>
      <section class="panel" aria-labelledby="daily">
        <h2 id="daily">{texts.daily}</h2>
        <DailyCharts />
      </section>
    </>
  );
}

function LiveCharts() {
  const samples = useSamples();
  const texts = messages.health;
  const charts = useMemo(() => {
    const end = samples.at(-1)?.time ?? Date.now() / 1000;
    return {
      range: [Math.min(samples[0]?.time ?? end, end - MIN_SECONDS), end] as const,
      response: toPoints(samples, 'responseMs'),
      jobs: toPoints(samples, 'waiting', 'running'),
      storage: toPoints(samples, 'bytes'),
    };
  }, [samples]);
  const shared = { range: charts.range, formatTime: formatClock };
  const countJobs = (value: number) => (value >= MAX_JOBS ? texts.orMore(MAX_JOBS) : formatNumber(value));
  return (
    <div class="charts">
      <Chart
        {...shared}
        title={texts.response}
        hint={texts.responseHint}
        names={[texts.duration]}
        points={charts.response}
        format={formatMs}
      />
      <Chart
        {...shared}
        title={texts.jobs}
        hint={texts.jobsHint}
        names={[texts.waiting, texts.running]}
        points={charts.jobs}
        format={countJobs}
      />
      <Chart
        {...shared}
        title={texts.storage}
        hint={texts.storageHint}
        names={[texts.size]}
        points={charts.storage}
        format={formatBytes}
      />
    </div>
  );
}

function DailyCharts() {
  const { data, error, reload } = useLoad((signal) => call('get', '/v1/usage', { signal }), []);
  const texts = messages.health;
  const charts = useMemo(() => {
    if (data === undefined) return undefined;
    const first = Date.parse(data.from) / 1000;
    const last = Date.parse(data.to) / 1000;
    const times = Array.from({ length: Math.round((last - first) / DAY_SECONDS) + 1 }, (_, day) => first + day * DAY_SECONDS);
    const totals = new Map(data.days.map(({ day, total }) => [Date.parse(day) / 1000, total]));
    const pick = (...fields: ('requests' | 'prompt_tokens' | 'completion_tokens')[]): Points => ({
      times,
      values: fields.map((field) => times.map((time) => totals.get(time)?.[field] ?? 0)),
    });
    return {
      range: [first - DAY_SECONDS / 2, last + DAY_SECONDS / 2] as const,
      read: pick('prompt_tokens'),
      written: pick('completion_tokens'),
      requests: pick('requests'),
    };
  }, [data]);
  if (charts === undefined || data === undefined) return <Failure error={error} retry={reload} />;
  if (data.total.requests === 0) return <p class="muted">{texts.noModel}</p>;
  const shared = { range: charts.range, formatTime: formatDay, format: formatNumber, hasBars: true };
  return (
    <div class="charts">
      <Chart
        {...shared}
        title={texts.read}
        hint={texts.sum(formatNumber(data.total.prompt_tokens))}
        names={[texts.tokens]}
        points={charts.read}
      />
      <Chart
        {...shared}
        title={texts.written}
        hint={texts.sum(formatNumber(data.total.completion_tokens))}
        names={[texts.tokens]}
        points={charts.written}
      />
      <Chart
        {...shared}
        title={texts.requests}
        hint={texts.sum(formatNumber(data.total.requests))}
        names={[texts.count]}
        points={charts.requests}
      />
    </div>
  );
}
