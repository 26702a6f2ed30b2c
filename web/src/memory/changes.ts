// Changes of memories, each of which can be taken back.
import { call } from '../api/client';
import type { Memory } from '../api/types';
import { offerUndo } from '../ui/undo';

type Change = Parameters<typeof call<'/v1/memories/{id}', 'patch'>>[2] extends { body?: infer B } | undefined
  ? NonNullable<B>
  : never;

/** Changes a memory, says so, and offers to take it back. */
export async function changeMemory({ id }: Memory, change: Change, text: string, done: () => void): Promise<void> {
  await call('patch', '/v1/memories/{id}', { path: { id }, body: change });
  const { items } = await call('get', '/v1/memories/{id}/changes', { path: { id }, query: { limit: 1 } });
  const step = items[0]?.step_id;
  done();
  if (step !== undefined) offerUndo(text, () => undoStep(step).then(done));
}

export async function undoStep(step: string): Promise<void> {
  await call('post', '/v1/memories/undo', { body: { step_id: step } });
}
