// Small parts that all screens share: buttons, notices, dialogs, fields.
import {
  createContext,
  type ComponentChildren,
  type InputHTMLAttributes,
  type TargetedMouseEvent,
  type TargetedSubmitEvent,
} from 'preact';
import { useContext, useEffect, useId, useRef, useState } from 'preact/hooks';
import { describe, ProblemError } from '../api/client';
import { messages } from '../messages';
import { Icon, type IconName } from './icons';

export function IconButton(props: {
  icon: IconName;
  label: string;
  onClick: (event: Event) => void;
  class?: string;
  pressed?: boolean;
  expanded?: boolean;
  disabled?: boolean;
}) {
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ''}`}
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
      aria-haspopup={props.expanded === undefined ? undefined : 'menu'}
      aria-expanded={props.expanded}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

export function Notice(props: { kind?: 'error' | 'info'; children: ComponentChildren }) {
  return (
    <div class={`notice ${props.kind ?? 'info'}`} role={props.kind === 'error' ? 'alert' : 'status'}>
      {props.children}
    </div>
  );
}

/** A failure, and a button to try again. */
export function Failure(props: { error: unknown; retry?: () => void }) {
  if (props.error === undefined) return null;
  return (
    <Notice kind="error">
      <p dir="auto">{describe(props.error)}</p>
      {props.retry && (
        <button type="button" class="quiet" onClick={props.retry}>
          {messages.actions.retry}
        </button>
      )}
    </Notice>
  );
}

/** Refusals of the form around, by the name of the field in the request. */
const Refusals = createContext<ReadonlyMap<string, string>>(new Map());

/** Attributes that connect an input to the texts below it. */
interface Described {
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

interface FieldProps {
  label: string;
  hint?: string | undefined;
  /** Name in the request; a refusal of it is shown here if the form lists it in `fields`. */
  name?: string;
  children: (id: string, described: Described) => ComponentChildren;
}

export function Field(props: FieldProps) {
  const id = useId();
  const refusal = useContext(Refusals).get(props.name ?? '');
  const texts = [...(props.hint ? [`${id}-hint`] : []), ...(refusal === undefined ? [] : [`${id}-refusal`])];
  const described: Described = {
    'aria-describedby': texts.length > 0 ? texts.join(' ') : undefined,
    'aria-invalid': refusal === undefined ? undefined : true,
  };
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children(id, described)}
      {props.hint && (
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      {refusal !== undefined && (
        <p class="refusal" id={`${id}-refusal`} role="alert" dir="auto">
          {refusal}
        </p>
      )}
    </div>
  );
}

/** A labelled input of one line. */
export function InputField({ label, hint, name, set, ...input }: InputFieldProps) {
  // Preact's types know an input by its one type, and this is any of several.
  const attributes = input as InputHTMLAttributes;
  return (
    <Field label={label} hint={hint} {...(name === undefined ? {} : { name })}>
      {(id, described) => <input id={id} {...described} {...attributes} onInput={(event) => set(event.currentTarget.value)} />}
    </Field>
  );
}

interface InputFieldProps {
  label: string;
  hint?: string | undefined;
  name?: string;
  value: string;
  set: (value: string) => void;
  type?: 'email' | 'number' | 'password';
  dir?: 'auto' | 'ltr';
  inputMode?: 'url';
  placeholder?: string;
  autocomplete?: 'username' | 'name' | 'current-password' | 'new-password' | 'off';
  required?: boolean;
  min?: number;
  max?: number;
  minLength?: number;
  maxLength?: number;
}

const NO_REFUSALS: ReadonlyMap<string, string> = new Map();

/** The refusals by field, if each of them belongs to one of `fields`. */
function refusalsAt(error: unknown, fields: readonly string[]): ReadonlyMap<string, string> {
  const refused = error instanceof ProblemError ? (error.problem.errors ?? []) : [];
  if (!refused.every(({ field }) => fields.includes(field))) return NO_REFUSALS;
  return new Map(refused.map(({ field, detail }) => [field, detail]));
}

/** A form that shows why it was refused, at the field if possible. */
export function Form(props: {
  submit: () => Promise<void>;
  action: string;
  /** Names of the fields that show their refusals themselves. */
  fields?: readonly string[];
  cancel?: () => void;
  danger?: boolean;
  children?: ComponentChildren;
}) {
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const refusals = refusalsAt(error, props.fields ?? []);
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus(), [error]);
  const onSubmit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await props.submit();
    } catch (refusal) {
      setError(refusal);
    }
    setBusy(false);
  };
  return (
    <form onSubmit={onSubmit} class="form" ref={form}>
      <Refusals.Provider value={refusals}>{props.children}</Refusals.Provider>
      <Failure error={refusals.size > 0 ? undefined : error} />
      <div class="form-actions">
        {props.cancel && (
          <button type="button" class="quiet" onClick={props.cancel}>
            {messages.actions.cancel}
          </button>
        )}
        <button type="submit" class={props.danger ? 'primary danger' : 'primary'} disabled={isBusy}>
          {props.action}
        </button>
      </div>
    </form>
  );
}

/** A modal dialog; Escape closes it. */
export function Dialog(props: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const onClick = (event: TargetedMouseEvent<HTMLDialogElement>) => {
    if (event.target === dialog.current) props.close();
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={props.close} onClick={onClick}>
      <div class="dialog-body">
        <h2 id={id} dir="auto">
          {props.title}
        </h2>
        {props.children}
      </div>
    </dialog>
  );
}

/** Asks before something is lost. */
export function Confirm(props: { title: string; text: string; action: string; run: () => Promise<void>; close: () => void }) {
  return (
    <Dialog title={props.title} close={props.close}>
      <Form submit={props.run} action={props.action} cancel={props.close} danger>
        <p>{props.text}</p>
      </Form>
    </Dialog>
  );
}

/** A secret that is shown once. */
export function Secret(props: { label: string; value: string; hint: string }) {
  return (
    <Notice>
      <p>
        <strong>{props.label}</strong> {props.hint}
      </p>
      <div class="secret">
        <code>{props.value}</code>
        <CopyButton text={props.value} />
      </div>
    </Notice>
  );
}

/** Shows more of a list; nothing at its end. */
export function MoreButton({ more }: { more: (() => void) | undefined }) {
  if (more === undefined) return null;
  return (
    <button type="button" class="secondary" onClick={more}>
      {messages.actions.more}
    </button>
  );
}

export function CopyButton(props: { text: string; label?: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await copyText(props.text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  const label = isDone ? messages.actions.copied : (props.label ?? messages.actions.copy);
  return (
    <button type="button" class="quiet with-icon" onClick={copy}>
      <Icon name={isDone ? 'check' : 'copy'} />
      <span aria-live="polite">{label}</span>
    </button>
  );
}

/** Copies, also where the page is not in a secure context and has no clipboard. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
