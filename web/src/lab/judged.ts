// The ratings of results that this page gave. The server's list of them does not name their passages.
import { call } from '../api/client';
import type { Passage } from '../api/types';
import { createStore } from '../ui/store';

export type Rating = 'up' | 'down';

interface Judged {
  /** Id of the judgement. */
  id: string;
  rating: Rating;
}

/** The ratings by question and passage. */
export const judged = createStore<ReadonlyMap<string, Judged>>(new Map());

export const keyOf = (query: string, { chunk_id }: Passage) => `${chunk_id} ${query}`;

/** Rates a result of a search, or takes the rating back if it is the same. */
export async function judge(query: string, passage: Passage, rating: Rating): Promise<void> {
  const key = keyOf(query, passage);
  const given = judged.get().get(key);
  const isSame = given?.rating === rating;
  if (given && isSame) await call('delete', '/v1/judgements/{id}', { path: { id: given.id } });
  const body = { query, chunk_id: passage.chunk_id, rating };
  const made = isSame
    ? undefined
    : await call('post', '/v1/collections/{id}/judgements', { path: { id: passage.collection_id }, body });
  judged.set((old) => {
    const next = new Map(old);
    if (made === undefined) next.delete(key);
    else next.set(key, { id: made.id, rating });
    return next;
  });
}
