// The tools that programs have stored for agents: the list, a search as an agent searches, and their uses.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { FoundTool, Tool } from '../api/types';
import { messages } from '../messages.screens';
import { usePages } from '../ui/load';
import { Failure, MoreButton, Notice } from '../ui/parts';
import { link } from '../ui/router';
import { useStore } from '../ui/store';
import { hidden } from '../ui/undo';
import { ToolCard } from './ToolCard';
import { ToolUsage } from './ToolUsage';

const MAX_FOUND = 20;
/** The server's own default: tools that are not similar to the request are left out. */
const MIN_SIMILARITY = 0.25;

export function ToolsView({ tab = '' }: { tab: string | undefined }) {
  const texts = messages.tools;
  return (
    <div class="page">
      <header class="page-head">
        <div>
          <h1>{texts.title}</h1>
          <p class="muted">{texts.lead}</p>
        </div>
      </header>
      <nav class="tabs" aria-label={texts.title}>
        {(['', 'usage'] as const).map((name) => (
          <a key={name} href={name === '' ? link('tools') : link('tools', name)} aria-current={name === tab ? 'page' : undefined}>
            {texts.tabs[name]}
          </a>
        ))}
      </nav>
      {tab === 'usage' ? <ToolUsage /> : <ToolList />}
    </div>
  );
}

interface Page {
  items: { tool: Tool; found?: FoundTool }[];
  next?: string | null | undefined;
  warnings: string[];
}

function ToolList() {
  const [text, setText] = useState('');
  const [query, setQuery] = useState('');
  const { items, last, error, reload, more } = usePages(
    (after, signal) => (query === '' ? list(after, signal) : find(query, signal)),
    [query],
  );
  const deleted = useStore(hidden);
  const shown = items.filter(({ tool }) => !deleted.has(tool.id));
  const texts = messages.tools;
  return (
    <>
      <form class="memory-search" role="search" onSubmit={(event) => (event.preventDefault(), setQuery(text.trim()))}>
        <input
          type="search"
          dir="auto"
          maxLength={10_000}
          aria-label={texts.search}
          placeholder={texts.search}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            if (event.currentTarget.value === '') setQuery('');
          }}
        />
        <button type="submit" class="primary">
          {messages.lab.run}
        </button>
      </form>
      <Failure error={error} retry={reload} />
      {last?.warnings.map((warning) => (
        <Notice key={warning}>{warning}</Notice>
      ))}
      {last && shown.length === 0 && <p class="muted empty">{query === '' ? texts.none : texts.noMatch}</p>}
      <ul class="memories">
        {shown.map((item) => (
          <ToolCard key={item.tool.id} {...item} changed={reload} />
        ))}
      </ul>
      <MoreButton more={more} />
    </>
  );
}

async function list(after: string | undefined, signal: AbortSignal): Promise<Page> {
  const { items, next } = await call('get', '/v1/tools', { query: { limit: 50, after }, signal });
  return { items: items.map((tool) => ({ tool })), next, warnings: [] };
}

async function find(query: string, signal: AbortSignal): Promise<Page> {
  const { results, warnings } = await call('post', '/v1/tools/find', {
    body: { query, limit: MAX_FOUND, min_similarity: MIN_SIMILARITY },
    signal,
  });
  return { items: results.map((found) => ({ tool: found.tool, found })), warnings };
}
