// Questions of the bearer of a link, and their answers with citations. Nothing of them is stored.
import type { TargetedKeyboardEvent } from 'preact';
import { useState } from 'preact/hooks';
import { ReplyView, type Open } from '../chat/AnswerView';
import { isWorking } from '../chat/conversation';
import { messages } from '../messages.collections';
import { Icon } from '../ui/icons';
import { useStore } from '../ui/store';
import { ask, asked } from './asked';

export function SharedAsk({ open }: { open: Open }) {
  const exchanges = useStore(asked);
  const [text, setText] = useState('');
  const isAnswering = isWorking(exchanges.at(-1)?.reply);
  const { composer, shared: texts } = messages;
  const submit = async () => {
    const question = text.trim();
    if (question === '' || isAnswering) return;
    setText('');
    // A question that failed stands in the field again, unless another one is being written.
    if (!(await ask(question))) setText((now) => (now === '' ? question : now));
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void submit();
  };
  return (
    <section class="shared-ask" aria-label={texts.ask}>
      {exchanges.map(({ question, reply }, index) => (
        <article key={index} class="exchange">
          <h2 class="question" dir="auto">
            {question}
          </h2>
          <ReplyView reply={reply} open={open} />
        </article>
      ))}
      <form class="composer" onSubmit={(event) => (event.preventDefault(), void submit())}>
        <textarea
          rows={1}
          dir="auto"
          maxLength={10_000}
          aria-label={composer.label}
          placeholder={exchanges.length > 0 ? composer.followUp : composer.placeholder}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <div class="composer-row">
          <span class="muted small">{texts.notStored}</span>
          <button
            type="submit"
            class="round"
            aria-label={composer.send}
            title={composer.hint}
            disabled={isAnswering || text.trim() === ''}
          >
            <Icon name="send" />
          </button>
        </div>
      </form>
    </section>
  );
}
