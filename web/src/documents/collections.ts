// The collections that the user may see, shared by all screens.
import { call, listAll } from '../api/client';
import type { Collection } from '../api/types';
import { messages } from '../messages';
import { createStore } from '../ui/store';

export const collections = createStore<{ items: Collection[]; isLoaded: boolean; error?: unknown }>({ items: [], isLoaded: false });

export async function loadCollections(): Promise<void> {
  try {
    const items = await listAll((after) => call('get', '/v1/collections', { query: { limit: 200, after } }));
    collections.set({ items, isLoaded: true });
  } catch (error) {
    collections.set((old) => ({ ...old, error }));
  }
}

export function hasDocuments(items: Collection[]): boolean {
  return items.some(({ document_count }) => (document_count ?? 0) > 0);
}

export async function createCollection(name: string, description: string): Promise<Collection> {
  const created = await call('post', '/v1/collections', { body: { name, ...(description === '' ? {} : { description }) } });
  await loadCollections();
  return created;
}

/** The collection for files that are dropped before there is any. */
export async function firstCollection(): Promise<Collection> {
  await loadCollections();
  const { items } = collections.get();
  return items.find(({ name }) => name === messages.documents.first) ?? items[0] ?? createCollection(messages.documents.first, '');
}
