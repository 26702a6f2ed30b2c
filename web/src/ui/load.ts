// Data that a component loads, and loads again on request.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { isOnline } from '../api/client';

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
