// Deletions that wait a few seconds for a change of mind, and the messages that offer it.
import { describe } from '../api/client';
import { createStore } from './store';

export interface Toast {
  id: number;
  text: string;
  isError?: boolean;
  undo?: () => void;
}

interface Pending {
  hidden: string;
  commit: () => Promise<unknown>;
}

/** Time for a change of mind, in milliseconds. */
const UNDO_MS = 8_000;

export const toasts = createStore<Toast[]>([]);
/** Ids of things that the user has deleted and the server still has; lists leave them out. */
export const hidden = createStore<ReadonlySet<string>>(new Set());

const pending = new Map<number, Pending>();
const timers = new Map<number, ReturnType<typeof setTimeout>>();
let counter = 0;

/** Hides something at once and deletes it when the time for a change of mind is over, or when the page is left. */
export function deleteWithUndo(id: string, text: string, commit: () => Promise<unknown>): void {
  hidden.set((old) => new Set(old).add(id));
  const toast = show({ text, undo: () => keep(toast, id) });
  pending.set(toast, { hidden: id, commit });
}

/** Says that something was done that `undo` takes back. */
export function offerUndo(text: string, undo: () => Promise<unknown>): void {
  const toast = show({ text, undo: () => (remove(toast), undo().catch(showError)) });
}

/** Says that something was done. */
export function showMessage(text: string): void {
  show({ text });
}

export function showError(error: unknown): void {
  show({ text: describe(error), isError: true });
}

/** Ends the time for a change of mind of a message, and runs its deletion. */
export async function dismiss(id: number): Promise<void> {
  remove(id);
  const work = pending.get(id);
  pending.delete(id);
  try {
    await work?.commit();
  } catch (error) {
    if (work) unhide(work.hidden);
    showError(error);
  }
}

/** Stops the clock of a message while the pointer is over it or the focus is in it. */
export function holdToast(id: number): void {
  clearTimeout(timers.get(id));
}

export function releaseToast(id: number): void {
  holdToast(id);
  timers.set(
    id,
    setTimeout(() => void dismiss(id), UNDO_MS),
  );
}

function show(toast: Omit<Toast, 'id'>): number {
  const id = (counter += 1);
  toasts.set((old) => [...old, { ...toast, id }]);
  releaseToast(id);
  return id;
}

function keep(toast: number, id: string): void {
  pending.delete(toast);
  unhide(id);
  remove(toast);
}

function remove(id: number): void {
  holdToast(id);
  timers.delete(id);
  toasts.set((old) => old.filter((toast) => toast.id !== id));
}

function unhide(id: string): void {
  hidden.set((old) => new Set([...old].filter((other) => other !== id)));
}

/** Deletes at once all that waits. */
export async function commitDeletions(): Promise<void> {
  await Promise.all([...pending.keys()].map(dismiss));
}

addEventListener('pagehide', () => void commitDeletions());
