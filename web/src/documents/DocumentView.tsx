// One document: its facts, its text as the server read it, its passages, and the original to download.
import { useState } from 'preact/hooks';
import { address, call } from '../api/client';
import type { Chunk } from '../api/types';
import { messages } from '../messages';
import { Reader } from '../source/Reader';
import { formatBytes, formatDate } from '../ui/format';
import { Icon } from '../ui/icons';
import { useLoad } from '../ui/load';
import { Failure } from '../ui/parts';
import { link } from '../ui/router';
import { saveResponse } from '../ui/save';

export function DocumentView({ id, tab }: { id: string; tab: string | undefined }) {
  const {
    data: document,
    error,
    reload,
  } = useLoad((signal) => call('get', '/v1/documents/{id}', { path: { id }, signal }), [id]);
  const [failure, setFailure] = useState<unknown>();
  const texts = messages.documents;
  if (document === undefined)
    return (
      <div class="page">
        <Failure error={error} retry={reload} />
      </div>
    );
  const { version } = document;
  const facts = [
    document.media_type,
    version && formatBytes(version.size_bytes),
    version?.page_count && texts.pageCount(version.page_count),
    version && texts.characters(version.character_count),
    version && texts.passageCount(version.chunk_count),
    formatDate(document.created_at),
  ].filter((fact) => typeof fact === 'string');
  const name = (document.source ?? document.title).split(/[/\\]/).at(-1) || 'document';
  const download = () => saveResponse(address('/v1/documents/{id}/content', { path: { id } }), name).catch(setFailure);
  return (
    <div class="page">
      <a class="quiet-link with-icon" href={link('documents', 'in', document.collection_id)}>
        <Icon name="left" />
        {texts.title}
      </a>
      <header class="page-head">
        <h1 dir="auto">{document.title}</h1>
        <button type="button" class="secondary with-icon" onClick={download}>
          <Icon name="download" />
          {texts.original}
        </button>
      </header>
      <p class="muted small" dir="auto">
        {facts.join(' · ')}
      </p>
      <Failure error={failure} />
      <nav class="tabs" aria-label={document.title}>
        <a href={link('documents', id, 'text')} aria-current={tab === 'passages' ? undefined : 'page'}>
          {texts.text}
        </a>
        <a href={link('documents', id, 'passages')} aria-current={tab === 'passages' ? 'page' : undefined}>
          {texts.passages}
        </a>
      </nav>
      {tab === 'passages' ? <Passages id={id} /> : <Reader document={id} headings={[document.title]} />}
    </div>
  );
}

function Passages({ id }: { id: string }) {
  const [limit, setLimit] = useState(50);
  const { data, error, reload } = useLoad(
    (signal) => call('get', '/v1/documents/{id}/chunks', { path: { id }, query: { limit }, signal }),
    [id, limit],
  );
  return (
    <>
      <Failure error={error} retry={reload} />
      <ol class="passages">
        {data?.items.map((chunk) => (
          <Passage key={chunk.id} chunk={chunk} />
        ))}
      </ol>
      {data?.next && limit < 200 && (
        <button type="button" class="secondary" onClick={() => setLimit(200)}>
          {messages.actions.more}
        </button>
      )}
    </>
  );
}

function Passage({ chunk }: { chunk: Chunk }) {
  const place = [...(chunk.page ? [messages.source.page(chunk.page)] : []), ...chunk.heading_path].join(' › ');
  return (
    <li>
      <p class="muted small" dir="auto">
        {[place, messages.documents.tokens(chunk.token_count)].filter(Boolean).join(' · ')}
      </p>
      <p class="passage-text" dir="auto">
        {chunk.text}
      </p>
    </li>
  );
}
