// Statements of a question that its answer remembered: each can be taken back and opens the memory that says why.
import { call, ProblemError } from '../api/client';
import type { RememberedStatement } from '../api/types';
import type { Cited, Open } from '../chat/AnswerView';
import { messages } from '../messages.screens';
import { Icon } from '../ui/icons';
import { useLoad } from '../ui/load';
import { showError } from '../ui/undo';
import { undoStep } from './changes';

export function RememberedList({ statements, open }: { statements: RememberedStatement[]; open: Open }) {
  return (
    <ul class="remembered" aria-label={messages.memory.tabs['']}>
      {statements.map((statement, index) => (
        <Statement key={statement.step_id ?? index} statement={statement} open={open} />
      ))}
    </ul>
  );
}

function Statement({ statement, open }: { statement: RememberedStatement; open: Open }) {
  const { memory_id: memory, step_id: step, content, reason } = statement;
  // The history says whether the step still stands.
  const { data, error, reload } = useLoad(
    (signal) =>
      memory
        ? call('get', '/v1/memories/{id}/changes', { path: { id: memory }, query: { limit: 200 }, signal })
        : Promise.resolve(undefined),
    [memory],
  );
  const isErased = error instanceof ProblemError && error.problem.status === 404;
  const isUndone = data?.items.some(({ undoes }) => undoes === step) ?? false;
  const texts = messages.memory;
  const outcome = isErased ? 'erased' : isUndone ? 'undone' : statement.outcome;
  const undo = () => (step ? undoStep(step).then(reload, showError) : undefined);
  return (
    <li>
      <Icon name="memory" />
      <p class="small" dir="auto">
        <span class="muted">{texts.inChat[outcome] ?? outcome}:</span> {outcome === 'refused' ? reason : content}
      </p>
      {memory && data && (
        <span class="row-actions">
          {step && !isUndone && (
            <button type="button" class="quiet small" onClick={() => void undo()}>
              {messages.actions.undo}
            </button>
          )}
          <button type="button" class="quiet small" onClick={() => open([toCited(memory, content)], 0)}>
            {texts.why}
          </button>
        </span>
      )}
    </li>
  );
}

/** A memory as the pane of sources shows it. */
function toCited(memory: string, content: string): Cited {
  const place = { marker: 0, heading_path: [], start_offset: 0, end_offset: 0 };
  return { ...place, kind: 'memory', chunk_id: memory, title: messages.memory.words, quote: content };
}
