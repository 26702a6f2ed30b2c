// The dialogs that remember something and edit a memory.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Memory, MemoryKind } from '../api/types';
import { messages } from '../messages.screens';
import { Dialog, Field, Form, InputField } from '../ui/parts';
import { offerUndo } from '../ui/undo';
import { changeMemory, undoStep } from './changes';

export function RememberDialog({ close, done }: { close: () => void; done: () => void }) {
  const [content, setContent] = useState('');
  const [kind, setKind] = useState('');
  const texts = messages.memory;
  const submit = async () => {
    const body = { content: content.trim(), source: 'user' as const, ...(kind === '' ? {} : { kind: kind as MemoryKind }) };
    const { outcome, reason, step_id } = await call('post', '/v1/memories', { body });
    if (outcome === 'refused' || outcome === 'invalid') throw new Error(reason ?? texts.refused);
    close();
    done();
    const text = texts.outcomes[outcome] ?? texts.outcomes.stored ?? '';
    if (step_id) offerUndo(text, () => undoStep(step_id).then(done));
  };
  return (
    <Dialog title={texts.add} close={close}>
      <Form submit={submit} action={texts.remember} cancel={close}>
        <Words value={content} set={setContent} />
        <KindField value={kind} set={setKind} isOptional />
      </Form>
    </Dialog>
  );
}

export function EditDialog({ memory, close, done }: { memory: Memory; close: () => void; done: () => void }) {
  const [content, setContent] = useState(memory.content);
  const [kind, setKind] = useState<string>(memory.kind);
  const [importance, setImportance] = useState(memory.importance);
  const [end, setEnd] = useState(memory.expires_at?.slice(0, 10) ?? '');
  const [reason, setReason] = useState('');
  const texts = messages.memory;
  const submit = async () => {
    const change = {
      ...(content.trim() === memory.content ? {} : { content: content.trim() }),
      ...(kind === memory.kind ? {} : { kind: kind as MemoryKind }),
      ...(importance === memory.importance ? {} : { importance }),
      ...(end === (memory.expires_at?.slice(0, 10) ?? '') ? {} : { expires_at: end === '' ? null : `${end}T00:00:00Z` }),
    };
    if (Object.keys(change).length > 0) {
      await changeMemory(memory, reason.trim() === '' ? change : { ...change, reason: reason.trim() }, texts.wasEdited, done);
    }
    close();
  };
  return (
    <Dialog title={texts.edit} close={close}>
      <Form submit={submit} action={messages.actions.save} cancel={close}>
        <Words value={content} set={setContent} />
        <KindField value={kind} set={setKind} />
        <Field label={`${texts.importance}: ${importance.toFixed(1)}`}>
          {(id) => (
            <input
              id={id}
              type="range"
              min={0}
              max={1}
              step={0.1}
              value={importance}
              onInput={(event) => setImportance(event.currentTarget.valueAsNumber)}
            />
          )}
        </Field>
        <Field label={texts.end} hint={texts.endHint}>
          {(id) => <input id={id} type="date" value={end} onInput={(event) => setEnd(event.currentTarget.value)} />}
        </Field>
        <InputField label={texts.reason} hint={texts.reasonHint} dir="auto" maxLength={1000} value={reason} set={setReason} />
      </Form>
    </Dialog>
  );
}

function Words({ value, set }: { value: string; set: (value: string) => void }) {
  return (
    <Field label={messages.memory.words}>
      {(id) => (
        <textarea
          id={id}
          rows={3}
          dir="auto"
          required
          maxLength={4000}
          value={value}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function KindField(props: { value: string; set: (value: string) => void; isOptional?: boolean }) {
  const texts = messages.memory;
  return (
    <Field label={texts.kind}>
      {(id) => (
        <select id={id} value={props.value} onChange={(event) => props.set(event.currentTarget.value)}>
          {props.isOptional && <option value="">{texts.kindFromWords}</option>}
          {Object.entries(texts.kinds).map(([kind, name]) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
