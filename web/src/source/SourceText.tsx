// The source of a citation, in the version that is cited: the pages of a PDF with the quote marked, or the text that the server read.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Cited } from '../chat/AnswerView';
import { messages } from '../messages';
import { Lazy } from '../ui/lazy';
import { formatDate } from '../ui/format';
import { useLoad } from '../ui/load';
import { Notice } from '../ui/parts';
import { link } from '../ui/router';
import { OcrNote } from './OcrNote';
import { Reader } from './Reader';

/** A larger file is shown as text, because the page would have to load it whole. */
const MAX_PDF_BYTES = 60_000_000;

export const loadPdf = () => import('./pdf/PdfView');

interface Props {
  citation: Cited & { document_id: string };
  /** Called with the page on which the quote was found. */
  foundOn: (page: number) => void;
}

export function SourceText({ citation, foundOn }: Props) {
  const { document_id: id, page, quote } = citation;
  const [chosen, setMode] = useState<'pages' | 'text'>();
  // The quotes that cannot be found on the pages of their document.
  const [missing, setMissing] = useState<ReadonlySet<string>>(new Set());
  const { data, error } = useLoad(
    async (signal) => ({
      id,
      ...(await call('get', '/v1/documents/{id}/versions', { path: { id }, query: { limit: 200 }, signal })),
    }),
    [id],
  );
  const versions = data?.id === id ? data.items : undefined;
  if (versions === undefined && error === undefined) return <div class="reader" />;
  const newest = versions?.find(({ state }) => state === 'published');
  const kept = versions?.find(({ number }) => number === citation.version);
  const shown = kept ?? newest;
  // A version that is not the newest is asked for by its number.
  const version = kept && kept !== newest ? { version: kept.number } : {};
  const isPdf = shown?.media_type === 'application/pdf' && shown.size_bytes <= MAX_PDF_BYTES;
  const isMissing = missing.has(`${id} ${quote}`);
  // The pages of a scan show no letters to find the quote by: it is marked in the text, beside which the picture can be looked at.
  const isScan = shown?.ocr_pages.some((read) => read.page === page) ?? false;
  const mode = chosen ?? (isScan ? 'text' : 'pages');
  const showsPages = isPdf && Boolean(page) && mode === 'pages' && !isMissing;
  return (
    <>
      {newest && citation.version && citation.version !== newest.number && (
        <p class="version-note small">
          {kept
            ? messages.source.version(kept.number, formatDate(kept.published_at ?? kept.created_at), newest.number)
            : messages.source.versionGone(citation.version, newest.number)}{' '}
          {kept && <a href={link('documents', id, 'versions', String(kept.number))}>{messages.source.whatChanged}</a>}
        </p>
      )}
      {shown && <OcrNote pages={shown.ocr_pages} page={page} />}
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
          key={`${id} ${shown?.number}`}
          load={loadPdf}
          pick="PdfView"
          props={{
            document: id,
            ...version,
            quote: isScan ? { page } : { page, text: quote },
            found: foundOn,
            fail: () => setMissing((old) => new Set(old).add(`${id} ${quote}`)),
          }}
        />
      ) : (
        <Reader
          key={`${id} ${shown?.number} ${citation.start_offset} ${citation.end_offset}`}
          document={id}
          {...version}
          headings={[citation.title, ...citation.heading_path]}
          quote={{ start: citation.start_offset, end: citation.end_offset, ...(citation.isPassage ? {} : { text: quote }) }}
        />
      )}
    </>
  );
}
