// The settings of a collection: its name and the defaults of questions to it, the reading of its documents, its model, its synonyms.
import { call } from '../api/client';
import type { Collection } from '../api/types';
import { loadCollections } from '../documents/collections';
import { messages } from '../messages.collections';
import { Icon } from '../ui/icons';
import { useLoad } from '../ui/load';
import { Failure, Notice } from '../ui/parts';
import { link } from '../ui/router';
import { GeneralTab } from './GeneralTab';
import { ModelTab } from './ModelTab';
import { ReadingTab } from './ReadingTab';
import { SynonymsTab } from './SynonymsTab';

export interface TabProps {
  collection: Collection;
  /** Shows the collection as the server has it after a change. */
  changed: (collection: Collection) => void;
}

const TABS = { general: GeneralTab, reading: ReadingTab, model: ModelTab, synonyms: SynonymsTab } as const;
const NAMES = Object.keys(TABS) as (keyof typeof TABS)[];

export function CollectionSettings({ id, tab }: { id: string; tab: string | undefined }) {
  const path = { id };
  const { data, error, reload, set } = useLoad((signal) => call('get', '/v1/collections/{id}', { path, signal }), [id]);
  const chosen = NAMES.find((name) => name === tab) ?? 'general';
  const Shown = TABS[chosen];
  const texts = messages.collection;
  const changed = (collection: Collection) => {
    set(collection);
    void loadCollections();
  };
  return (
    <div class="page">
      <a class="quiet-link with-icon" href={link('documents', 'in', id)}>
        <Icon name="left" />
        {messages.documents.title}
      </a>
      <Failure error={error} retry={reload} />
      {data && (
        <>
          <h1 dir="auto">{messages.defaults.collection(data.name)}</h1>
          <nav class="tabs" aria-label={messages.documents.settings}>
            {NAMES.map((name) => (
              <a
                key={name}
                href={link('documents', 'in', id, 'settings', name)}
                aria-current={name === chosen ? 'page' : undefined}
              >
                {texts.tabs[name]}
              </a>
            ))}
          </nav>
          <RoleNote collection={id} />
          <Shown key={chosen} collection={data} changed={changed} />
        </>
      )}
    </div>
  );
}

/** Says what people other than the owner can change. */
function RoleNote({ collection: id }: { collection: string }) {
  const { data: role } = useLoad(
    async (signal) => {
      const [me, members] = await Promise.all([
        call('get', '/v1/me', { signal }),
        call('get', '/v1/collections/{id}/members', { path: { id }, signal }),
      ]);
      return members.items.find(({ user_id }) => user_id === me.id)?.role;
    },
    [id],
  );
  if (role === undefined || role === 'owner') return null;
  return <Notice>{role === 'editor' ? messages.collection.onlyOwnerMost : messages.collection.onlyOwner}</Notice>;
}
