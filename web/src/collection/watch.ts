// Data that is read again while the server works on it.
import { useEffect } from 'preact/hooks';
import { useLoad, type Loaded } from '../ui/load';

/** Pause between two readings, in milliseconds. */
const PAUSE_MS = 2_000;

/** Loads as `useLoad` does, and again while the data says that something is under way. */
export function useWatched<T>(
  load: (signal: AbortSignal) => Promise<T>,
  isUnderWay: (data: T) => boolean,
  keys: readonly unknown[],
): Loaded<T> {
  const loaded = useLoad(load, keys);
  const { data, reload } = loaded;
  useEffect(() => {
    if (data === undefined || !isUnderWay(data)) return undefined;
    const timer = setTimeout(reload, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [data]);
  return loaded;
}
