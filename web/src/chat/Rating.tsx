// Thumbs up or down for an answer; down asks for the reason.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Feedback, FeedbackBody } from '../api/types';
import { messages } from '../messages';
import { Form, IconButton } from '../ui/parts';
import { showError } from '../ui/undo';

type Reason = NonNullable<FeedbackBody['reason']>;

interface Props {
  given: Feedback | undefined;
  rate: (feedback: FeedbackBody | undefined) => Promise<void>;
}

export function Rating({ given, rate }: Props) {
  const [isAsking, setAsking] = useState(false);
  const [isTold, setTold] = useState(false);
  const texts = messages.rating;
  const toggle = (rating: FeedbackBody['rating']) => {
    const isSame = given?.rating === rating;
    setAsking(rating === 'down' && !isSame);
    setTold(!isSame);
    rate(isSame ? undefined : { rating }).catch(showError);
  };
  return (
    <div class="rating" role="group" aria-label={texts.title}>
      <IconButton icon="up" label={texts.up} pressed={given?.rating === 'up'} onClick={() => toggle('up')} />
      <IconButton icon="down" label={texts.down} pressed={given?.rating === 'down'} onClick={() => toggle('down')} />
      {given?.rating === 'down' && !isAsking && (
        <button type="button" class="quiet small" onClick={() => setAsking(true)}>
          {given.reason ? texts.reasons[given.reason] : texts.why}
        </button>
      )}
      {isTold && given && <p class="effect muted small">{texts.effect}</p>}
      {isAsking && <Reasons given={given} rate={rate} close={() => setAsking(false)} />}
    </div>
  );
}

function Reasons({ given, rate, close }: Props & { close: () => void }) {
  const [reason, setReason] = useState(given?.reason ?? undefined);
  const [comment, setComment] = useState(given?.comment ?? '');
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => root.current?.scrollIntoView({ block: 'nearest' }), []);
  const texts = messages.rating;
  const submit = async () => {
    const text = comment.trim();
    await rate({ rating: 'down', ...(reason ? { reason } : {}), ...(text === '' ? {} : { comment: text }) });
    close();
  };
  return (
    <div class="reasons" ref={root} onKeyDown={(event) => event.key === 'Escape' && close()}>
      <Form submit={submit} action={texts.send} cancel={close}>
        <fieldset class="chips">
          <legend>{texts.why}</legend>
          {(Object.keys(texts.reasons) as Reason[]).map((name) => (
            <label key={name} class="chip">
              <input type="radio" name="reason" checked={reason === name} onChange={() => setReason(name)} />
              {texts.reasons[name]}
            </label>
          ))}
        </fieldset>
        <textarea
          rows={2}
          dir="auto"
          maxLength={2000}
          aria-label={texts.comment}
          placeholder={texts.comment}
          value={comment}
          onInput={(event) => setComment(event.currentTarget.value)}
        />
      </Form>
    </div>
  );
}
