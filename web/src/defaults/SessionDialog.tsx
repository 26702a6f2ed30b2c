// The settings of a conversation: its use of memory and the defaults of its questions.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Session } from '../api/types';
import { noteSettings } from '../chat/conversation';
import { showSession } from '../chat/sessions';
import { collections as store } from '../documents/collections';
import { messages } from '../messages.screens';
import { Dialog, Field, Form } from '../ui/parts';
import { useStore } from '../ui/store';
import { showMessage } from '../ui/undo';
import { DefaultsFields, ResetButton } from './DefaultsFields';
import { FIELDS, NO_DEFAULTS, toChange, toDraft } from './draft';

export function SessionDialog({ session, close }: { session: Session; close: () => void }) {
  const { id, title, defaults } = session;
  const collections = useStore(store).items;
  const [draft, setDraft] = useState(() => toDraft(defaults));
  const [chosen, setChosen] = useState(defaults.collection_ids ?? []);
  const [memory, setMemory] = useState(session.memory);
  const texts = messages.defaults;
  const save = async () => {
    const change = { ...toChange(draft), collection_ids: chosen.length === 0 ? null : chosen };
    const saved = await call('patch', '/v1/sessions/{id}', { path: { id }, body: { memory, defaults: change } });
    showSession(saved);
    noteSettings(saved);
    showMessage(texts.saved(title));
    close();
  };
  const toggle = (one: string) => setChosen(chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one]);
  const reset = () => {
    setDraft(NO_DEFAULTS);
    setChosen([]);
  };
  const isReset = JSON.stringify(draft) === JSON.stringify(NO_DEFAULTS) && chosen.length === 0;
  return (
    <Dialog title={texts.session(title)} close={close}>
      <p class="muted">{texts.sessionLead}</p>
      <Form submit={save} action={messages.actions.save} fields={['memory', ...FIELDS]} cancel={close}>
        <Field label={messages.memory.title} hint={texts.memoryHint} name="memory">
          {(id, described) => (
            <select id={id} {...described} value={memory} onChange={({ currentTarget }) => setMemory(currentTarget.value)}>
              {Object.entries(texts.memory).map(([mode, name]) => (
                <option key={mode} value={mode}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <fieldset class="checks">
          <legend>{texts.collections}</legend>
          {collections.map(({ id, name }) => (
            <label class="check" key={id}>
              <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
              <bdi>{name}</bdi>
            </label>
          ))}
          <p class="hint">{texts.collectionsHint}</p>
        </fieldset>
        <DefaultsFields draft={draft} change={setDraft} />
        <ResetButton change={reset} isDisabled={isReset} />
      </Form>
    </Dialog>
  );
}
