// An answer: text with numbered citations, a card with the quote under the pointer, and the sources below.
import type { ComponentChildren } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { Citation, Sentence } from '../api/types';
import { Markdown } from '../markdown/Markdown';
import { messages } from '../messages';
import { formatMs } from '../ui/format';
import { Lazy } from '../ui/lazy';
import { CopyButton, Notice } from '../ui/parts';
import { isWorking as isBeingWritten, type Reply } from './conversation';

/** A place in a document that an answer cites, with the number 0 if it does not; a memory or an earlier conversation has no document. */
export type Cited = Omit<Citation, 'supported' | 'kind'> & {
  kind?: string;
  supported?: boolean;
  /** Whether the place is a whole passage, whose text can differ from that of the document, as by the column names of a table. */
  isPassage?: boolean;
};

/** Opens the source of the citation at `index` of `cited`. */
export type Open = (cited: Cited[], index: number) => void;

const loadRemembered = () => import('../memory/RememberedList');

/** What an answer cites: its checked citations, and until they are known the passages that it is written from. */
function citedBy(reply: Reply): Cited[] {
  if (reply.citations.length > 0 || !isBeingWritten(reply)) return reply.citations;
  return reply.sources;
}

interface Props {
  reply: Reply;
  /** The question, with which the search lab opens if nothing was found; absent for people who have no search lab. */
  question?: string;
  open: Open;
  /** Tools at the foot of the answer. */
  children?: ComponentChildren;
}

export function ReplyView({ reply, question, open, children }: Props) {
  const cited = useMemo(() => citedBy(reply), [reply.citations, reply.sources, reply.phase]);
  const key = cited.map(({ marker }) => marker).join();
  const markers = useMemo(() => new Set(cited.map(({ marker }) => marker)), [key]);
  const isWorking = isBeingWritten(reply);
  const hasAuthor = reply.answeredBy !== undefined && reply.phase !== 'not_found';
  return (
    <div class="reply" aria-busy={isWorking} aria-live="polite">
      {reply.searched !== undefined && (
        <p class="muted small" dir="auto">
          {messages.answer.searched(reply.searched)}
        </p>
      )}
      {reply.warnings.map((warning) => (
        <Notice key={warning}>{warning}</Notice>
      ))}
      <CitedText text={reply.text} sentences={reply.sentences} cited={cited} markers={markers} open={open} />
      {isWorking && <Working reply={reply} />}
      {reply.phase === 'failed' && (
        <Notice kind="error">
          <strong>{messages.answer.failed}</strong> <span dir="auto">{reply.problem}</span>
        </Notice>
      )}
      {reply.phase === 'stopped' && (
        <p class="muted">{messages.answer.stoppedFor[reply.stopReason ?? ''] ?? messages.answer.stopped}</p>
      )}
      {reply.phase === 'interrupted' && <p class="muted">{messages.answer.interrupted}</p>}
      {reply.hasNotice && <Notice>{messages.answer.notice}</Notice>}
      {question !== undefined && (reply.phase === 'not_found' || reply.phase === 'unsupported') && (
        <a class="quiet-link" href={`#/lab?q=${encodeURIComponent(question)}`}>
          {messages.answer.lookInLab}
        </a>
      )}
      {!isWorking && cited.length > 0 && <SourceList cited={cited} open={open} />}
      {reply.remembered && <Lazy load={loadRemembered} pick="RememberedList" props={{ statements: reply.remembered, open }} />}
      {!isWorking && reply.text !== '' && (
        <footer class="reply-foot">
          <CopyButton text={reply.text} label={messages.answer.copy} />
          {children}
          <span class="muted small">
            {hasAuthor && <bdi>{messages.answer.by(reply.answeredBy ?? '')}</bdi>}
            {hasAuthor && reply.totalMs !== undefined && ' · '}
            {reply.totalMs !== undefined && formatMs(reply.totalMs)}
          </span>
        </footer>
      )}
    </div>
  );
}

