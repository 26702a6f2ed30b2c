// A conversation: its questions and answers as they are stored, and the answer that is being written.
// A turn continues while the user looks at another screen or reloads the page; only `stop` ends it.
import { call, describe, listAll } from '../api/client';
import { ask, resume, stopTurn, type TurnEvent } from '../api/stream';
import type { Answer, Citation, Message, Session, Source, Turn } from '../api/types';
import { replacePlace } from '../ui/router';
import { createStore, type Store } from '../ui/store';

export type Phase = 'searching' | 'writing' | 'answered' | 'not_found' | 'failed' | 'stopped' | 'interrupted';

export interface Reply {
  phase: Phase;
  text: string;
  citations: Citation[];
  /** The passages given to the answerer; known only while and after this page asked. */
  sources: Source[];
  searched?: string;
  warnings: string[];
  answeredBy?: string;
  totalMs?: number;
  stopReason?: string;
  problem?: string;
}

export interface Exchange {
  id: string;
  question: string;
  reply?: Reply;
}

export interface Conversation {
  session?: string;
  exchanges: Exchange[];
  isLoading: boolean;
  error?: unknown;
  control?: AbortController;
  /** The turn that `control` follows, once the server has named it. */
  turn?: Pick<Turn, 'session_id' | 'message_id'>;
}

/** The conversations of the user, newest first. */
export const sessions = createStore<{ items: Session[]; next?: string }>({ items: [] });
export const sessionsError = createStore<unknown>(undefined);

export async function loadSessions(isMore = false): Promise<void> {
  try {
    const after = isMore ? sessions.get().next : undefined;
    const found = await call('get', '/v1/sessions', { query: { limit: 50, after } });
    const items = isMore ? [...sessions.get().items, ...found.items] : found.items;
    sessions.set({ items, ...(found.next ? { next: found.next } : {}) });
    sessionsError.set(undefined);
  } catch (error) {
    sessionsError.set(error);
  }
}

/** Conversations in which an answer is being written, by session. */
const running = new Map<string, Store<Conversation>>();
let current: Store<Conversation> | undefined;

/** Forgets all conversations, when the user changes. */
export function forgetConversations(): void {
  for (const store of running.values()) store.get().control?.abort();
  running.clear();
  current = undefined;
  sessions.set({ items: [] });
}

/** The conversation of a session, or a new one. */
export function openConversation(session: string | undefined): Store<Conversation> {
  if (session !== undefined && current?.get().session === session) return current;
  const known = session === undefined ? undefined : running.get(session);
  if (known !== undefined) return (current = known);
  const store = createStore<Conversation>({ exchanges: [], isLoading: session !== undefined, ...(session ? { session } : {}) });
  current = store;
  if (session !== undefined) void loadMessages(store, session);
  return store;
}

export async function loadMessages(store: Store<Conversation>, session: string): Promise<void> {
  store.set((old) => ({ ...old, isLoading: true, error: undefined }));
  try {
    const list = (after: string | undefined) =>
      call('get', '/v1/sessions/{id}/messages', { path: { id: session }, query: { limit: 200, after } });
    const stored = await listAll(list);
    store.set((old) => ({ ...old, exchanges: fromMessages(stored), isLoading: false }));
    const running = stored.findLast((message) => message.turn_id);
    if (running?.turn_id) void resumeIn(store, session, running, running.turn_id);
  } catch (error) {
    store.set((old) => ({ ...old, isLoading: false, error }));
  }
}

function fromMessages(stored: Message[]): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const message of stored) {
    if (message.sender === 'user') {
      exchanges.push({ id: message.id, question: message.text });
      continue;
    }
    const exchange = exchanges.find((known) => known.id === message.question_id) ?? exchanges.at(-1);
    if (exchange === undefined) continue;
    exchange.reply = {
      phase: (message.outcome ?? 'answered') as Phase,
      text: message.text,
      citations: message.citations,
      sources: [],
      warnings: [],
      ...finished(message),
    };
  }
  return exchanges;
}

function finished(answer: Answer | Message): Partial<Reply> {
  return {
    ...(answer.answered_by ? { answeredBy: answer.answered_by } : {}),
    ...(answer.timings.total_ms ? { totalMs: answer.timings.total_ms } : {}),
    ...(answer.stop_reason ? { stopReason: answer.stop_reason } : {}),
  };
}

