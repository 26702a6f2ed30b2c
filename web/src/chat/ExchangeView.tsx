// One question with its answer, and the versions of both.
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FeedbackBody } from '../api/types';
import { messages } from '../messages';
import { Icon } from '../ui/icons';
import { memo } from '../ui/memo';
import { IconButton } from '../ui/parts';
import { ReplyView, type Open } from './AnswerView';
import type { Versions } from './branches';
import type { Exchange } from './conversation';
import { Rating } from './Rating';

export interface Actions {
  open: Open;
  /** Asks another question in place of this one. */
  edit: (exchange: Exchange, question: string) => void;
  again: (exchange: Exchange) => void;
  showVersion: (id: string) => void;
  /** Rates the answer of this id, or takes its rating back. */
  rate: (answer: string, feedback: FeedbackBody | undefined) => Promise<void>;
}

interface Props {
  exchange: Exchange;
  /** Whether an answer is being written in this conversation. */
  isAnswering: boolean;
  actions: Actions;
}

export const ExchangeView = memo(function ExchangeView({ exchange, isAnswering, actions }: Props) {
  const { reply } = exchange;
  const hasFailed = reply === undefined || ['failed', 'stopped', 'interrupted'].includes(reply.phase);
  return (
    <article class="exchange">
      <QuestionView exchange={exchange} isAnswering={isAnswering} actions={actions} />
      {reply === undefined ? (
        <p class="muted">{messages.answer.unanswered}</p>
      ) : (
        <ReplyView reply={reply} question={exchange.question} open={actions.open}>
          {!isAnswering && <ReplyTools exchange={exchange} actions={actions} canAgain={!hasFailed} />}
        </ReplyView>
      )}
      {!isAnswering && hasFailed && (
        <button type="button" class="quiet with-icon" onClick={() => actions.again(exchange)}>
          <Icon name="retry" />
          {messages.answer.again}
        </button>
      )}
    </article>
  );
});

function ReplyTools({ exchange, actions, canAgain }: { exchange: Exchange; actions: Actions; canAgain: boolean }) {
  const { reply, answers } = exchange;
  const id = reply?.id;
  return (
    <>
      {canAgain && <IconButton icon="retry" label={messages.answer.again} onClick={() => actions.again(exchange)} />}
      {id !== undefined && <Rating key={id} given={reply?.feedback} rate={(feedback) => actions.rate(id, feedback)} />}
      <VersionStepper label={messages.answer.versions} versions={answers} show={actions.showVersion} />
    </>
  );
}

function QuestionView({ exchange, isAnswering, actions }: Props) {
  const [isEditing, setEditing] = useState(false);
  if (isEditing && !isAnswering) return <EditQuestion exchange={exchange} ask={actions.edit} end={() => setEditing(false)} />;
  return (
    <header class="question-head">
      <h2 class="question" dir="auto">
        {exchange.question}
      </h2>
      {!isAnswering && (
        <div class="question-tools">
          {exchange.id !== undefined && (
            <IconButton icon="edit" class="faint" label={messages.answer.edit} onClick={() => setEditing(true)} />
          )}
          <VersionStepper label={messages.answer.questionVersions} versions={exchange.questions} show={actions.showVersion} />
        </div>
      )}
    </header>
  );
}

function EditQuestion({ exchange, ask, end }: { exchange: Exchange; ask: Actions['edit']; end: () => void }) {
  const [text, setText] = useState(exchange.question);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);
  const submit = () => {
    end();
    if (text.trim() !== '') ask(exchange, text.trim());
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') end();
    else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit();
    else return;
    event.preventDefault();
  };
  return (
    <form class="composer edit-question" onSubmit={(event) => (event.preventDefault(), submit())}>
      <textarea
        ref={area}
        rows={1}
        dir="auto"
        maxLength={10_000}
        aria-label={messages.answer.edit}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div class="form-actions">
        <button type="button" class="quiet" onClick={end}>
          {messages.actions.cancel}
        </button>
        <button type="submit" class="primary" disabled={text.trim() === ''}>
          {messages.composer.send}
        </button>
      </div>
    </form>
  );
}

interface StepperProps {
  label: string;
  versions: Versions | undefined;
  show: (id: string) => void;
}

/** Steps through the versions of a message. */
function VersionStepper({ label, versions, show }: StepperProps) {
  if (versions === undefined || versions.ids.length < 2) return null;
  const { ids, at } = versions;
  const step = (to: number) => {
    const id = ids[to];
    if (id !== undefined) show(id);
  };
  return (
    <div class="stepper" role="group" aria-label={label}>
      <IconButton icon="left" label={messages.answer.previousVersion} disabled={at === 0} onClick={() => step(at - 1)} />
      <span class="small muted">{messages.source.position(at + 1, ids.length)}</span>
      <IconButton
        icon="right"
        label={messages.answer.nextVersion}
        disabled={at + 1 === ids.length}
        onClick={() => step(at + 1)}
      />
    </div>
  );
}
