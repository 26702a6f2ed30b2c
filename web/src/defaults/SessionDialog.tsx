// The settings of a conversation: the defaults of its questions.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Session } from '../api/types';
import { noteDefaults } from '../chat/conversation';
import { showSession } from '../chat/sessions';
import { collections as store } from '../documents/collections';
import { messages } from '../messages';
import { Dialog, Form } from '../ui/parts';
import { useStore } from '../ui/store';
import { showMessage } from '../ui/undo';
import { DefaultsFields, ResetButton } from './DefaultsFields';
import { FIELDS, NO_DEFAULTS, toChange, toDraft } from './draft';

export function SessionDialog({ session, close }: { session: Session; close: () => void }) {
  const { id, title, defaults } = session;
  const collections = useStore(store).items;
  const [draft, setDraft] = useState(() => toDraft(defaults));
  const [chosen, setChosen] = useState(defaults.collection_ids ?? []);
  const texts = messages.defaults;
  const save = async () => {
    const change = { ...toChange(draft), collection_ids: chosen.length === 0 ? null : chosen };
    const saved = await call('patch', '/v1/sessions/{id}', { path: { id }, body: { defaults: change } });
    showSession(saved);
    noteDefaults(saved);
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
      <Form submit={save} action={messages.actions.save} fields={FIELDS} cancel={close}>
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
