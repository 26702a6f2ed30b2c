// A memory that an answer cites, with its reasons and the means to correct it.
import { call, ProblemError } from '../api/client';
import { messages } from '../messages.screens';
import { useLoad } from '../ui/load';
import { Failure, Notice } from '../ui/parts';
import { MemoryCard } from './MemoryCard';

export function CitedMemory({ id, quote }: { id: string; quote: string }) {
  const { data, error, reload } = useLoad((signal) => call('get', '/v1/memories/{id}', { path: { id }, signal }), [id]);
  const isGone = error instanceof ProblemError && error.problem.status === 404;
  const texts = messages.memory;
  const memory = data?.id === id && !isGone ? data : undefined;
  return (
    <div class="cited-memory">
      {isGone ? <Notice>{texts.gone}</Notice> : <Failure error={error} retry={reload} />}
      {memory && (
        <ul class="memories">
          <MemoryCard key={id} memory={memory} changed={reload} isAlone />
        </ul>
      )}
      {(isGone || (memory && memory.content !== quote)) && (
        <>
          <p class="muted small">{texts.cited}</p>
          <blockquote dir="auto">{quote}</blockquote>
        </>
      )}
    </div>
  );
}
