// The source of a citation beside the answer, with the quote marked; steps through the citations of the answer.
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Cited } from '../chat/AnswerView';
import { Where } from '../chat/AnswerView';
import { messages } from '../messages';
import { formatDate } from '../ui/format';
import { Lazy } from '../ui/lazy';
import { IconButton } from '../ui/parts';
import { link } from '../ui/router';
import { SourceText } from './SourceText';

interface Props {
  cited: Cited[];
  index: number;
  step: (index: number) => void;
  close: () => void;
}

const loadMemory = () => import('../memory/CitedMemory');

/** A memory, or a round of an earlier conversation. */
function Recalled({ citation }: { citation: Cited }) {
  const { kind, chunk_id: id, quote, date, session_id: session } = citation;
  const isMemory = kind === 'memory';
  return (
    <>
      <div class="reader">
        {isMemory ? (
          <Lazy load={loadMemory} pick="CitedMemory" props={{ id, quote }} />
        ) : (
          <>
            <blockquote dir="auto">{quote}</blockquote>
            <p class="muted small">{messages.source.saidOn(formatDate(date ?? ''))}</p>
          </>
        )}
      </div>
      <footer class="source-foot">
        <a class="quiet-link" href={isMemory ? link('memory') : link('c', session ?? '')}>
          {isMemory ? messages.source.memories : messages.source.conversation}
        </a>
      </footer>
    </>
  );
}

export function SourcePane({ cited, index, step, close }: Props) {
  const pane = useRef<HTMLElement>(null);
  useEffect(() => pane.current?.focus(), []);
  const [located, setLocated] = useState<{ citation: Cited; page: number }>();
  const citation = cited[index];
  if (citation === undefined) return null;
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>) => {
    if (event.key === 'Escape') close();
    else if (event.altKey && event.key === 'ArrowRight' && index + 1 < cited.length) step(index + 1);
    else if (event.altKey && event.key === 'ArrowLeft' && index > 0) step(index - 1);
    else return;
    event.preventDefault();
  };
  return (
    <aside class="source" ref={pane} tabIndex={-1} aria-label={messages.source.title} onKeyDown={onKeyDown}>
      <header class="source-head">
        <div class="source-name">
          <h2 dir="auto">
            {citation.marker > 0 && <span class="number">{citation.marker}</span>} {citation.title}
          </h2>
          <p class="small" dir="auto">
            <Where cited={located?.citation === citation ? { ...citation, page: located.page } : citation} />
          </p>
        </div>
        <div class="source-tools">
          {cited.length > 1 && (
            <>
              <IconButton icon="left" label={messages.source.previous} disabled={index === 0} onClick={() => step(index - 1)} />
              <span class="small muted">{messages.source.position(index + 1, cited.length)}</span>
              <IconButton
                icon="right"
                label={messages.source.next}
                disabled={index + 1 === cited.length}
                onClick={() => step(index + 1)}
              />
            </>
          )}
          <IconButton icon="close" label={messages.actions.close} onClick={close} />
        </div>
      </header>
      {citation.document_id ? (
        <>
          <SourceText
            citation={{ ...citation, document_id: citation.document_id }}
            foundOn={(page) => setLocated({ citation, page })}
          />
          <footer class="source-foot">
            <a class="quiet-link" href={link('documents', citation.document_id, 'text')}>
              {messages.source.whole}
            </a>
          </footer>
        </>
      ) : (
        <Recalled citation={citation} />
      )}
    </aside>
  );
}
