// The list of conversations: search, archive, rename, delete, export.
import { address, call } from '../api/client';
import type { Session } from '../api/types';
import { messages } from '../messages';
import { fileName, saveResponse } from '../ui/save';
import { createStore } from '../ui/store';
import { deleteWithUndo, offerUndo, showError } from '../ui/undo';

interface Sessions {
  items: Session[];
  next?: string;
  /** Text that the titles or messages contain. */
  search: string;
  /** Whether the archive is shown instead of the others. */
  isArchive: boolean;
  error?: unknown;
}

const NO_SESSIONS: Sessions = { items: [], search: '', isArchive: false };

/** The conversations of the user, newest first. */
export const sessions = createStore(NO_SESSIONS);
let request = 0;

export function forgetSessions(): void {
  request += 1;
  sessions.set(NO_SESSIONS);
}

/** Loads the list, or its next part. */
export async function loadSessions(isMore = false): Promise<void> {
  const mine = (request += 1);
  const { search, isArchive, next } = sessions.get();
  const query = {
    limit: 50,
    after: isMore ? next : undefined,
    q: search.trim() === '' ? undefined : search.trim(),
    archived: isArchive ? 'true' : undefined,
  };
  try {
    const found = await call('get', '/v1/sessions', { query });
    if (mine !== request) return;
    sessions.set(({ items, search, isArchive }) => ({
      search,
      isArchive,
      items: isMore ? [...items, ...found.items] : found.items,
      ...(found.next ? { next: found.next } : {}),
    }));
  } catch (error) {
    if (mine === request) sessions.set((old) => ({ ...old, error }));
  }
}

/** Chooses which conversations are listed. */
export async function listSessions(choice: Partial<Pick<Sessions, 'search' | 'isArchive'>>): Promise<void> {
  sessions.set((old) => ({ ...old, ...choice }));
  await loadSessions();
}

export async function renameSession({ id }: Session, title: string): Promise<void> {
  showSession(await call('patch', '/v1/sessions/{id}', { path: { id }, body: { title } }));
}

/** Shows a conversation as the server has stored it. */
export function showSession(changed: Session): void {
  sessions.set((old) => ({ ...old, items: old.items.map((item) => (item.id === changed.id ? changed : item)) }));
}

/** Moves a conversation into the archive or out of it. */
export async function archiveSession({ id, title }: Session, archived: boolean): Promise<void> {
  const move = async (archived: boolean) => {
    await call('patch', '/v1/sessions/{id}', { path: { id }, body: { archived } });
    await loadSessions();
  };
  const texts = messages.conversation;
  try {
    await move(archived);
    offerUndo((archived ? texts.archived : texts.restored)(title), () => move(!archived));
  } catch (error) {
    showError(error);
  }
}

export function deleteSession({ id, title }: Session): void {
  deleteWithUndo(id, messages.conversation.removed(title), async () => {
    await call('delete', '/v1/sessions/{id}', { path: { id } });
    await loadSessions();
  });
}

export function exportSession({ id, title }: Session, format: 'markdown' | 'json'): void {
  const url = address('/v1/sessions/{id}/export', { path: { id }, query: { format } });
  saveResponse(url, fileName(title, format === 'json' ? 'json' : 'md')).catch(showError);
}
