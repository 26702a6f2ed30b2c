// The text of a document, read in windows, with one span marked. The text is shown as text: nothing in it is interpreted.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { call, ProblemError } from '../api/client';
import { messages } from '../messages';
import { useLoad } from '../ui/load';
import { Failure, Notice } from '../ui/parts';
import { locateQuote, paragraphs } from './spans';

/** Characters shown before and after the quote, and more by each request. */
const AROUND = 6_000;
const MORE = 20_000;
/** Maximum length of one response of the server. */
const MAX_WINDOW = 100_000;

interface Props {
  document: string;
  /** Number of the version; the newest that searches find if absent. */
  version?: number;
  headings?: string[];
  /** The place to mark; with its text, only if it is there. */
  quote?: { start: number; end: number; text?: string };
}

export function Reader({ document, version, headings = [], quote }: Props) {
  const [range, setRange] = useState(() => ({
    start: Math.max(0, (quote?.start ?? 0) - AROUND),
    end: quote ? quote.end + AROUND : MORE,
  }));
  const { data, error, reload } = useLoad(
    (signal) => readText(document, version, range, signal),
    [document, version, range.start, range.end],
  );
  const mark = useRef<HTMLElement>(null);
  const span = useMemo(
    () => data && quote && locateQuote(data.text, quote.start - data.start, quote.end - data.start, quote.text),
    [data, quote?.start, quote?.end, quote?.text],
  );
  const known = useMemo(() => new Set(headings), [headings.join('\n')]);
  const isShown = data !== undefined;
  useEffect(() => mark.current?.scrollIntoView({ block: 'center' }), [isShown]);
  if (error instanceof ProblemError && error.problem.status === 404) return <Notice>{messages.source.deleted}</Notice>;
  let isFirstMark = true;
  return (
    <div class="reader" tabIndex={0} role="region" aria-label={messages.source.text}>
      <Failure error={error} retry={reload} />
      {data && quote && span === undefined && <Notice>{messages.source.notFound}</Notice>}
      {data && data.start > 0 && (
        <button type="button" class="quiet more" onClick={() => setRange({ ...range, start: Math.max(0, range.start - MORE) })}>
          {messages.source.earlier}
        </button>
      )}
      {data &&
        paragraphs(data.text, span).map((pieces, index) => {
          const isHeading =
            pieces.length > 0 &&
            known.has(
              pieces
                .map(({ text }) => text)
                .join('')
                .trim(),
            );
          return (
            <p key={index} dir="auto" class={isHeading ? 'heading' : undefined}>
              {pieces.map(({ text, isMarked }, part) => {
                if (!isMarked) return text;
                const ref = isFirstMark ? mark : null;
                isFirstMark = false;
                return (
                  <mark key={part} ref={ref}>
                    {text}
                  </mark>
                );
              })}
            </p>
          );
        })}
      {data && data.end < data.characters && (
        <button type="button" class="quiet more" onClick={() => setRange({ ...range, end: range.end + MORE })}>
          {messages.source.later}
        </button>
      )}
    </div>
  );
}

interface Window_ {
  text: string;
  start: number;
  end: number;
  characters: number;
}

async function readText(
  id: string,
  version: number | undefined,
  range: { start: number; end: number },
  signal: AbortSignal,
): Promise<Window_> {
  let window: Window_ | undefined;
  for (let start = range.start; start < range.end; start += MAX_WINDOW) {
    const end = Math.min(range.end, start + MAX_WINDOW);
    const query = { start, end };
    const part = await (version === undefined
      ? call('get', '/v1/documents/{id}/text', { path: { id }, query, signal })
      : call('get', '/v1/documents/{id}/versions/{number}/text', { path: { id, number: String(version) }, query, signal }));
    window = {
      text: (window?.text ?? '') + part.text,
      start: window?.start ?? part.start,
      end: part.end,
      characters: part.character_count,
    };
    if (part.end >= part.character_count) break;
  }
  return window ?? { text: '', start: 0, end: 0, characters: 0 };
}
