// The collections that the user may see, shared by all screens.
import { call, listAll } from '../api/client';
import type { Collection } from '../api/types';
import { messages } from '../messages';
import { createStore } from '../ui/store';

interface Collections {
  items: Collection[];
  isLoaded: boolean;
  /** Whether any collection holds a document. */
  hasDocuments: boolean;
  error?: unknown;
}

export const NO_COLLECTIONS: Collections = { items: [], isLoaded: false, hasDocuments: false };
export const collections = createStore(NO_COLLECTIONS);

export async function loadCollections(): Promise<void> {
  try {
    const items = await listAll((after) => call('get', '/v1/collections', { query: { limit: 200, after } }));
    collections.set({ items, isLoaded: true, hasDocuments: await findDocument(items) });
  } catch (error) {
    collections.set((old) => ({ ...old, error }));
  }
}

async function findDocument(items: Collection[]): Promise<boolean> {
  for (const { id } of items) {
    const found = await call('get', '/v1/collections/{id}/documents', { path: { id }, query: { limit: 1 } });
    if (found.items.length > 0) return true;
  }
  return false;
}

export async function createCollection(name: string, description: string): Promise<Collection> {
  const created = await call('post', '/v1/collections', { body: { name, ...(description === '' ? {} : { description }) } });
  await loadCollections();
  return created;
}

/** The id of the collection for documents that are added before there is any. */
export async function firstCollection(): Promise<string> {
  await loadCollections();
  const { items } = collections.get();
  const found = items.find(({ name }) => name === messages.documents.first) ?? items[0];
  return (found ?? (await createCollection(messages.documents.first, ''))).id;
}
