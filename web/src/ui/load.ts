// Data that a component loads, and loads again on request.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { isOnline, readPages, type Page } from '../api/client';

export interface Loaded<T> {
  data: T | undefined;
  error: unknown;
  reload: () => void;
  set: (data: T) => void;
}

/** Loads when `keys` change. When the server answers again after a failure, loads again. */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ data: T | undefined; error: unknown }>({ data: undefined, error: undefined });
  const [turn, setTurn] = useState(0);
  const failed = useRef(false);
  useEffect(() => {
    const control = new AbortController();
    load(control.signal).then(
      (data) => {
        failed.current = false;
        if (!control.signal.aborted) setState({ data, error: undefined });
      },
      (error: unknown) => {
        if (control.signal.aborted) return;
        failed.current = true;
        setState((old) => ({ data: old.data, error }));
      },
    );
    return () => control.abort();
  }, [...keys, turn]);
  const reload = useCallback(() => setTurn((old) => old + 1), []);
  useEffect(() => isOnline.watch(() => isOnline.get() && failed.current && reload()), [reload]);
  const set = useCallback((data: T) => setState({ data, error: undefined }), []);
  return { ...state, reload, set };
}

export interface Pages<P extends Page<unknown>> {
  items: P['items'];
  /** The page that was read last. */
  last: P | undefined;
  isLoaded: boolean;
  error: unknown;
  reload: () => void;
  /** Reads one page more; undefined at the end of the list. */
  more: (() => void) | undefined;
}

/**
 * A list that is read page by page. When `keys` change, it is another list, and begins with its first page; when `version` changes, the
 * pages that are shown are read again.
 */
export function usePages<P extends Page<unknown>>(
  read: (after: string | undefined, signal: AbortSignal) => Promise<P>,
  keys: readonly unknown[],
  version?: unknown,
): Pages<P> {
  const [shown, setShown] = useState({ keys, pages: 1 });
  const pages = shown.keys.every((key, index) => Object.is(key, keys[index])) ? shown.pages : 1;
  const { data, error, reload } = useLoad(
    (signal) => readPages((after) => read(after, signal), pages),
    [...keys, pages, version],
  );
  return {
    items: data?.items ?? [],
    last: data?.last,
    isLoaded: data !== undefined,
    error,
    reload,
    more: data?.last.next ? () => setShown({ keys, pages: pages + 1 }) : undefined,
  };
}
