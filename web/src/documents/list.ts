// The documents of a collection, page by page, with the number of all of them.
import { call } from '../api/client';
import { usePages } from '../ui/load';

/** When `version` changes, the pages that are shown are read again. With `prefix`, only documents whose source begins with it. */
export function useDocuments(collection: string, version?: unknown, prefix = '') {
  const path = { id: collection };
  const { last, ...documents } = usePages(
    async (after, signal) => {
      const query = { limit: 50, after, ...(prefix === '' ? {} : { source_prefix: prefix }) };
      const page = await call('get', '/v1/collections/{id}/documents', { path, query, signal });
      const whole = await call('get', '/v1/collections/{id}', { path, signal });
      return { ...page, count: whole.document_count ?? page.items.length };
    },
    [collection, prefix],
    version,
  );
  return { ...documents, count: last?.count ?? 0 };
}
