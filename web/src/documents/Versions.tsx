// The versions of a document: the text of each, its differences from another, its original, and the way back to it.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Document_, Version } from '../api/types';
import { messages } from '../messages.screens';
import { OcrNote } from '../source/OcrNote';
import { Reader } from '../source/Reader';
import { formatBytes, formatMoment } from '../ui/format';
import { useLoad } from '../ui/load';
import { Failure, IconButton } from '../ui/parts';
import { bearer } from '../ui/router';
import { saveResponse } from '../ui/save';
import { offerUndo, showError } from '../ui/undo';
import { Changes } from './Changes';
import { contentAddress, originalName } from './content';
import { adoptJobs } from './uploads';

interface Props {
  document: Document_;
  /** Number of a version whose differences from the newest are shown first. */
  since: number | undefined;
}

interface Opened {
  number: number;
  /** Number of the version to compare with; without it the text is shown. */
  from?: number;
}

/** Makes an older version the newest again, and offers the way back. */
async function restore({ id, version }: Document_, number: number): Promise<void> {
  const bring = async (number: number) => {
    const { job } = await call('post', '/v1/documents/{id}/versions/{number}/restore', { path: { id, number: String(number) } });
    if (job) adoptJobs([job]);
  };
  await bring(number);
  const before = version?.number;
  if (before !== undefined) offerUndo(messages.versions.restored(number), () => bring(before));
}

export function Versions({ document, since }: Props) {
  const { id, version } = document;
  const { data, error, reload } = useLoad(
    (signal) => call('get', '/v1/documents/{id}/versions', { path: { id }, query: { limit: 200 }, signal }),
    [id, version?.number, version?.state],
  );
  const [chosen, setChosen] = useState<Opened | null>();
  const versions = data?.items ?? [];
  const read = versions.filter(({ state }) => state === 'published' || state === 'superseded').map(({ number }) => number);
  const newest = read[0];
  const initial = since !== undefined && newest !== undefined && since !== newest ? { number: newest, from: since } : undefined;
  const opened = chosen === undefined ? initial : (chosen ?? undefined);
  return (
    <>
      <Failure error={error} retry={reload} />
      <p class="muted small">{messages.versions.hint}</p>
      <ol class="plain versions">
        {versions.map((one) => (
          <VersionRow
            key={one.number}
            document={document}
            version={one}
            others={read.filter((number) => number !== one.number)}
            opened={opened?.number === one.number ? opened : undefined}
            open={(next) => setChosen(next ?? null)}
          />
        ))}
      </ol>
    </>
  );
}

interface RowProps {
  document: Document_;
  version: Version;
  /** Numbers of the other versions that were read, newest first. */
  others: number[];
  opened: Opened | undefined;
  open: (opened: Opened | undefined) => void;
}

function VersionRow({ document, version, others, opened, open }: RowProps) {
  const { number, state } = version;
  const texts = messages.versions;
  const isRead = state === 'published' || state === 'superseded';
  const before = others.find((other) => other < number);
  const showsText = opened !== undefined && opened.from === undefined;
  const showsChanges = opened?.from !== undefined;
  const download = () => saveResponse(contentAddress(document.id, number), originalName(document)).catch(showError);
  const facts = [
    formatMoment(version.published_at ?? version.created_at),
    formatBytes(version.size_bytes),
    isRead && messages.documents.characters(version.character_count),
  ].filter(Boolean);
  return (
    <li>
      <div class="line">
        <span>
          {messages.documents.version(number)}
          {state === 'published' && <span class="badge">{texts.newest}</span>}
          {!isRead && <span class="badge">{messages.documents.notReady}</span>}
          <span class="muted small block">{facts.join(' · ')}</span>
        </span>
        <span class="row-actions">
          {isRead && before !== undefined && (
            <button
              type="button"
              class="quiet small"
              aria-expanded={showsChanges}
              aria-label={texts.changesLabel(number)}
              onClick={() => open(showsChanges ? undefined : { number, from: before })}
            >
              {texts.changes}
            </button>
          )}
          {isRead && (
            <button
              type="button"
              class="quiet small"
              aria-expanded={showsText}
              aria-label={texts.textLabel(number)}
              onClick={() => open(showsText ? undefined : { number })}
            >
              {messages.documents.text}
            </button>
          )}
          {state === 'superseded' && bearer === undefined && (
            <button
              type="button"
              class="quiet small"
              aria-label={texts.restoreLabel(number)}
              onClick={() => void restore(document, number).catch(showError)}
            >
              {texts.restore}
            </button>
          )}
          <IconButton icon="download" label={texts.originalLabel(number)} onClick={() => void download()} />
        </span>
      </div>
      {opened?.from !== undefined && (
        <Changes
          document={document.id}
          from={opened.from}
          to={number}
          others={others}
          compare={(from) => open({ number, from })}
        />
      )}
      {showsText && (
        <>
          {number !== document.version?.number && <OcrNote pages={version.ocr_pages} />}
          <Reader key={number} document={document.id} version={number} headings={[document.title]} />
        </>
      )}
    </li>
  );
}
