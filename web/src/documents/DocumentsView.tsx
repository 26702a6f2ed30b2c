// The collections and their documents: upload, progress, refusals, delete, share.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Collection, Document_, Job } from '../api/types';
import { messages } from '../messages.collections';
import { formatAge } from '../ui/format';
import { Icon } from '../ui/icons';
import { useLoad } from '../ui/load';
import { Confirm, Dialog, Failure, Form, IconButton, InputField, MoreButton } from '../ui/parts';
import { goTo, link } from '../ui/router';
import { useStore } from '../ui/store';
import { deleteWithUndo, hidden } from '../ui/undo';
import { AddDocuments } from './AddDocuments';
import { collections as store, createCollection, firstCollection, loadCollections } from './collections';
import { DocumentTable } from './DocumentTable';
import { useDocuments } from './list';
import { ShareDialog } from './ShareDialog';
import { SourceFilter } from './SourceFilter';
import { UploadList } from './UploadList';
import { adoptJobs, uploads } from './uploads';

export function DocumentsView({ chosen }: { chosen: string | undefined }) {
  const { items, isLoaded, error } = useStore(store);
  const [isCreating, setCreating] = useState(false);
  const collection = items.find(({ id }) => id === chosen) ?? items[0];
  const { documents } = messages;
  return (
    <div class="page">
      <header class="page-head">
        <h1>{documents.title}</h1>
        <button type="button" class="secondary with-icon" onClick={() => setCreating(true)}>
          <Icon name="plus" />
          {documents.newCollection}
        </button>
      </header>
      <Failure error={isLoaded ? undefined : error} retry={() => void loadCollections()} />
      {items.length > 1 && (
        <nav class="tabs" aria-label={documents.collections}>
          {items.map(({ id, name }) => (
            <a key={id} href={link('documents', 'in', id)} aria-current={id === collection?.id ? 'page' : undefined}>
              <bdi>{name}</bdi>
            </a>
          ))}
        </nav>
      )}
      {collection && <CollectionView key={collection.id} collection={collection} />}
      {isLoaded && collection === undefined && (
        <>
          <p class="muted">{documents.noCollections}</p>
          <AddDocuments collection={firstCollection} isLarge />
          <UploadList />
        </>
      )}
      {isCreating && <NewCollection close={() => setCreating(false)} />}
    </div>
  );
}

function NewCollection({ close }: { close: () => void }) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const submit = async () => {
    const created = await createCollection(name.trim(), description.trim());
    close();
    goTo('documents', 'in', created.id);
  };
  const { documents } = messages;
  return (
    <Dialog title={documents.newCollection} close={close}>
      <Form submit={submit} action={messages.actions.create} cancel={close}>
        <InputField label={documents.name} dir="auto" required maxLength={200} value={name} set={setName} />
        <InputField
          label={documents.description}
          hint={documents.describe}
          dir="auto"
          maxLength={1000}
          value={description}
          set={setDescription}
        />
      </Form>
    </Dialog>
  );
}

function CollectionView({ collection }: { collection: Collection }) {
  const { id } = collection;
  const [isDeleting, setDeleting] = useState(false);
  const [isSharing, setSharing] = useState(false);
  const [prefix, setPrefix] = useState('');
  const documents = useDocuments(id, useEndedUploads(id), prefix);
  const deleted = useStore(hidden);
  const shown = documents.items.filter((document) => !deleted.has(document.id));
  const refused = useOpenJobs(id);
  const texts = messages.documents;
  const removeDocument = ({ id, title }: Document_) =>
    deleteWithUndo(id, texts.removed(title), async () => {
      await call('delete', '/v1/documents/{id}', { path: { id } });
      documents.reload();
      await loadCollections();
    });
  const remove = async () => {
    await call('delete', '/v1/collections/{id}', { path: { id } });
    goTo('documents');
    await loadCollections();
  };
  return (
    <>
      <div class="collection-head">
        <div>
          <h2 dir="auto">{collection.name}</h2>
          {collection.description !== '' && <p dir="auto">{collection.description}</p>}
          <p class="muted small">
            {documents.isLoaded && `${texts.count(Math.max(0, documents.count - (documents.items.length - shown.length)))} · `}
            <bdi>{collection.model}</bdi>
          </p>
        </div>
        <div class="row-actions">
          <IconButton icon="share" label={texts.share} onClick={() => setSharing(true)} />
          <a
            class="icon-button"
            href={link('documents', 'in', id, 'settings')}
            aria-label={texts.settings}
            title={texts.settings}
          >
            <Icon name="settings" />
          </a>
          <IconButton icon="trash" label={texts.removeCollection} onClick={() => setDeleting(true)} />
        </div>
      </div>
      <AddDocuments collection={() => Promise.resolve(id)} />
      <UploadList collection={id} />
      <SourceFilter count={documents.count} change={setPrefix} />
      <Failure error={documents.error} retry={documents.reload} />
      {shown.length > 0 ? (
        <DocumentTable documents={shown} remove={removeDocument} />
      ) : (
        documents.isLoaded && <p class="muted empty">{prefix === '' ? texts.empty : messages.filter.none}</p>
      )}
      <MoreButton more={documents.more} />
      <RefusedBefore jobs={refused} />
      {isDeleting && (
        <Confirm
          title={texts.removeCollectionTitle(collection.name)}
          text={texts.removeCollectionText(documents.count)}
          action={texts.removeCollection}
          run={remove}
          close={() => setDeleting(false)}
        />
      )}
      {isSharing && <ShareDialog collection={collection} close={() => setSharing(false)} />}
    </>
  );
}

/** Changes when an upload to the collection ends. */
function useEndedUploads(collection: string): string {
  const ended = useStore(uploads).filter(
    (upload) => upload.collection === collection && upload.phase !== 'sending' && upload.phase !== 'waiting',
  );
  return ended.map(({ id, phase }) => id + phase).join();
}

/** Shows jobs under way among the uploads, and returns those that were refused. */
function useOpenJobs(collection: string): Job[] {
  const { data } = useLoad(
    async (signal) => {
      const list = (state: string) =>
        call('get', '/v1/jobs', { query: { collection_id: collection, state, limit: 50 }, signal }).then(({ items }) => items);
      const [queued, running, paused, dead, refused] = await Promise.all([
        list('queued'),
        list('running'),
        list('paused'),
        list('dead'),
        list('refused'),
      ]);
      return { open: [...running, ...paused, ...queued, ...dead], refused };
    },
    [collection],
  );
  useEffect(() => {
    if (data) adoptJobs(data.open);
  }, [data]);
  return data?.refused ?? [];
}

function RefusedBefore({ jobs }: { jobs: Job[] }) {
  if (jobs.length === 0) return null;
  return (
    <details class="fold">
      <summary>{messages.upload.earlier(jobs.length)}</summary>
      <ul class="plain">
        {jobs.map((job) => (
          <li key={job.id}>
            <bdi>{job.title}</bdi> <span class="muted small">{formatAge(job.created_at)}</span>
            <p class="small cure" dir="auto">
              {String((job.problem as { detail?: unknown } | null | undefined)?.detail ?? '')}
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}
