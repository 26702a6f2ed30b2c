// The pages of a PDF, drawn as they come into view, with the quote marked on them.
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { useEffect, useRef, useState } from 'preact/hooks';
import { send } from '../../api/client';
import { contentAddress } from '../../documents/content';
import { messages } from '../../messages';
import { IconButton } from '../../ui/parts';
import { openPdf } from './engine';
import { findQuote, type Hit, type PageText } from './find';
import { PdfPage, type Size } from './PdfPage';

/** Widths of a page, as multiples of the width of its frame. */
const ZOOM_STEP = 0.5;
const MAX_ZOOM = 4;
/** Pages after the cited one that are searched for the quote, which may begin later than its passage. */
const MAX_SEARCHED = 4;

export interface PdfQuote {
  page: number;
  /** Absent if only its page is to be shown, such as that of a scan, whose letters have no places. */
  text?: string;
}

interface Props {
  document: string;
  /** Number of the version; the newest that searches find if absent. */
  version?: number;
  quote?: PdfQuote;
  /** Called with the page that holds the quote: its passage can begin on an earlier one. */
  found?: (page: number) => void;
  /** Called when the file cannot be drawn, or does not hold the quote. */
  fail: () => void;
}

interface Opened {
  pdf: PDFDocumentProxy;
  size: Size;
}

export function PdfView({ document, version, quote, found: tellPage, fail }: Props) {
  const [opened, setOpened] = useState<Opened>();
  const [zoom, setZoom] = useState(1);
  const [hits, setHits] = useState<{ quote: PdfQuote | undefined; hits: Hit[] }>();
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const control = new AbortController();
    let close: (() => void) | undefined;
    open(contentAddress(document, version), control.signal).then(
      (result) => {
        close = result.close;
        if (control.signal.aborted) close();
        else setOpened(result);
      },
      () => control.signal.aborted || fail(),
    );
    return () => {
      control.abort();
      close?.();
    };
  }, [document, version]);
  useEffect(() => {
    if (opened === undefined) return undefined;
    if (quote?.text === undefined) return setHits({ quote, hits: [] });
    let isCurrent = true;
    locate(opened.pdf, quote.page, quote.text).then(
      (found) => {
        if (!isCurrent) return;
        if (found.length === 0) fail();
        else {
          setHits({ quote, hits: found });
          tellPage?.(found[0]?.page ?? quote.page);
        }
      },
      () => isCurrent && fail(),
    );
    return () => {
      isCurrent = false;
    };
  }, [opened, quote?.page, quote?.text]);
  const first = hits?.hits[0];
  const shown = first?.page ?? quote?.page;
  useEffect(() => {
    if (hits && shown) frame.current?.querySelector(`[data-page="${shown}"]`)?.scrollIntoView({ block: 'start' });
  }, [hits]);
  return (
    <>
      <div class="pdf-zoom" role="group" aria-label={messages.source.zoom}>
        <IconButton icon="minus" label={messages.source.smaller} disabled={zoom <= 1} onClick={() => setZoom(zoom - ZOOM_STEP)} />
        <IconButton
          icon="plus"
          label={messages.source.larger}
          disabled={zoom >= MAX_ZOOM}
          onClick={() => setZoom(zoom + ZOOM_STEP)}
        />
      </div>
      <div class="reader pdf" tabIndex={0} role="region" aria-label={messages.source.pages} ref={frame} aria-busy={!hits}>
        {(opened === undefined || hits === undefined) && <p class="working muted">{messages.source.drawing}</p>}
        {opened &&
          hits &&
          Array.from({ length: opened.pdf.numPages }, (_, index) => (
            <PdfPage
              key={index}
              pdf={opened.pdf}
              number={index + 1}
              size={opened.size}
              hits={hits.hits.filter(({ page }) => page === index + 1)}
              isFirstHit={first?.page === index + 1}
              zoom={zoom}
            />
          ))}
      </div>
    </>
  );
}

async function open(url: string, signal: AbortSignal): Promise<Opened & { close: () => void }> {
  const response = await send(url, { method: 'GET', signal });
  const { pdf, close } = await openPdf(await response.arrayBuffer());
  const { width, height } = (await pdf.getPage(1)).getViewport({ scale: 1 });
  return { pdf, close, size: { width, height } };
}

async function locate(pdf: PDFDocumentProxy, first: number, text: string): Promise<Hit[]> {
  const pages: PageText[] = [];
  const last = Math.min(pdf.numPages, first + MAX_SEARCHED - 1);
  for (let page = first; page <= last; page += 1) {
    const { items } = await (await pdf.getPage(page)).getTextContent();
    pages.push({ page, items: items.flatMap((item) => ('str' in item ? [item.str] : [])) });
    const hits = findQuote(pages, text);
    if (hits.length > 0) return hits;
  }
  return [];
}
