// Uploads under way: sends files, a few at a time, and follows their jobs until each document can be found.
import { authorization } from '../api/authorization';
import { call, describe, isOnline, ProblemError } from '../api/client';
import type { Accepted, Job, Problem } from '../api/types';
import { messages } from '../messages';
import { createStore } from '../ui/store';
import { collections, loadCollections } from './collections';

export type UploadPhase = 'waiting' | 'sending' | 'working' | 'done' | 'known' | 'refused' | 'dead';

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
  /** When its stage was seen first, and the units done then: the rate gives the time left. */
  since?: { at: number; stage: string; done: number };
  secondsLeft?: number;
}

const MAX_SENDING = 3;
/** Jobs asked for in one round, and the pause between rounds, in milliseconds. */
const MAX_ASKED = 8;
const PAUSE_MS = 700;

export const uploads = createStore<Upload[]>([]);
const files = new Map<string, File>();
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

/** Shows jobs that began before this page was opened. */
export function adoptJobs(jobs: Job[]): void {
  const known = new Set(uploads.get().map(({ job }) => job?.id));
  const fresh = jobs
    .filter(({ id, kind }) => kind === 'ingest' && !known.has(id))
    .map((job): Upload => {
      const base: Upload = {
        id: `job-${job.id}`,
        name: job.title,
        collection: job.collection_id ?? '',
        phase: 'working',
        sent: 1,
      };
      return { ...base, ...fromJob(base, job) };
    });
  if (fresh.length > 0) uploads.set((old) => [...fresh, ...old]);
  void follow();
}

export function clearEnded(): void {
  uploads.set((old) => old.filter(({ phase }) => phase === 'waiting' || phase === 'sending' || phase === 'working'));
}

export async function retry(upload: Upload): Promise<void> {
  if (upload.job === undefined) return;
  const job = await call('post', '/v1/jobs/{id}/retry', { path: { id: upload.job.id } });
  change(upload.id, fromJob(upload, job));
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
    change(upload.id, {
      document: document.id,
      ...(document.version ? { version: document.version.number } : {}),
      sent: 1,
      ...(job ? fromJob(upload, job) : { phase: 'working' }),
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

function fromJob(upload: Upload, job: Job): Partial<Upload> {
  const phases: Record<string, UploadPhase> = { done: 'done', refused: 'refused', dead: 'dead', cancelled: 'refused' };
  const phase = phases[job.state] ?? 'working';
  const detail = (job.problem as { detail?: unknown } | null | undefined)?.detail;
  const known = upload.since?.stage === job.stage ? upload.since : { at: Date.now(), stage: job.stage, done: job.done };
  const rate = (job.done - known.done) / Math.max(1, Date.now() - known.at);
  const secondsLeft = job.total && rate > 0 ? (job.total - job.done) / rate / 1000 : undefined;
  const problem = phase === 'working' ? job.waits_for : typeof detail === 'string' ? detail : undefined;
  return {
    phase,
    job,
    since: known,
    ...(job.document_id ? { document: job.document_id } : {}),
    ...(problem ? { problem } : {}),
    ...(secondsLeft === undefined ? {} : { secondsLeft }),
  };
}

/** Asks for jobs in turn while any is not ended. */
async function follow(): Promise<void> {
  if (isFollowing) return;
  isFollowing = true;
  for (let round = 0; ; round += 1) {
    const open = uploads.get().filter(({ phase, job }) => phase === 'working' && job !== undefined);
    if (open.length === 0) break;
    const first = (round * MAX_ASKED) % open.length;
    if (isOnline.get()) await Promise.all(open.slice(first, first + MAX_ASKED).map(refresh));
    await new Promise((wake) => setTimeout(wake, PAUSE_MS));
  }
  isFollowing = false;
}

async function refresh(upload: Upload): Promise<void> {
  if (upload.job === undefined) return;
  try {
    const job = await call('get', '/v1/jobs/{id}', { path: { id: upload.job.id } });
    change(upload.id, fromJob(upload, job));
    // A refused document is deleted, and may have been the only one.
    if (job.state === 'refused') void loadCollections();
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
