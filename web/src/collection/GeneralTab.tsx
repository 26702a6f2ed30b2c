// The name and the description of a collection, and the defaults of questions to it.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import { DefaultsFields, ResetButton } from '../defaults/DefaultsFields';
import { FIELDS, NO_DEFAULTS, toChange, toDraft } from '../defaults/draft';
import { messages } from '../messages.collections';
import { Form, InputField } from '../ui/parts';
import { showMessage } from '../ui/undo';
import type { TabProps } from './CollectionSettings';

export function GeneralTab({ collection, changed }: TabProps) {
  const { id } = collection;
  const [name, setName] = useState(collection.name);
  const [description, setDescription] = useState(collection.description);
  const [draft, setDraft] = useState(() => toDraft(collection.defaults));
  const { defaults, documents } = messages;
  const save = async () => {
    const body = { name: name.trim(), description: description.trim(), defaults: toChange(draft) };
    changed(await call('patch', '/v1/collections/{id}', { path: { id }, body }));
    showMessage(defaults.saved(name.trim()));
  };
  return (
    <section class="panel settings">
      <Form submit={save} action={messages.actions.save} fields={['name', 'description', ...FIELDS]}>
        <InputField label={documents.name} name="name" dir="auto" required maxLength={200} value={name} set={setName} />
        <InputField
          label={documents.description}
          hint={documents.describe}
          name="description"
          dir="auto"
          maxLength={2000}
          value={description}
          set={setDescription}
        />
        <h2>{defaults.questions}</h2>
        <p class="muted">{defaults.collectionLead}</p>
        <DefaultsFields draft={draft} change={setDraft} />
        <ResetButton change={setDraft} isDisabled={JSON.stringify(draft) === JSON.stringify(NO_DEFAULTS)} />
      </Form>
    </section>
  );
}
