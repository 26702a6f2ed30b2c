// Uploads under way: sends files, a few at a time, and follows their jobs until each document can be found.
// The server reports each change of a job as it happens.
import { authorization } from '../api/authorization';
import { call, describe, isOnline, ProblemError, send } from '../api/client';
import { parseEvents } from '../api/stream';
import type { Accepted, Job, Problem } from '../api/types';
import { messages } from '../messages';
import { createStore } from '../ui/store';
import { collections, loadCollections } from './collections';

export type UploadPhase = 'waiting' | 'sending' | 'working' | 'paused' | 'done' | 'known' | 'refused' | 'dead' | 'cancelled';

export interface Upload {
  id: string;
  name: string;
  collection: string;
  phase: UploadPhase;
  /** Part of the file that is sent, 0 to 1. */
  sent: number;
  job?: Job;
  document?: string;
  /** Number of the document's version that it became. */
  version?: number;
  problem?: string;
}

const MAX_SENDING = 3;
/** Pause before a stream of events that has ended is opened again, in milliseconds. */
const PAUSE_MS = 1_000;
/** Jobs asked for in one round, and the pause between rounds, in milliseconds: for a job whose document was deleted there is no event. */
const MAX_ASKED = 8;
const ROUND_MS = 5_000;

export const uploads = createStore<Upload[]>([]);
const files = new Map<string, File>();
/** The newest states of jobs, by id: an event can come before the response that names the job. */
const reported = new Map<string, Job>();
let isFollowing = false;
let counter = 0;

function change(id: string, next: Partial<Upload>): void {
  uploads.set((old) => old.map((upload) => (upload.id === id ? { ...upload, ...next } : upload)));
}

/** Sends files into a collection. */
export function addFiles(collection: string, added: File[]): void {
  const fresh = added.map((file): Upload => {
    const id = `upload-${(counter += 1)}`;
    files.set(id, file);
    return { id, name: file.webkitRelativePath || file.name, collection, phase: 'waiting', sent: 0 };
  });
  uploads.set((old) => [...old, ...fresh]);
  sendNext();
}

/** Has the page at an address fetched into a collection, and further pages of its site that up to `depth` links lead to. */
export async function addAddress(collection: string, url: string, depth: number): Promise<void> {
  const path = { id: collection };
  adoptJobs([await call('post', '/v1/collections/{id}/documents/from-url', { path, body: { url, depth } })]);
}

/** Shows jobs that read or fetch documents and that this page did not begin by an upload. */
export function adoptJobs(jobs: Job[]): void {
  const known = new Set(uploads.get().map(({ job }) => job?.id));
  // A job that has moved from one state to the next between two lists is in both.
  const fresh = [...new Map(jobs.map((job) => [job.id, job])).values()]
    .filter(({ id, kind }) => (kind === 'ingest' || kind === 'fetch') && !known.has(id))
    .map((job): Upload => {
      const base: Upload = {
        id: `job-${job.id}`,
        name: job.title,
        collection: job.collection_id ?? '',
        phase: 'working',
        sent: 1,
      };
      return { ...base, ...fromJob(reported.get(job.id) ?? job) };
    });
  if (fresh.length > 0) uploads.set((old) => [...fresh, ...old]);
  void follow();
}

/** Whether it has not ended; a paused upload can be resumed. */
export const isOpen = ({ phase }: Upload) => ['waiting', 'sending', 'working', 'paused'].includes(phase);

export function clearEnded(): void {
  uploads.set((old) => old.filter(isOpen));
}

/** Cancels, pauses, resumes or retries the job of an upload. */
export async function control({ job }: Upload, action: 'cancel' | 'pause' | 'resume' | 'retry'): Promise<void> {
  if (job === undefined) return;
  note(await call('post', `/v1/jobs/{id}/${action}`, { path: { id: job.id } }));
  void follow();
}

function sendNext(): void {
  const all = uploads.get();
  const free = MAX_SENDING - all.filter(({ phase }) => phase === 'sending').length;
  for (const upload of all.filter(({ phase }) => phase === 'waiting').slice(0, Math.max(0, free))) {
    void sendOne(upload);
  }
}

async function sendOne(upload: Upload): Promise<void> {
  change(upload.id, { phase: 'sending' });
  const file = files.get(upload.id);
  files.delete(upload.id);
  try {
    if (file === undefined) throw new Error(messages.upload.cannotRead);
    const { document, job, duplicate } = await post(upload, file);
    // The job may have been adopted before the response named it.
    uploads.set((old) => old.filter(({ id }) => id !== `job-${job?.id}`));
    change(upload.id, {
      document: document.id,
      ...(document.version ? { version: document.version.number } : {}),
      sent: 1,
      ...(job ? fromJob(reported.get(job.id) ?? job) : { phase: 'working' }),
    });
    if (duplicate && (job === undefined || job === null || job.state === 'done')) change(upload.id, { phase: 'known' });
    void follow();
    if (!collections.get().hasDocuments) void loadCollections();
  } catch (error) {
    change(upload.id, { phase: 'refused', problem: describe(error) });
  }
  sendNext();
}

