// One document: its facts, its text as the server read it, its passages, its versions, and the original to download.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Chunk, Document_ } from '../api/types';
import type { Cited } from '../chat/AnswerView';
import { messages } from '../messages';
import { OcrNote } from '../source/OcrNote';
import { Reader } from '../source/Reader';
import { SourcePane } from '../source/SourcePane';
import { loadPdf } from '../source/SourceText';
import { formatAge, formatBytes, formatMoment } from '../ui/format';
import { Icon } from '../ui/icons';
import { Lazy } from '../ui/lazy';
import { useLoad, usePages } from '../ui/load';
import { Failure, MoreButton, Notice } from '../ui/parts';
import { link } from '../ui/router';
import { saveResponse } from '../ui/save';
import { useStore } from '../ui/store';
import { contentAddress, originalName } from './content';
import { uploads } from './uploads';
import { Versions } from './Versions';

interface Props {
  id: string;
  tab: string | undefined;
  /** In the tab of versions: number of the version whose differences from the newest are shown. */
  since: string | undefined;
}

export function DocumentView({ id, tab, since }: Props) {
  // A new version that this page waits for.
  const pending = useStore(uploads).filter((upload) => upload.document === id);
  const {
    data: document,
    error,
    reload,
  } = useLoad(
    (signal) => call('get', '/v1/documents/{id}', { path: { id }, signal }),
    [id, pending.map(({ phase }) => phase).join()],
  );
  const [failure, setFailure] = useState<unknown>();
  const [opened, setOpened] = useState<{ passages: Cited[]; index: number }>();
  const [isUndrawable, setUndrawable] = useState(false);
  const texts = messages.documents;
  if (document === undefined)
    return (
      <div class="page">
        <Failure error={error} retry={reload} />
        {error !== undefined && <a href={link('documents')}>{texts.title}</a>}
      </div>
    );
  const { version } = document;
  const facts = [
    version && version.number > 1 && texts.version(version.number),
    document.media_type,
    version && formatBytes(version.size_bytes),
    version?.page_count && texts.pageCount(version.page_count),
    version && texts.characters(version.character_count),
    version && texts.passageCount(version.chunk_count),
    texts.changed(formatAge(document.updated_at)),
  ].filter((fact) => typeof fact === 'string');
  const download = () => saveResponse(contentAddress(id), originalName(document)).catch(setFailure);
  // What is shown of the document is loaded again when another version is found.
  const edition = `${version?.number} ${version?.state}`;
  const isPdf = document.media_type === 'application/pdf';
  const tabs = ['text', ...(isPdf ? (['pages'] as const) : []), 'passages', 'versions'] as const;
  const shown = tabs.find((name) => name === tab) ?? 'text';
  const open = (passages: Cited[], index: number) => setOpened({ passages, index });
  return (
    <div class={opened ? 'chat with-source' : 'chat'}>
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
        {document.source && (
          <p class="muted small document-source">
            <bdi>{document.source}</bdi>
          </p>
        )}
        <p
          class="muted small"
          dir="auto"
          title={texts.times(formatMoment(document.created_at), formatMoment(document.updated_at))}
        >
          {facts.join(' · ')}
        </p>
        {version && <OcrNote pages={version.ocr_pages} />}
        {version && version.state !== 'published' && <Notice>{texts.newVersion(version.number)}</Notice>}
        <Failure error={failure} />
        <nav class="tabs" aria-label={document.title}>
          {tabs.map((name) => (
            <a key={name} href={link('documents', id, name)} aria-current={name === shown ? 'page' : undefined}>
              {texts[name]}
            </a>
          ))}
        </nav>
        {shown === 'passages' && <Passages key={edition} document={document} open={open} />}
        {shown === 'text' && <Reader key={edition} document={id} headings={[document.title]} />}
        {shown === 'pages' && !isUndrawable && (
          <Lazy key={edition} load={loadPdf} pick="PdfView" props={{ document: id, fail: () => setUndrawable(true) }} />
        )}
        {shown === 'pages' && isUndrawable && <Notice>{texts.cannotDraw}</Notice>}
        {shown === 'versions' && <Versions document={document} since={Number(since) || undefined} />}
      </div>
      {opened && (
        <SourcePane
          cited={opened.passages}
          index={opened.index}
          step={(index) => setOpened({ ...opened, index })}
          close={() => setOpened(undefined)}
        />
      )}
    </div>
  );
}

/** The passages; one opens beside them, marked in the document. */
function Passages({ document, open }: { document: Document_; open: (passages: Cited[], index: number) => void }) {
  const { id, title } = document;
  const {
    items: chunks,
    error,
    reload,
    more,
  } = usePages(
    (after, signal) => call('get', '/v1/documents/{id}/chunks', { path: { id }, query: { limit: 50, after }, signal }),
    [id],
  );
  const passages = chunks.map((chunk): Cited => ({
    ...chunk,
    chunk_id: chunk.id,
    document_id: id,
    title,
    marker: chunk.ordinal + 1,
    quote: chunk.text,
    isPassage: true,
  }));
  return (
    <>
      <Failure error={error} retry={reload} />
      <p class="muted small">{messages.documents.passagesHint}</p>
      <ol class="passages">
        {chunks.map((chunk, index) => (
          <li key={chunk.id}>
            <button type="button" class="hit" onClick={() => open(passages, index)}>
              <span class="muted small" dir="auto">
                {placeOf(chunk)}
              </span>
              <span class="passage-text" dir="auto">
                {chunk.text}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <MoreButton more={more} />
    </>
  );
}

function placeOf(chunk: Chunk): string {
  const place = [...(chunk.page ? [messages.source.page(chunk.page)] : []), ...chunk.heading_path].join(' › ');
  return [place, messages.documents.tokens(chunk.token_count)].filter(Boolean).join(' · ');
}