function Working({ reply }: { reply: Reply }) {
  const text = reply.sources.length > 0 ? messages.answer.reading(reply.sources.length) : messages.answer.searching;
  if (reply.text !== '') return <span class="caret" aria-hidden="true" />;
  return <p class="working muted">{text}</p>;
}

interface Card {
  cited: Cited;
  top: number;
  left: number;
}

/** The text; a number opens its source, and shows its quote under the pointer or with the keyboard's focus. */
function CitedText(props: { text: string; sentences: Sentence[]; cited: Cited[]; markers: ReadonlySet<number>; open: Open }) {
  const place = useRef<HTMLDivElement>(null);
  const [card, setCard] = useState<Card>();
  const indexAt = (target: EventTarget | null) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('button.cite') : null;
    const number = button?.dataset.marker;
    // A number that stands at several sentences can have a quote for each of them, in their order.
    const places = [...(place.current?.querySelectorAll<HTMLElement>(`button.cite[data-marker="${number}"]`) ?? [])];
    const indexes = props.cited.flatMap(({ marker }, index) => (String(marker) === number ? [index] : []));
    const index = indexes[button ? places.indexOf(button) : -1] ?? indexes[0];
    return button === null || index === undefined ? undefined : { button, index };
  };
  const show = (event: Event) => {
    const found = indexAt(event.target);
    const frame = place.current?.getBoundingClientRect();
    const cited = found && props.cited[found.index];
    if (!found || !frame || !cited) return setCard(undefined);
    const at = found.button.getBoundingClientRect();
    const left = Math.max(0, Math.min(at.left - frame.left - 24, frame.width - 360));
    setCard({ cited, top: at.bottom - frame.top + 6, left });
  };
  const hide = () => setCard(undefined);
  const click = (event: Event) => {
    const found = indexAt(event.target);
    if (found) props.open(props.cited, found.index);
  };
  return (
    <div
      class="cited"
      ref={place}
      onClick={click}
      onMouseOver={show}
      onMouseLeave={hide}
      onFocusIn={show}
      onFocusOut={hide}
      onKeyDown={(event) => event.key === 'Escape' && hide()}
    >
      <Markdown text={props.text} markers={props.markers} sentences={props.sentences} />
      {card && (
        <div class="card" role="tooltip" style={{ top: `${card.top}px`, left: `${card.left}px` }}>
          <blockquote dir="auto">{card.cited.quote}</blockquote>
          <p class="small" dir="auto">
            <strong>{card.cited.title}</strong> <Where cited={card.cited} />
          </p>
          {card.cited.supported === false && <p class="small caution">{messages.answer.unsupported}</p>}
        </div>
      )}
    </div>
  );
}

/** The page and headings of a place. */
export function Where({ cited }: { cited: Pick<Cited, 'page' | 'heading_path' | 'title'> }) {
  const headings = cited.heading_path.filter((heading) => heading !== cited.title);
  const parts = [...(cited.page ? [messages.source.page(cited.page)] : []), ...headings];
  return <span class="muted">{parts.join(' › ')}</span>;
}

function SourceList({ cited, open }: { cited: Cited[]; open: Open }) {
  return (
    <section class="sources" aria-label={messages.answer.sources}>
      <ol>
        {cited.map((source, index) => {
          // Of several quotes of a passage the first one stands for all.
          const quotes = cited.filter(({ marker }) => marker === source.marker);
          if (quotes[0] !== source) return null;
          const isUnsure = quotes.some(({ supported }) => supported === false);
          return (
            <li key={source.marker}>
              <button type="button" onClick={() => open(cited, index)}>
                <span class={isUnsure ? 'number unsure' : 'number'}>{source.marker}</span>
                <span class="source-text">
                  <bdi class="source-title">{source.title}</bdi> <Where cited={source} />
                  {isUnsure && <span class="small caution">{messages.answer.unsupported}</span>}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
