// Progress of uploads by stage; a refused file shows why and what to do.
import { useState } from 'preact/hooks';
import { describe } from '../api/client';
import { messages } from '../messages';
import { Icon } from '../ui/icons';
import { formatNumber, plainName } from '../ui/format';
import { IconButton } from '../ui/parts';
import { useStore } from '../ui/store';
import { clearEnded, control, isOpen, uploads, type Upload } from './uploads';

export function UploadList({ collection }: { collection?: string }) {
  const all = useStore(uploads).filter((upload) => collection === undefined || upload.collection === collection);
  if (all.length === 0) return null;
  const isReady = ({ phase }: Upload) => phase === 'done' || phase === 'known';
  // A fetch is no document; those that it stores have jobs of their own.
  const read = all.filter(({ job }) => job?.kind !== 'fetch');
  const hasEnded = !all.every(isOpen);
  // What needs attention comes first, what is ready last.
  const order = (upload: Upload) => (isOpen(upload) ? 1 : isReady(upload) ? 2 : 0);
  const sorted = [...all].sort((one, other) => order(one) - order(other));
  return (
    <section class="uploads" aria-label={messages.upload.title}>
      <header>
        <h2>{messages.upload.title}</h2>
        <span class="muted small" role="status">
          {read.length > 0 && messages.upload.summary(read.filter(isReady).length, read.length)}
        </span>
        {hasEnded && (
          <button type="button" class="quiet small" onClick={clearEnded}>
            {messages.actions.clear}
          </button>
        )}
      </header>
      <ul>
        {sorted.map((upload) => (
          <UploadRow key={upload.id} upload={upload} />
        ))}
      </ul>
    </section>
  );
}

function UploadRow({ upload }: { upload: Upload }) {
  const [failure, setFailure] = useState<string>();
  const { phase, job } = upload;
  const name = plainName(upload.name);
  const part = progressOf(upload);
  const run = (action: Parameters<typeof control>[1]) =>
    void control(upload, action).then(
      () => setFailure(undefined),
      (error: unknown) => setFailure(describe(error)),
    );
  const isBad = phase === 'refused' || phase === 'dead';
  const { control: texts } = messages.upload;
  return (
    <li>
      <span class={isBad ? 'upload-icon refused' : 'upload-icon'}>
        <Icon
          name={isBad || phase === 'cancelled' ? 'close' : !isOpen(upload) ? 'check' : job?.kind === 'fetch' ? 'web' : 'file'}
        />
      </span>
      <div class="upload-main">
        <p class="upload-line">
          <bdi class="upload-name" title={name}>
            {name}
          </bdi>
          <span class="muted small">{stateOf(upload)}</span>
        </p>
        {isOpen(upload) && (
          <progress aria-label={messages.upload.progress(name)} max={1} {...(part === undefined ? {} : { value: part })} />
        )}
        {(failure ?? upload.problem) !== undefined && (
          <p class="small cure" dir="auto">
            {failure ?? upload.problem}
          </p>
        )}
        {phase === 'dead' && job && (
          <button type="button" class="quiet small" onClick={() => run('retry')}>
            {messages.actions.retry}
          </button>
        )}
      </div>
      {job && isOpen(upload) && (
        <span class="row-actions upload-tools">
          {phase === 'paused' ? (
            <IconButton icon="play" label={texts.resume(name)} onClick={() => run('resume')} />
          ) : (
            <IconButton icon="pause" label={texts.pause(name)} onClick={() => run('pause')} />
          )}
          <IconButton icon="close" label={texts.cancel(name)} onClick={() => run('cancel')} />
        </span>
      )}
    </li>
  );
}

function stateOf({ phase, job, version }: Upload): string {
  if (phase === 'done' && job?.kind === 'fetch') return messages.upload.fetched(job.done);
  if (phase === 'done' && version !== undefined && version > 1) return messages.upload.newVersion(version);
  if (phase !== 'working' || job === undefined) return phase === 'working' ? messages.upload.waiting : messages.upload[phase];
  // Between its claim and its first page a fetch is in the stage of documents.
  const name = job.kind === 'fetch' && job.stage === 'reading' ? 'fetching' : job.stage;
  // While a document is read, only pages of OCR are counted, and their total is unknown.
  if (name === 'reading' && job.done > 0) return messages.upload.scanning(job.done);
  const stage = messages.upload.stages[name] ?? name;
  const done = job.total ? ` ${job.done}/${job.total}` : '';
  const rate = job.units_per_second ? messages.upload.rate(formatNumber(Math.round(job.units_per_second * 10) / 10)) : '';
  const left = typeof job.eta_s === 'number' ? messages.upload.left(job.eta_s) : '';
  return [stage + done, rate, left].filter(Boolean).join(' · ');
}

/** The part that is done of the present stage; unknown while it waits. */
function progressOf({ phase, sent, job }: Upload): number | undefined {
  if (phase === 'waiting') return 0;
  if (phase === 'sending') return sent;
  if (phase === 'paused' && !job?.total) return 0;
  return job?.total ? job.done / job.total : undefined;
}
