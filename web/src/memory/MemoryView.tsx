// The memories of the user: the reason for each, the time in which it holds, and the means to correct it.
import { useState } from 'preact/hooks';
import { call, type Page } from '../api/client';
import type { Memory, MemoryState } from '../api/types';
import { messages } from '../messages.screens';
import { Icon } from '../ui/icons';
import { usePages } from '../ui/load';
import { Failure, MoreButton } from '../ui/parts';
import { link } from '../ui/router';
import { HistoryList } from './HistoryList';
import { MemoryCard } from './MemoryCard';
import { RememberDialog } from './MemoryDialogs';
import { TidyDialog } from './TidyDialog';

/** The tabs by the part of the address that names them; the first one has none. */
const STATES: Record<string, MemoryState> = { '': 'active', archived: 'archived', earlier: 'superseded', forgotten: 'forgotten' };

export function MemoryView({ tab = '' }: { tab: string | undefined }) {
  const [isAdding, setAdding] = useState(false);
  const [isTidying, setTidying] = useState(false);
  const [added, setAdded] = useState(0);
  const texts = messages.memory;
  return (
    <div class="page">
      <header class="page-head">
        <div>
          <h1>{texts.title}</h1>
          <p class="muted">{texts.lead}</p>
        </div>
        <span class="row-actions">
          <button type="button" class="quiet with-icon" onClick={() => setTidying(true)}>
            <Icon name="archive" />
            {texts.tidy}
          </button>
          <button type="button" class="secondary with-icon" onClick={() => setAdding(true)}>
            <Icon name="plus" />
            {texts.add}
          </button>
        </span>
      </header>
      <nav class="tabs" aria-label={texts.title}>
        {[...Object.keys(STATES), 'history'].map((name) => (
          <a
            key={name}
            href={name === '' ? link('memory') : link('memory', name)}
            aria-current={name === tab ? 'page' : undefined}
          >
            {texts.tabs[name]}
          </a>
        ))}
      </nav>
      {tab === 'history' ? <HistoryList key={added} /> : <MemoryList key={tab} state={STATES[tab] ?? 'active'} added={added} />}
      {isAdding && <RememberDialog close={() => setAdding(false)} done={() => setAdded(added + 1)} />}
      {isTidying && <TidyDialog close={() => setTidying(false)} done={() => setAdded((old) => old + 1)} />}
    </div>
  );
}

/** Memories of one state; those that hold can be searched, as of any day. */
function MemoryList({ state, added }: { state: MemoryState; added: number }) {
  const [text, setText] = useState('');
  const [day, setDay] = useState('');
  const [search, setSearch] = useState({ query: '', day: '' });
  const isSearch = search.query !== '';
  const { items, isLoaded, error, reload, more } = usePages(
    (after, signal) => (isSearch ? recall(search.query, search.day, signal) : list(state, after, signal)),
    [state, search],
    added,
  );
  const texts = messages.memory;
  const find = () => setSearch({ query: text.trim(), day });
  return (
    <>
      {state === 'active' && (
        <form class="memory-search" role="search" onSubmit={(event) => (event.preventDefault(), find())}>
          <input
            type="search"
            dir="auto"
            maxLength={10_000}
            aria-label={texts.search}
            placeholder={texts.search}
            value={text}
            onInput={(event) => {
              setText(event.currentTarget.value);
              if (event.currentTarget.value === '') setSearch({ query: '', day });
            }}
          />
          <label class="as-of">
            <span class="muted small">{texts.asOf}</span>
            <input type="date" value={day} onInput={(event) => setDay(event.currentTarget.value)} />
          </label>
          <button type="submit" class="primary">
            {messages.lab.run}
          </button>
        </form>
      )}
      {state !== 'active' && <p class="muted small">{texts.hints[state]}</p>}
      <Failure error={error} retry={reload} />
      {isLoaded && items.length === 0 && (
        <p class="muted empty">{isSearch ? texts.noMatch : state === 'active' ? texts.none : texts.noneHere}</p>
      )}
      <ul class="memories">
        {items.map((memory) => (
          <MemoryCard key={memory.id} memory={memory} changed={reload} />
        ))}
      </ul>
      <MoreButton more={more} />
    </>
  );
}

async function list(state: MemoryState, after: string | undefined, signal: AbortSignal): Promise<Page<Memory>> {
  const { items, next } = await call('get', '/v1/memories', { query: { state, limit: 50, after }, signal });
  return { items: items as Memory[], next };
}

async function recall(query: string, day: string, signal: AbortSignal): Promise<Page<Memory>> {
  // The server's own default: memories that are not similar to the words are left out.
  const body = { query, limit: 50, count_use: false, min_similarity: 0.25 };
  const asOf = day === '' ? {} : { as_of: new Date(`${day}T23:59:59`).toISOString() };
  const found = await call('post', '/v1/recall', { body: { ...body, ...asOf }, signal });
  return { items: found.results.flatMap(({ memory }) => (memory ? [memory] : [])) };
}
