// The settings of a collection: its name, its description and the defaults of questions to it.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Collection } from '../api/types';
import { DefaultsFields, ResetButton } from '../defaults/DefaultsFields';
import { FIELDS, NO_DEFAULTS, toChange, toDraft } from '../defaults/draft';
import { messages } from '../messages.screens';
import { Dialog, Form, InputField } from '../ui/parts';
import { showMessage } from '../ui/undo';
import { loadCollections } from './collections';

export function CollectionDialog({ collection, close }: { collection: Collection; close: () => void }) {
  const { id } = collection;
  const [name, setName] = useState(collection.name);
  const [description, setDescription] = useState(collection.description);
  const [draft, setDraft] = useState(() => toDraft(collection.defaults));
  const { defaults, documents } = messages;
  const save = async () => {
    const body = { name: name.trim(), description: description.trim(), defaults: toChange(draft) };
    await call('patch', '/v1/collections/{id}', { path: { id }, body });
    await loadCollections();
    showMessage(defaults.saved(name.trim()));
    close();
  };
  return (
    <Dialog title={defaults.collection(collection.name)} close={close}>
      <Form submit={save} action={messages.actions.save} fields={['name', 'description', ...FIELDS]} cancel={close}>
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
        <h3>{defaults.questions}</h3>
        <p class="muted">{defaults.collectionLead}</p>
        <DefaultsFields draft={draft} change={setDraft} />
        <ResetButton change={setDraft} isDisabled={JSON.stringify(draft) === JSON.stringify(NO_DEFAULTS)} />
      </Form>
    </Dialog>
  );
}