export function stop(store: Store<Conversation>): void {
  const { control, turn } = store.get();
  // The stream then ends with the part that is written.
  if (turn === undefined) control?.abort();
  else stopTurn(turn).catch(() => control?.abort());
}

const begun: Reply = { phase: 'searching', text: '', citations: [], sources: [], warnings: [] };

/** Asks a question and follows its answer to the end. */
export async function askIn(store: Store<Conversation>, question: string, collections: string[]): Promise<void> {
  const control = new AbortController();
  const id = crypto.randomUUID?.() ?? String(Math.random());
  store.set((old) => ({ ...old, control, error: undefined, exchanges: [...old.exchanges, { id, question, reply: begun }] }));
  const events = ask(store.get().session, { question, collection_ids: collections }, control.signal);
  await followIn(store, { id, question }, events, control.signal);
}

/** Follows the answer to a question that was asked before this page was loaded. */
async function resumeIn(store: Store<Conversation>, session: string, asked: Message, message: string): Promise<void> {
  const control = new AbortController();
  const turn = { session_id: session, message_id: message };
  store.set((old) => ({
    ...old,
    control,
    turn,
    exchanges: old.exchanges.map((known) => (known.id === asked.id ? { ...known, reply: begun } : known)),
  }));
  await followIn(store, { id: asked.id, question: asked.text }, resume(turn, control.signal), control.signal);
}

async function followIn(
  store: Store<Conversation>,
  { id, question }: Pick<Exchange, 'id' | 'question'>,
  events: AsyncGenerator<TurnEvent>,
  signal: AbortSignal,
): Promise<void> {
  const change = (next: Partial<Reply>) =>
    store.set((old) => ({
      ...old,
      exchanges: old.exchanges.map((known) =>
        known.id === id && known.reply ? { ...known, reply: { ...known.reply, ...next } } : known,
      ),
    }));
  const tokens = paced((text) => change({ phase: 'writing', text }));
  try {
    for await (const event of events) {
      switch (event.name) {
        case 'turn':
          store.set((old) => ({ ...old, turn: event.data }));
          began(store, event.data.session_id);
          break;
        case 'sources': {
          const { sources, searched, warnings } = event.data;
          change({ sources, warnings, ...(searched === question ? {} : { searched }) });
          break;
        }
        case 'token':
          tokens.add(event.data.text);
          break;
        case 'thought':
        case 'citation':
          break;
        case 'done': {
          const { text, citations, outcome } = event.data;
          tokens.end();
          change({ text, citations, phase: outcome as Phase, ...finished(event.data) });
          break;
        }
        case 'error':
          tokens.flush();
          change({ phase: 'failed', problem: event.data.detail });
      }
    }
    if (store.get().exchanges.find((known) => known.id === id)?.reply?.phase === 'searching' || tokens.isOpen()) {
      tokens.flush();
      change({ phase: 'failed' });
    }
  } catch (error) {
    tokens.flush();
    change(signal.aborted ? { phase: 'stopped' } : { phase: 'failed', problem: describe(error) });
  }
  const { session } = store.get();
  if (session !== undefined) running.delete(session);
  store.set(({ control: _, turn: __, ...rest }) => rest);
  void loadSessions();
}

/** Notes the session that the server made for a first question. */
function began(store: Store<Conversation>, session: string): void {
  running.set(session, store);
  if (store.get().session !== undefined) return;
  store.set((old) => ({ ...old, session }));
  if (current === store && /^#?\/?$/.test(location.hash)) replacePlace('c', session);
  void loadSessions();
}

/** Collects tokens and shows them once a frame, however fast they come. */
function paced(show: (text: string) => void) {
  let text = '';
  let isScheduled = false;
  let isOpen = false;
  const flush = () => {
    if (isOpen) show(text);
    isOpen = false;
  };
  return {
    add(more: string) {
      text += more;
      isOpen = true;
      if (isScheduled) return;
      isScheduled = true;
      // A hidden page draws no frames.
      const draw = () => {
        isScheduled = false;
        if (isOpen) show(text);
      };
      if (document.hidden) setTimeout(draw, 50);
      else requestAnimationFrame(draw);
    },
    end() {
      isOpen = false;
    },
    flush,
    isOpen: () => isOpen,
  };
}
