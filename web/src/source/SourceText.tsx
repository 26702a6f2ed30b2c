// The source of a citation: the pages of a PDF with the quote marked, or the text that the server read.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Cited } from '../chat/AnswerView';
import { messages } from '../messages';
import { Lazy } from '../ui/lazy';
import { useLoad } from '../ui/load';
import { Notice } from '../ui/parts';
import { Reader } from './Reader';

/** A larger file is shown as text, because the page would have to load it whole. */
const MAX_PDF_BYTES = 60_000_000;

export const loadPdf = () => import('./pdf/PdfView');

export function SourceText({ citation }: { citation: Cited & { document_id: string } }) {
  const { document_id: id, page, quote } = citation;
  const [mode, setMode] = useState<'pages' | 'text'>('pages');
  // The quotes that cannot be found on the pages of their document.
  const [missing, setMissing] = useState<ReadonlySet<string>>(new Set());
  // Only formats with pages can be drawn.
  const { data, error } = useLoad(
    (signal) => (page ? call('get', '/v1/documents/{id}', { path: { id }, signal }) : Promise.resolve(undefined)),
    [id, Boolean(page)],
  );
  const document = data?.id === id ? data : undefined;
  if (page && document === undefined && error === undefined) return <div class="reader" />;
  const isPdf = document?.media_type === 'application/pdf' && (document.version?.size_bytes ?? 0) <= MAX_PDF_BYTES;
  const isMissing = missing.has(`${id} ${quote}`);
  const showsPages = isPdf && Boolean(page) && mode === 'pages' && !isMissing;
  return (
    <>
      {isPdf && page && !isMissing && (
        <div class="source-modes" role="group" aria-label={messages.source.view}>
          {(['pages', 'text'] as const).map((name) => (
            <button key={name} type="button" class="small" aria-pressed={mode === name} onClick={() => setMode(name)}>
              {messages.source[name === 'pages' ? 'pages' : 'asText']}
            </button>
          ))}
        </div>
      )}
      {isPdf && isMissing && <Notice>{messages.source.notOnPage}</Notice>}
      {showsPages && page ? (
        <Lazy
          key={id}
          load={loadPdf}
          pick="PdfView"
          props={{
            document: id,
            quote: { page, text: quote },
            fail: () => setMissing((old) => new Set(old).add(`${id} ${quote}`)),
          }}
        />
      ) : (
        <Reader
          key={`${id} ${citation.start_offset} ${citation.end_offset}`}
          document={id}
          headings={[citation.title, ...citation.heading_path]}
          quote={{ start: citation.start_offset, end: citation.end_offset, ...(citation.isPassage ? {} : { text: quote }) }}
        />
      )}
    </>
  );
}
