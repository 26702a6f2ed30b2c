// The settings of a collection: its name and the defaults of questions to it, the reading of its documents, its model, its synonyms,
// and the ratings of its passages.
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
import { RatingsTab } from './RatingsTab';
import { ReadingTab } from './ReadingTab';
import { SynonymsTab } from './SynonymsTab';

export interface TabProps {
  collection: Collection;
  /** Whether the user may change what only the owner may, as far as the page knows. */
  isOwner?: boolean;
  /** Shows the collection as the server has it after a change. */
  changed: (collection: Collection) => void;
}

const TABS = { general: GeneralTab, reading: ReadingTab, model: ModelTab, synonyms: SynonymsTab, ratings: RatingsTab } as const;
const NAMES = Object.keys(TABS) as (keyof typeof TABS)[];

export function CollectionSettings({ id, tab }: { id: string; tab: string | undefined }) {
  const path = { id };
  const { data, error, reload, set } = useLoad((signal) => call('get', '/v1/collections/{id}', { path, signal }), [id]);
  const { data: known } = useRole(id);
  const role = known?.role;
  const chosen = NAMES.find((name) => name === tab) ?? 'general';
  const Shown = TABS[chosen];
  const texts = messages.collection;
  // Readers may not see the ratings.
  const shown = NAMES.filter((name) => name !== 'ratings' || (known !== undefined && role !== 'reader'));
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
            {shown.map((name) => (
              <a
                key={name}
                href={link('documents', 'in', id, 'settings', name)}
                aria-current={name === chosen ? 'page' : undefined}
              >
                {texts.tabs[name]}
              </a>
            ))}
          </nav>
          {role !== undefined && role !== 'owner' && <Notice>{role === 'editor' ? texts.onlyOwnerMost : texts.onlyOwner}</Notice>}
          <Shown
            key={chosen}
            collection={data}
            isOwner={known !== undefined && (role === undefined || role === 'owner')}
            changed={changed}
          />
        </>
      )}
    </div>
  );
}

/** The user's role in a collection; absent in it if they are no member, as on a server without accounts. */
function useRole(id: string) {
  return useLoad(
    async (signal) => {
      const [me, members] = await Promise.all([
        call('get', '/v1/me', { signal }),
        call('get', '/v1/collections/{id}/members', { path: { id }, signal }),
      ]);
      return { role: members.items.find(({ user_id }) => user_id === me.id)?.role };
    },
    [id],
  );
}
