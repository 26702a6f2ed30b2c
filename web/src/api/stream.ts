// A streamed answer: server-sent events of `/ask`, read from the body of a POST.
import { send } from './client';
import type { Answer, Citation, Problem, Sources } from './types';

export type TurnEvent =
  | { name: 'sources'; data: Sources }
  | { name: 'token'; data: { text: string } }
  | { name: 'citation'; data: Citation }
  | { name: 'done'; data: Answer }
  | { name: 'error'; data: Problem };

export interface AskBody {
  question: string;
  collection_ids: string[];
}

/** Asks in a session, or in a new one, and yields the events of the answer. */
export async function* ask(session: string | undefined, body: AskBody, signal: AbortSignal): AsyncGenerator<TurnEvent> {
  const url = session === undefined ? '/v1/ask' : `/v1/sessions/${session}/ask`;
  const response = await send(url, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
  if (response.body === null) return;
  yield* parseEvents(response.body.pipeThrough(new TextDecoderStream()));
}

/** Parses frames as they arrive; comments are skipped. */
export async function* parseEvents(chunks: ReadableStream<string>): AsyncGenerator<TurnEvent> {
  const reader = chunks.getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const frames = (rest + value).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const event = parseFrame(frame);
      if (event !== undefined) yield event;
    }
  }
}

function parseFrame(frame: string): TurnEvent | undefined {
  let name = '';
  let data = '';
  for (const line of frame.split('\n')) {
    if (line.startsWith('event: ')) name = line.slice(7);
    else if (line.startsWith('data: ')) data += line.slice(6);
  }
  return data === '' ? undefined : ({ name, data: JSON.parse(data) } as TurnEvent);
}
