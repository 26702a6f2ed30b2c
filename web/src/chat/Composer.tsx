// Where a question is written, and the collections that it searches.
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Collection } from '../api/types';
import { messages } from '../messages';
import { Icon } from '../ui/icons';

interface Props {
  collections: Collection[];
  chosen: string[];
  /** Collections of the conversation, which are searched if none is chosen. */
  preset: string[];
  choose: (ids: string[]) => void;
  /** Use of memory in the conversation: `off`, `read` or `read_write`. */
  memory: string;
  openSettings: () => void;
  isAnswering: boolean;
  /** Whether the answer is written, and only its end is still being read. */
  isEnding: boolean;
  isFollowUp: boolean;
  ask: (question: string) => void;
  stop: () => void;
}

export function Composer(props: Props) {
  const [text, setText] = useState('');
  // A question that was sent while the end of the answer before it was being read: it is asked right after it, in no other conversation.
  const held = useRef<Props['ask']>(undefined);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // On a touch screen the keyboard would cover the page.
    if (matchMedia('(hover: hover)').matches) area.current?.focus();
  }, []);
  const submit = () => {
    const question = text.trim();
    if (question === '') return;
    held.current = props.isAnswering && props.isEnding ? props.ask : undefined;
    if (props.isAnswering) return;
    setText('');
    props.ask(question);
  };
  useEffect(() => {
    if (held.current !== props.ask) held.current = undefined;
    else if (!props.isAnswering) submit();
  }, [props.ask, props.isAnswering]);
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  };
  const { composer } = messages;
  const memory = composer.memory[props.memory];
  return (
    <form class="composer" onSubmit={(event) => (event.preventDefault(), submit())}>
      <textarea
        ref={area}
        rows={1}
        dir="auto"
        value={text}
        maxLength={10_000}
        aria-label={composer.label}
        placeholder={props.isFollowUp ? composer.followUp : composer.placeholder}
        onInput={(event) => ((held.current = undefined), setText(event.currentTarget.value))}
        onKeyDown={onKeyDown}
      />
      <div class="composer-row">
        <Picker collections={props.collections} chosen={props.chosen} preset={props.preset} choose={props.choose} />
        {memory && (
          <button type="button" class="memory-sign" title={composer.memoryHint} onClick={props.openSettings}>
            <Icon name="memory" />
            {memory}
          </button>
        )}
        {props.isAnswering ? (
          <button type="button" class="round" aria-label={composer.stop} title={composer.stop} onClick={props.stop}>
            <Icon name="stop" />
          </button>
        ) : (
          <button type="submit" class="round" aria-label={composer.send} title={composer.hint} disabled={text.trim() === ''}>
            <Icon name="send" />
          </button>
        )}
      </div>
    </form>
  );
}

interface PickerProps {
  collections: Collection[];
  chosen: string[];
  preset?: string[];
  choose: (ids: string[]) => void;
}

/** Chooses collections; none chosen means those of the conversation, or all. */
export function Picker(props: PickerProps) {
  const details = useRef<HTMLDetailsElement>(null);
  const { collections, chosen, choose } = props;
  useEffect(() => {
    const close = (event: Event) => {
      const isOutside = event.target instanceof Node && !details.current?.contains(event.target);
      if (isOutside && details.current) details.current.open = false;
    };
    addEventListener('pointerdown', close);
    return () => removeEventListener('pointerdown', close);
  }, []);
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDetailsElement>) => {
    if (event.key !== 'Escape' || !event.currentTarget.open) return;
    event.currentTarget.open = false;
    event.currentTarget.querySelector('summary')?.focus();
  };
  const known = collections.filter(({ id }) => chosen.includes(id));
  const only = known.length === 1 ? known[0] : undefined;
  const preset = collections.filter(({ id }) => props.preset?.includes(id));
  const unchosen = preset.length > 0 ? messages.composer.preset(preset.map(({ name }) => name)) : messages.composer.all;
  const label = only?.name ?? (known.length === 0 ? unchosen : messages.composer.some(known.length));
  const toggle = (id: string) => choose(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  return (
    <details class="picker" ref={details} onKeyDown={onKeyDown}>
      <summary>
        <Icon name="folder" />
        <bdi>{label}</bdi>
      </summary>
      <fieldset>
        <legend>{messages.composer.pick}</legend>
        {collections.length === 0 && <p class="hint">{messages.composer.none}</p>}
        {collections.length > 0 && (
          <label class="check">
            <input type="checkbox" checked={known.length === 0} onChange={() => choose([])} />
            <span>{unchosen}</span>
          </label>
        )}
        {collections.map(({ id, name }) => (
          <label class="check" key={id}>
            <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
            <bdi>{name}</bdi>
          </label>
        ))}
      </fieldset>
    </details>
  );
}
