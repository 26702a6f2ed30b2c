// How the documents of a collection are read: pause and resume, the size of passages, and reading again with the progress of it.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import { messages } from '../messages.collections';
import { formatMoment } from '../ui/format';
import { Failure, Form, InputField } from '../ui/parts';
import { link } from '../ui/router';
import { showMessage } from '../ui/undo';
import type { TabProps } from './CollectionSettings';
import { useWatched } from './watch';

/** Maximum number of jobs that are counted in each state. */
const MAX_JOBS = 200;

export function ReadingTab({ collection, changed }: TabProps) {
  return (
    <>
      <IngestSection collection={collection} changed={changed} />
      <SizesSection collection={collection} changed={changed} />
      <AgainSection collection={collection} />
    </>
  );
}

function IngestSection({ collection, changed }: TabProps) {
  const [failure, setFailure] = useState<unknown>();
  const { id, ingest_paused_at: since } = collection;
  const texts = messages.collection;
  const control = async (action: 'pause' | 'resume') => {
    try {
      changed(await call('post', `/v1/collections/{id}/ingest/${action}`, { path: { id } }));
      setFailure(undefined);
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <section class="panel settings">
      <h2>{texts.reading}</h2>
      <p class="muted" role="status">
        {since ? texts.isPaused(formatMoment(since)) : texts.isReading}
      </p>
      <Failure error={failure} />
      <button type="button" class="secondary" onClick={() => void control(since ? 'resume' : 'pause')}>
        {since ? texts.resume : texts.pause}
      </button>
    </section>
  );
}

function SizesSection({ collection, changed }: TabProps) {
  const { id, chunks } = collection;
  const [size, setSize] = useState(String(chunks?.max_tokens ?? ''));
  const [overlap, setOverlap] = useState(String(chunks?.overlap_tokens ?? ''));
  const texts = messages.collection;
  const isOwn = size !== '' || overlap !== '';
  const save = async () => {
    const sizes = isOwn ? { max_tokens: Number(size), overlap_tokens: Number(overlap) } : null;
    changed(await call('patch', '/v1/collections/{id}', { path: { id }, body: { chunks: sizes } }));
    showMessage(texts.sizesSaved);
  };
  return (
    <section class="panel settings">
      <h2>{texts.sizes}</h2>
      <p class="muted">{texts.sizesLead}</p>
      <Form submit={save} action={messages.actions.save} fields={['chunks.max_tokens', 'chunks.overlap_tokens']}>
        <InputField
          label={texts.maxTokens}
          hint={texts.maxTokensHint}
          name="chunks.max_tokens"
          type="number"
          min={32}
          max={8192}
          required={isOwn}
          value={size}
          set={setSize}
        />
        <InputField
          label={texts.overlap}
          hint={texts.overlapHint}
          name="chunks.overlap_tokens"
          type="number"
          min={0}
          max={4096}
          required={isOwn}
          value={overlap}
          set={setOverlap}
        />
      </Form>
    </section>
  );
}

function AgainSection({ collection }: Pick<TabProps, 'collection'>) {
  const { id, ingest_paused_at: since } = collection;
  const [isAll, setAll] = useState(false);
  const [queued, setQueued] = useState<Queued>({ turn: 0, number: 0 });
  const texts = messages.collection;
  const begin = async () => {
    const { queued: number } = await call('post', '/v1/collections/{id}/reingest', { path: { id }, body: { all: isAll } });
    setQueued(({ turn }) => ({ turn: turn + 1, number }));
  };
  return (
    <section class="panel settings">
      <h2>{texts.again}</h2>
      <p class="muted">{texts.againLead}</p>
      <Form submit={begin} action={texts.againAction}>
        <label class="check">
          <input type="checkbox" checked={isAll} onChange={(event) => setAll(event.currentTarget.checked)} />
          <span>{texts.all}</span>
        </label>
      </Form>
      <Work collection={id} isPaused={Boolean(since)} queued={queued} />
    </section>
  );
}

/** The number of documents that this page has had read again last, and how many times it has. */
interface Queued {
  turn: number;
  number: number;
}

interface WorkProps {
  collection: string;
  isPaused: boolean;
  queued: Queued;
}

/** The documents that wait or are being read, or what has come of reading documents again. */
function Work({ collection, isPaused, queued }: WorkProps) {
  const {
    data: open,
    error,
    reload,
  } = useWatched(
    async (signal) => {
      const query = { collection_id: collection, kind: 'ingest', limit: MAX_JOBS };
      const count = (state: string) =>
        call('get', '/v1/jobs', { query: { ...query, state }, signal }).then(({ items }) => items.length);
      const counts = await Promise.all(['queued', 'running', 'paused'].map(count));
      return { turn: queued.turn, number: counts.reduce((sum, one) => sum + one, 0), isMore: counts.includes(MAX_JOBS) };
    },
    ({ number }) => number > 0,
    [collection, isPaused, queued.turn],
  );
  const texts = messages.collection;
  // What was counted before the documents were queued says nothing about them.
  const isKnown = open !== undefined && open.turn === queued.turn;
  const { number, isMore } = isKnown ? open : { number: 0, isMore: false };
  const isCounted = isKnown && queued.number > 0 && queued.number >= number && !isMore && !isPaused;
  const done = queued.number - number;
  const state = () => {
    if (isCounted) return texts.done(done, queued.number);
    if (number > 0) return isPaused ? texts.held(number, isMore) : texts.open(number, isMore);
    return isKnown && queued.turn > 0 && queued.number === 0 && texts.nothing;
  };
  return (
    <div>
      <Failure error={error} retry={reload} />
      {!isPaused && (isCounted || number > 0) && (
        <progress aria-label={texts.progress} max={1} {...(isCounted ? { value: done / queued.number } : {})} />
      )}
      <p class="small" role="status">
        {state()} {number > 0 && <a href={link('documents', 'in', collection)}>{texts.each}</a>}
      </p>
    </div>
  );
}