/** Sends one file. `fetch` does not report the progress of a body. */
async function post(upload: Upload, file: File): Promise<Accepted> {
  const header = await authorization();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/v1/collections/${encodeURIComponent(upload.collection)}/documents`);
    if (header !== undefined) request.setRequestHeader('authorization', header);
    request.upload.onprogress = ({ loaded, total }) => change(upload.id, { sent: total > 0 ? loaded / total : 1 });
    request.onload = () => {
      try {
        const body = JSON.parse(request.responseText) as Accepted | Problem;
        if (request.status < 300) resolve(body as Accepted);
        else reject(new ProblemError(body as Problem));
      } catch {
        reject(new Error(`${request.status} ${request.statusText}`));
      }
    };
    // The server may refuse a file before it has read it all, and the browser cannot read a file that has moved.
    request.onerror = () => reject(new Error(messages.upload.cannotRead));
    const form = new FormData();
    form.append('file', file, upload.name);
    request.send(form);
  });
}

function fromJob(job: Job): Partial<Upload> {
  const phases: Record<string, UploadPhase> = {
    paused: 'paused',
    done: 'done',
    refused: 'refused',
    dead: 'dead',
    cancelled: 'cancelled',
  };
  const phase = phases[job.state] ?? 'working';
  const detail = (job.problem as { detail?: unknown } | null | undefined)?.detail;
  const problem = phase === 'working' ? job.waits_for : typeof detail === 'string' ? detail : undefined;
  return { phase, job, ...(job.document_id ? { document: job.document_id } : {}), ...(problem ? { problem } : {}) };
}

function note(job: Job): void {
  reported.set(job.id, job);
  const upload = uploads.get().find((known) => known.job?.id === job.id);
  if (upload === undefined) return;
  change(upload.id, fromJob(job));
  if (job.kind === 'fetch' && (job.done !== upload.job?.done || job.state !== upload.job.state)) {
    adoptPages(job).catch(() => undefined);
  }
  // A refused or cancelled document is deleted, and may have been the only one.
  if (job.state === 'refused' || job.state === 'cancelled') void loadCollections();
}

/** Shows the jobs that read the newest pages of a fetch. */
async function adoptPages({ collection_id, created_at }: Job): Promise<void> {
  const query = { collection_id: collection_id ?? undefined, kind: 'ingest', limit: 50 };
  const { items } = await call('get', '/v1/jobs', { query });
  adoptJobs(items.filter((job) => new Date(job.created_at) >= new Date(created_at)));
  if (!collections.get().hasDocuments) await loadCollections();
}

const underWay = () => uploads.get().filter(({ phase, job }) => (phase === 'working' || phase === 'paused') && job !== undefined);

/** Follows the jobs while any is not ended. */
async function follow(): Promise<void> {
  if (isFollowing) return;
  isFollowing = true;
  while (underWay().length > 0) {
    const stop = new AbortController();
    const unwatch = uploads.watch(() => underWay().length === 0 && stop.abort());
    const rounds = askInTurn(stop.signal);
    if (isOnline.get()) await listen(stop.signal).catch(() => undefined);
    unwatch();
    if (underWay().length > 0) await pause(PAUSE_MS);
    stop.abort();
    await rounds;
  }
  reported.clear();
  isFollowing = false;
}

async function listen(signal: AbortSignal): Promise<void> {
  const { body } = await send('/v1/jobs/events', { headers: { accept: 'text/event-stream' }, signal });
  if (body === null) return;
  // Those that ended before the stream began are not in it.
  for (const upload of underWay().slice(0, MAX_ASKED)) void refresh(upload);
  for await (const { event } of parseEvents<{ name: string; data: Job }>(body.pipeThrough(new TextDecoderStream()))) {
    if (event.name === 'job') note(event.data);
  }
}

/** Asks for a few jobs at a time. */
async function askInTurn(signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    await pause(ROUND_MS, signal);
    const open = underWay();
    const first = (round * MAX_ASKED) % Math.max(1, open.length);
    if (isOnline.get() && !signal.aborted) await Promise.all(open.slice(first, first + MAX_ASKED).map(refresh));
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((wake) => {
    const timer = setTimeout(wake, ms);
    signal?.addEventListener('abort', () => (clearTimeout(timer), wake()), { once: true });
  });
}

async function refresh(upload: Upload): Promise<void> {
  if (upload.job === undefined) return;
  try {
    note(await call('get', '/v1/jobs/{id}', { path: { id: upload.job.id } }));
  } catch (error) {
    // An outage passes; a job that is not found belongs to a document that was deleted.
    if (error instanceof ProblemError && error.problem.status === 404) {
      change(upload.id, { phase: 'refused', problem: messages.upload.removed });
    }
  }
}

/** The files of a drop, with those in folders. */
export async function droppedFiles(data: DataTransfer): Promise<File[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...data.files];
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return found;
    found.push(...(await Promise.all(part.filter(({ name }) => !name.startsWith('.')).map(filesOf))).flat());
  }
}
