// Measurements of the server, taken every few seconds while the page is visible.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Points } from './Chart';

const INTERVAL_MS = 5_000;
/** Time for which samples are kept, in seconds. */
const WINDOW_SECONDS = 600;
/** Maximum number of jobs that are counted. */
export const MAX_JOBS = 200;

export interface Sample {
  /** Time in seconds since 1970. */
  time: number;
  responseMs: number | null;
  waiting: number | null;
  running: number | null;
  bytes: number | null;
}

/** The samples of the last minutes, oldest first. */
export function useSamples(): Sample[] {
  const [samples, setSamples] = useState<Sample[]>([]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let control = new AbortController();
    const measure = async (signal: AbortSignal) => {
      const sample = await takeSample(signal);
      if (signal.aborted) return;
      setSamples((old) => [...old.filter(({ time }) => time > sample.time - WINDOW_SECONDS), sample]);
      timer = setTimeout(() => void measure(signal), INTERVAL_MS);
    };
    const stop = () => {
      control.abort();
      clearTimeout(timer);
    };
    // Also ends a measurement under way: it would be followed by others on a hidden page, or beside those of a page that is shown again.
    const follow = () => {
      stop();
      control = new AbortController();
      if (!document.hidden) void measure(control.signal);
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      stop();
      document.removeEventListener('visibilitychange', follow);
    };
  }, []);
  return samples;
}

/** Values that the server does not give are null. */
async function takeSample(signal: AbortSignal): Promise<Sample> {
  const start = performance.now();
  const response = await fetch('/ready', { signal, cache: 'no-store' }).catch(() => undefined);
  const responseMs = response?.ok ? performance.now() - start : null;
  const count = (state: string) =>
    call('get', '/v1/jobs', { query: { state, limit: MAX_JOBS }, signal }).then(
      ({ items }) => items.length,
      () => null,
    );
  const [waiting, running, bytes] = await Promise.all([
    count('queued'),
    count('running'),
    call('get', '/v1/organisation', { signal }).then(
      ({ usage }) => usage.bytes,
      () => null,
    ),
  ]);
  return { time: Date.now() / 1000, responseMs, waiting, running, bytes };
}

/** The series of some fields of the samples. */
export function toPoints(samples: Sample[], ...fields: (keyof Sample)[]): Points {
  return { times: samples.map(({ time }) => time), values: fields.map((field) => samples.map((sample) => sample[field])) };
}
