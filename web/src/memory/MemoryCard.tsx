// One memory: its words, the time in which it holds, its origin, and its actions.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Memory } from '../api/types';
import { messages } from '../messages.screens';
import { formatAge, formatDate, formatMoment } from '../ui/format';
import { Menu, type MenuItem } from '../ui/Menu';
import { Confirm, IconButton } from '../ui/parts';
import { link } from '../ui/router';
import { showError } from '../ui/undo';
import { changeMemory } from './changes';
import { ChangeList } from './HistoryList';
import { EditDialog } from './MemoryDialogs';

interface Props {
  memory: Memory;
  changed: () => void;
  /** Whether it stands alone: its state and its reasons are then shown from the beginning. */
  isAlone?: boolean;
}

export function MemoryCard({ memory, changed, isAlone = false }: Props) {
  const [open, setOpen] = useState<'edit' | 'erase'>();
  const [isExplained, setExplained] = useState(isAlone);
  const texts = messages.memory;
  const { id, content, state } = memory;
  const change = (next: Parameters<typeof changeMemory>[1], text: string) =>
    void changeMemory(memory, next, text, changed).catch(showError);
  const move = (next: 'active' | 'archived' | 'forgotten', text: string) => change({ state: next }, text);
  const erase = async () => {
    await call('delete', '/v1/memories/{id}', { path: { id } });
    setOpen(undefined);
    changed();
  };
  const restore: MenuItem = { icon: 'undo', label: texts.restore, run: () => move('active', texts.restored) };
  const items: MenuItem[] = [
    ...(state === 'active'
      ? [
          { icon: 'archive', label: texts.archive, run: () => move('archived', texts.wasArchived) } as const,
          { icon: 'close', label: texts.forget, run: () => move('forgotten', texts.wasForgotten) } as const,
        ]
      : [restore]),
    { icon: 'trash', label: texts.erase, run: () => setOpen('erase'), isDanger: true },
  ];
  return (
    <li class="memory">
      <div class="memory-main">
        <p class="memory-text" dir="auto">
          {content}
        </p>
        <p class="muted small">
          <span class="badge">{texts.kinds[memory.kind]}</span>{' '}
          {isAlone && state !== 'active' && <span class="badge warn">{texts.states[state]}</span>} <Facts memory={memory} />
        </p>
        {isExplained && <Why memory={memory} changed={changed} />}
      </div>
      <div class="row-actions">
        {state === 'active' && (
          <IconButton
            icon="pin"
            class={memory.is_pinned ? 'pinned' : ''}
            label={texts.pin}
            pressed={memory.is_pinned}
            onClick={() => change({ is_pinned: !memory.is_pinned }, memory.is_pinned ? texts.wasUnpinned : texts.wasPinned)}
          />
        )}
        <IconButton icon="history" label={texts.why} pressed={isExplained} onClick={() => setExplained(!isExplained)} />
        {state === 'active' && <IconButton icon="edit" label={texts.edit} onClick={() => setOpen('edit')} />}
        <Menu label={texts.menu} items={items} />
      </div>
      {open === 'edit' && <EditDialog memory={memory} close={() => setOpen(undefined)} done={changed} />}
      {open === 'erase' && (
        <Confirm
          title={texts.eraseTitle}
          text={texts.eraseText}
          action={texts.erase}
          run={erase}
          close={() => setOpen(undefined)}
        />
      )}
    </li>
  );
}

function Facts({ memory }: { memory: Memory }) {
  const texts = messages.memory;
  const held = memory.valid_until
    ? texts.held(formatDate(memory.valid_from), formatDate(memory.valid_until))
    : texts.holds(formatDate(memory.valid_from));
  const facts = [
    held,
    memory.expires_at && texts.expires(formatDate(memory.expires_at)),
    memory.seen_count > 1 && texts.seen(memory.seen_count),
    memory.use_count > 0 && texts.used(memory.use_count),
  ].filter((fact) => typeof fact === 'string');
  return <span title={formatMoment(memory.valid_from)}>{facts.join(' · ')}</span>;
}

/** Where a memory came from, and each change of it. */
function Why({ memory, changed }: { memory: Memory; changed: () => void }) {
  const texts = messages.memory;
  const by = memory.agent ? texts.byAgent(memory.agent) : (texts.sources[memory.source] ?? memory.source);
  return (
    <div class="why">
      <p class="small">
        <bdi>{by}</bdi> <span class="muted">{formatAge(memory.created_at)}</span>{' '}
        {memory.session_id && <a href={link('c', memory.session_id)}>{texts.conversation}</a>}
      </p>
      {memory.statement && (
        <p class="small muted" dir="auto">
          {[memory.statement.subject, memory.statement.attribute, memory.statement.value].join(' › ')}
        </p>
      )}
      <ChangeList
        read={(after, signal) =>
          call('get', '/v1/memories/{id}/changes', { path: { id: memory.id }, query: { limit: 50, after }, signal })
        }
        version={memory.updated_at}
        changed={changed}
      />
    </div>
  );
}
