// The embedding model of a collection, and its move to another one with the progress of it.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Job } from '../api/types';
import { messages } from '../messages.collections';
import { Failure, Field, Form, Notice } from '../ui/parts';
import { useLoad } from '../ui/load';
import { showMessage } from '../ui/undo';
import type { TabProps } from './CollectionSettings';
import { useWatched } from './watch';

const isOpen = ({ state }: Job) => state === 'queued' || state === 'running' || state === 'paused';

export function ModelTab({ collection, changed }: TabProps) {
  const { id, model } = collection;
  const path = { id };
  const [chosen, setChosen] = useState('');
  const [turn, setTurn] = useState(0);
  const models = useLoad(listModels, []);
  const move = useWatched(
    async (signal) =>
      (await call('get', '/v1/jobs', { query: { collection_id: id, kind: 'reembed', limit: 1 }, signal })).items[0] ?? null,
    (job) => job !== null && isOpen(job),
    [id, turn],
  );
  const job = move.data ?? undefined;
  const ended = job && !isOpen(job) ? job.id : undefined;
  // A move that ends changes the model.
  useEffect(() => {
    if (ended !== undefined) void call('get', '/v1/collections/{id}', { path }).then(changed, () => undefined);
  }, [ended]);
  const texts = messages.collection;
  const request = async (name: string) => {
    const { outcome } = await call('put', '/v1/collections/{id}/model', { path, body: { model: name } });
    showMessage(texts.outcomes[outcome] ?? outcome);
    setTurn(turn + 1);
  };
  const others = models.data?.filter((name) => name !== model) ?? [];
  return (
    <section class="panel settings">
      <h2>{texts.model}</h2>
      <p class="muted">{texts.modelLead(model)}</p>
      <Failure error={move.error ?? models.error} retry={() => (models.reload(), move.reload())} />
      {job && isOpen(job) && <Progress job={job} stop={() => request(model)} />}
      {job?.state === 'dead' && job.model !== model && (
        <Notice kind="error">
          <p>
            {texts.moveFailed(job.model ?? '')} <span dir="auto">{reasonOf(job)}</span>
          </p>
        </Notice>
      )}
      {models.data && others.length === 0 && <p>{texts.onlyModel}</p>}
      {others.length > 0 && !(job && isOpen(job)) && (
        <Form submit={() => request(chosen)} action={texts.move} fields={['model']}>
          <Field label={texts.moveTo} hint={texts.moveHint} name="model">
            {(field, described) => (
              <select
                id={field}
                {...described}
                required
                value={chosen}
                onChange={(event) => setChosen(event.currentTarget.value)}
              >
                <option value="" />
                {others.map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </Form>
      )}
    </section>
  );
}

/** A move under way. */
function Progress({ job, stop }: { job: Job; stop: () => Promise<void> }) {
  const [failure, setFailure] = useState<unknown>();
  const texts = messages.collection;
  const name = texts.moving(job.model ?? '');
  const facts = [
    job.total ? texts.movingOf(job.done, job.total) : messages.upload.waiting,
    typeof job.eta_s === 'number' ? messages.upload.left(job.eta_s) : '',
  ].filter(Boolean);
  return (
    <>
      <div>
        <p>
          {name} <span class="muted small">{facts.join(' · ')}</span>
        </p>
        <progress aria-label={name} max={1} {...(job.total ? { value: job.done / job.total } : {})} />
        {job.waits_for && (
          <p class="small cure" dir="auto">
            {job.waits_for}
          </p>
        )}
      </div>
      <Failure error={failure} />
      <button type="button" class="secondary" onClick={() => void stop().catch(setFailure)}>
        {texts.stop}
      </button>
    </>
  );
}

function reasonOf({ problem }: Job): string {
  const detail = (problem as { detail?: unknown } | null | undefined)?.detail;
  return typeof detail === 'string' ? detail : '';
}

/** The names of the models of the server that embed. The others answer from collections, and are called `rag` or `rag/NAME`. */
async function listModels(signal: AbortSignal): Promise<string[]> {
  const { data } = await call('get', '/openai/v1/models', { signal });
  return data.map(({ id }) => id).filter((id) => id !== 'rag' && !id.startsWith('rag/'));
}
