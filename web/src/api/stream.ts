// A streamed answer: server-sent events, continued after a cut connection with the event after the last one that came.
import { ProblemError, send } from './client';
import type { Answer, Citation, Problem, Sources, Turn } from './types';

export type TurnEvent =
  | { name: 'turn'; data: Turn }
  | { name: 'sources'; data: Sources }
  | { name: 'thought'; data: { text: string } }
  | { name: 'token'; data: { text: string } }
  | { name: 'citation'; data: Citation }
  | { name: 'done'; data: Answer }
  | { name: 'error'; data: Problem };

export interface AskBody {
  question: string;
  collection_ids?: string[];
  /** Id of the question that this one stands beside. */
  replaces?: string;
}

/** Times in a row that a cut stream is continued, and the first pause between them. */
const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 300;

/** Asks in a session, or in a new one, and yields the events of the answer. */
export async function* ask(session: string | undefined, body: AskBody, signal: AbortSignal): AsyncGenerator<TurnEvent> {
  const url = session === undefined ? '/v1/ask' : `/v1/sessions/${session}/ask`;
  yield* follow(await post(url, body, signal), undefined, signal);
}

/** Answers a stored question again, and yields the events of the answer. */
export async function* regenerate(
  session: string,
  question: string,
  body: Pick<AskBody, 'collection_ids'>,
  signal: AbortSignal,
): AsyncGenerator<TurnEvent> {
  const url = `${address({ session_id: session, message_id: question })}/regenerate`;
  yield* follow(await post(url, body, signal), undefined, signal);
}

function post(url: string, body: object, signal: AbortSignal): Promise<Response> {
  return send(url, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
}

/** Yields the events of a turn that runs, from the first one on. */
export async function* resume(turn: Pick<Turn, 'session_id' | 'message_id'>, signal: AbortSignal): AsyncGenerator<TurnEvent> {
  yield* follow(await openStream(turn, 0, signal), turn, signal);
}

/** Asks the server to stop a turn, whatever connection or page follows it. */
export async function stopTurn(turn: Pick<Turn, 'session_id' | 'message_id'>): Promise<void> {
  await send(`${address(turn)}/stop`, { method: 'POST' });
}

const address = (turn: Pick<Turn, 'session_id' | 'message_id'>) => `/v1/sessions/${turn.session_id}/messages/${turn.message_id}`;

const openStream = (turn: Pick<Turn, 'session_id' | 'message_id'>, last: number, signal: AbortSignal) =>
  send(`${address(turn)}/events`, { headers: { accept: 'text/event-stream', 'last-event-id': String(last) }, signal });

async function* follow(
  first: Response,
  known: Pick<Turn, 'session_id' | 'message_id'> | undefined,
  signal: AbortSignal,
): AsyncGenerator<TurnEvent> {
  let response: Response | undefined = first;
  let turn = known;
  let last = 0;
  for (let attempt = 0; ; attempt++) {
    try {
      if (response === undefined && turn !== undefined) response = await openStream(turn, last, signal);
      if (response === undefined || response.body === null || response.status === 204) return;
      for await (const { id, event } of parseEvents(response.body.pipeThrough(new TextDecoderStream()))) {
        attempt = 0;
        last = id ?? last;
        if (event.name === 'turn') turn = event.data;
        // Not an event of the turn: this server stops, and another one continues.
        if (event.name === 'error' && id === undefined && event.data.code === 'unavailable') break;
        yield event;
        if (event.name === 'done' || event.name === 'error') return;
      }
    } catch (error) {
      if (signal.aborted || turn === undefined || attempt >= MAX_ATTEMPTS || error instanceof ProblemError) throw error;
    }
    if (turn === undefined || attempt >= MAX_ATTEMPTS) return;
    response = undefined;
    await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** attempt));
  }
}

export interface Received<E> {
  id?: number;
  event: E;
}

/** Parses frames as they arrive; comments are skipped. */
export async function* parseEvents<E = TurnEvent>(chunks: ReadableStream<string>): AsyncGenerator<Received<E>> {
  const reader = chunks.getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const frames = (rest + value).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const received = parseFrame<E>(frame);
      if (received !== undefined) yield received;
    }
  }
}

function parseFrame<E>(frame: string): Received<E> | undefined {
  let id: number | undefined;
  let name = '';
  let data = '';
  for (const line of frame.split('\n')) {
    if (line.startsWith('event: ')) name = line.slice(7);
    else if (line.startsWith('data: ')) data += line.slice(6);
    else if (line.startsWith('id: ')) id = Number(line.slice(4));
  }
  if (data === '') return undefined;
  return { ...(id === undefined ? {} : { id }), event: { name, data: JSON.parse(data) } as E };
}
