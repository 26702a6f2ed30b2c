// Changes of memories, newest first: the reason, the words before and after, and a button to take each one back.
import { call, type Page } from '../api/client';
import type { MemoryChange } from '../api/types';
import { messages } from '../messages.screens';
import { formatAge, formatMoment } from '../ui/format';
import { usePages } from '../ui/load';
import { Failure, MoreButton } from '../ui/parts';
import { showError } from '../ui/undo';
import { undoStep } from './changes';

/** All changes of all memories. */
export function HistoryList() {
  return (
    <>
      <p class="muted small">{messages.memory.historyHint}</p>
      <ChangeList
        read={(after, signal) => call('get', '/v1/memories/changes', { query: { limit: 50, after }, signal })}
        hasContent
      />
    </>
  );
}

interface Props {
  read: (after: string | undefined, signal: AbortSignal) => Promise<Page<unknown>>;
  /** Changes when the list is to be loaded again. */
  version?: string;
  /** Whether each change shows the words of its memory. */
  hasContent?: boolean;
  changed?: () => void;
}

export function ChangeList({ read, version, hasContent = false, changed }: Props) {
  const { items: found, isLoaded, error, reload, more } = usePages(read, [], version);
  const items = found as MemoryChange[];
  const undone = new Set(items.map(({ undoes }) => undoes));
  const undo = (step: string) => undoStep(step).then(() => (reload(), changed?.()), showError);
  const texts = messages.memory;
  return (
    <>
      <Failure error={error} retry={reload} />
      {isLoaded && items.length === 0 && <p class="muted empty">{texts.noHistory}</p>}
      <ol class="changes">
        {items.map((change) => (
          <li key={change.id}>
            <div>
              <p class="small">
                <strong>{texts.actions[change.action] ?? change.action}</strong>{' '}
                <span class="muted" title={formatMoment(change.created_at)}>
                  {formatAge(change.created_at)}
                </span>
              </p>
              {hasContent && <p dir="auto">{contentOf(change)}</p>}
              <Difference change={change} />
              <p class="small muted" dir="auto">
                {change.reason}
              </p>
            </div>
            {change.action !== 'undone' && !undone.has(change.step_id) && (
              <button type="button" class="quiet small" onClick={() => void undo(change.step_id)}>
                {messages.actions.undo}
              </button>
            )}
          </li>
        ))}
      </ol>
      <MoreButton more={more} />
    </>
  );
}

function contentOf({ after }: MemoryChange): string {
  return String((after as { content?: unknown }).content ?? '');
}

/** The words before a change, when it changed them. */
function Difference({ change }: { change: MemoryChange }) {
  const before = (change.before as { content?: unknown } | null | undefined)?.content;
  if (typeof before !== 'string' || before === contentOf(change)) return null;
  return (
    <p class="small" dir="auto">
      <del>{before}</del>
    </p>
  );
}
