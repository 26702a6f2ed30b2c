// A conversation: the branch that is shown, as it is stored, and the answer that is being written.
// A turn continues while the user looks at another screen or reloads the page; only `stop` ends it.
import { call, describe, listAll } from '../api/client';
import { ask, regenerate, resume, stopTurn, type TurnEvent } from '../api/stream';
import type {
  Answer,
  Citation,
  Feedback,
  FeedbackBody,
  Message,
  RememberedStatement,
  Sentence,
  Session,
  Sources,
  Turn,
} from '../api/types';
import { replacePlace } from '../ui/router';
import { createStore, type Store } from '../ui/store';
import { showError } from '../ui/undo';
import type { Cited } from './AnswerView';
import { branchTo, grow, newestEnd, NO_MESSAGES, versionsOf, type Tree, type Versions } from './branches';
import { pacedText } from './paced';
import { forgetSessions, loadSessions } from './sessions';

export type Phase = 'searching' | 'writing' | 'answered' | 'unsupported' | 'not_found' | 'failed' | 'stopped' | 'interrupted';

export interface Reply {
  /** Id of its message, once it is known. */
  id?: string;
  phase: Phase;
  text: string;
  citations: Citation[];
  /** Its sentences and their support, once it is finished. */
  sentences: Sentence[];
  /** Whether the server asks for a notice that no passage supports the answer. */
  hasNotice?: boolean;
  /** The passages, memories and earlier rounds given to the answerer; known only while and after this page asked. */
  sources: Cited[];
  /** Statements of the question that were remembered or refused. */
  remembered?: RememberedStatement[];
  searched?: string;
  warnings: string[];
  answeredBy?: string;
  totalMs?: number;
  stopReason?: string;
  problem?: string;
  feedback?: Feedback;
}

/** Whether an answer is still being written. */
export const isWorking = (reply: Reply | undefined) => reply?.phase === 'searching' || reply?.phase === 'writing';

export interface Exchange {
  /** Stays the same while the question is asked and stored. */
  key: string;
  /** Id of the question's message, once it is known. */
  id?: string;
  question: string;
  reply?: Reply;
  questions?: Versions;
  answers?: Versions;
}

export interface Conversation {
  session?: string;
  /** The session with its settings, as the server has stored it. */
  stored?: Session;
  tree: Tree;
  exchanges: Exchange[];
  isLoading: boolean;
  error?: unknown;
  control?: AbortController;
  /** The turn that `control` follows, once the server has named it. */
  turn?: Pick<Turn, 'session_id' | 'message_id'>;
}

/** Conversations in which an answer is being written, by session. */
const running = new Map<string, Store<Conversation>>();
let current: Store<Conversation> | undefined;

/** Forgets all conversations, when the user changes. */
export function forgetConversations(): void {
  for (const store of running.values()) store.get().control?.abort();
  running.clear();
  current = undefined;
  forgetSessions();
}

/** The conversation of a session, or a new one. */
export function openConversation(session: string | undefined): Store<Conversation> {
  if (session !== undefined && current?.get().session === session) return current;
  const known = session === undefined ? undefined : running.get(session);
  if (known !== undefined) return (current = known);
  const isLoading = session !== undefined;
  const store = createStore<Conversation>({ tree: NO_MESSAGES, exchanges: [], isLoading, ...(session ? { session } : {}) });
  current = store;
  if (session !== undefined) void loadMessages(store, session);
  return store;
}

/** The messages of all branches after an ordinal. */
function listMessages(session: string, ordinal?: number): Promise<Message[]> {
  const first = ordinal === undefined ? undefined : String(ordinal);
  return listAll((after = first) =>
    call('get', '/v1/sessions/{id}/messages', { path: { id: session }, query: { limit: 200, after } }),
  );
}

export async function loadMessages(store: Store<Conversation>, session: string): Promise<void> {
  store.set((old) => ({ ...old, isLoading: true, error: undefined }));
  try {
    const [opened, stored] = await Promise.all([
      call('get', '/v1/sessions/{id}', { path: { id: session } }),
      listMessages(session),
    ]);
    const end = opened.active_message_id ?? undefined;
    showStored(store, stored, end);
    store.set((old) => ({ ...old, isLoading: false, stored: opened }));
    const asked = branchTo(store.get().tree, end).at(-1);
    if (asked?.turn_id) void resumeIn(store, session, asked, asked.turn_id);
  } catch (error) {
    store.set((old) => ({ ...old, isLoading: false, error }));
  }
}

/** Notes changed settings of a session. */
export function noteSettings(stored: Session): void {
  const store = running.get(stored.id) ?? current;
  if (store?.get().session === stored.id) store.set((old) => ({ ...old, stored }));
}

/** Adds stored messages and shows the branch that ends with one of them. Answers that this page has keep their details. */
function showStored(store: Store<Conversation>, added: Message[], end: string | undefined): void {
  store.set((old) => {
    const tree = grow(old.tree, added);
    const known = new Map(old.exchanges.map((exchange) => [exchange.id, exchange]));
    const exchanges = toExchanges(tree, branchTo(tree, end)).map((fresh) => {
      const before = known.get(fresh.id);
      if (before === undefined) return fresh;
      const isSame = before.reply !== undefined && before.reply.id === fresh.reply?.id;
      return { ...fresh, key: before.key, ...(isSame && before.reply ? { reply: before.reply } : {}) };
    });
    return { ...old, tree, exchanges };
  });
}

function toExchanges(tree: Tree, branch: Message[]): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const message of branch) {
    if (message.sender === 'user') {
      const questions = versionsOf(tree, message);
      exchanges.push({ key: message.id, id: message.id, question: message.text, questions });
      continue;
    }
    const exchange = exchanges.at(-1);
    if (exchange === undefined) continue;
    exchange.answers = versionsOf(tree, message);
    exchange.reply = {
      id: message.id,
      phase: (message.outcome ?? 'answered') as Phase,
      text: message.text,
      citations: message.citations,
      sentences: message.sentences,
      sources: [],
      warnings: [],
      ...finished(message),
      ...(message.feedback ? { feedback: message.feedback } : {}),
    };
  }
  return exchanges;
}

function finished(answer: Answer | Message): Partial<Reply> {
  return {
    ...(answer.answered_by ? { answeredBy: answer.answered_by } : {}),
    ...(answer.timings.total_ms ? { totalMs: answer.timings.total_ms } : {}),
    hasNotice: Boolean(answer.notice),
    ...(answer.stop_reason ? { stopReason: answer.stop_reason } : {}),
    ...(answer.remembered?.length ? { remembered: answer.remembered } : {}),
  };
}

/** Shows the newest branch through a version of a question or an answer, and continues there. */
export function showVersion(store: Store<Conversation>, id: string): void {
  const { tree, session } = store.get();
  const end = newestEnd(tree, id);
  showStored(store, [], end);
  if (session === undefined) return;
  call('patch', '/v1/sessions/{id}', { path: { id: session }, body: { active_message_id: end } }).catch(showError);
}

/** Rates an answer, or takes its rating back. */
export async function rateAnswer(store: Store<Conversation>, answer: string, body: FeedbackBody | undefined): Promise<void> {
  const { session, tree } = store.get();
  const path = { id: session ?? '', message_id: answer };
  const address = '/v1/sessions/{id}/messages/{message_id}/feedback';
  const feedback = body === undefined ? undefined : await call('put', address, { path, body });
  if (body === undefined) await call('delete', address, { path });
  const message = tree.messages.get(answer);
  const rated = ({ feedback: _, ...reply }: Reply): Reply => (feedback === undefined ? reply : { ...reply, feedback });
  store.set((old) => ({
    ...old,
    tree: message ? grow(old.tree, [{ ...message, feedback: feedback ?? null }]) : old.tree,
    exchanges: old.exchanges.map((known) => (known.reply?.id === answer ? { ...known, reply: rated(known.reply) } : known)),
  }));
}

export function stop(store: Store<Conversation>): void {
  const { control, turn } = store.get();
  // The stream then ends with the part that is written.
  if (turn === undefined) control?.abort();
  else stopTurn(turn).catch(() => control?.abort());
}

const begun: Reply = { phase: 'searching', text: '', citations: [], sentences: [], sources: [], warnings: [] };

/** Asks a question, in place of an earlier one if it is given, and follows its answer to the end. */
export async function askIn(
  store: Store<Conversation>,
  question: string,
  collections: string[],
  replaced?: Exchange,
): Promise<void> {
  const control = new AbortController();
  const key = `new-${(counter += 1)}`;
  store.set((old) => {
    const at = replaced ? old.exchanges.findIndex((known) => known.key === replaced.key) : -1;
    const before = at < 0 ? old.exchanges : old.exchanges.slice(0, at);
    return { ...old, control, error: undefined, exchanges: [...before, { key, question, reply: begun }] };
  });
  const body = { question, ...scopeOf(collections), ...(replaced?.id ? { replaces: replaced.id } : {}) };
  await followIn(store, { key, question }, ask(store.get().session, body, control.signal), control.signal);
}
let counter = 0;

/** Whether the key is that of an exchange that this page began. */
export const isNew = (key: string) => key.startsWith('new-');

/** The collections to search; without a choice those of the session, or all. */
function scopeOf(collections: string[]): { collection_ids?: string[] } {
  return collections.length > 0 ? { collection_ids: collections } : {};
}

/** Answers a question again. */
export async function answerAgain(
  store: Store<Conversation>,
  { key, id, question }: Exchange,
  collections: string[],
): Promise<void> {
  const { session } = store.get();
  if (session === undefined || id === undefined) return askIn(store, question, collections);
  const control = new AbortController();
  begin(store, key, { control });
  const events = regenerate(session, id, scopeOf(collections), control.signal);
  await followIn(store, { key, question }, events, control.signal);
}

/** Follows the answer to a question that was asked before this page was loaded. */
async function resumeIn(store: Store<Conversation>, session: string, asked: Message, message: string): Promise<void> {
  const control = new AbortController();
  const turn = { session_id: session, message_id: message };
  begin(store, asked.id, { control, turn });
  await followIn(store, { key: asked.id, question: asked.text }, resume(turn, control.signal), control.signal);
}

/** Shows an exchange as the last one, with an answer that begins. */
function begin(store: Store<Conversation>, key: string, turn: Pick<Conversation, 'control' | 'turn'>): void {
  store.set((old) => {
    const at = old.exchanges.findIndex((known) => known.key === key);
    const shown = old.exchanges.slice(0, at + 1);
    return { ...old, ...turn, exchanges: shown.map((known, index) => (index === at ? { ...known, reply: begun } : known)) };
  });
}

async function followIn(
  store: Store<Conversation>,
  { key, question }: Pick<Exchange, 'key' | 'question'>,
  events: AsyncGenerator<TurnEvent>,
  signal: AbortSignal,
): Promise<void> {
  const changeExchange = (next: (known: Exchange) => Exchange) =>
    store.set((old) => ({ ...old, exchanges: old.exchanges.map((known) => (known.key === key ? next(known) : known)) }));
  const change = (next: Partial<Reply>) =>
    changeExchange((known) => (known.reply ? { ...known, reply: { ...known.reply, ...next } } : known));
  const tokens = pacedText((text) => change({ phase: 'writing', text }));
  let turn: Turn | undefined;
  try {
    for await (const event of events) {
      switch (event.name) {
        case 'turn': {
          turn = event.data;
          const { question_id, message_id } = event.data;
          store.set((old) => ({ ...old, turn: event.data }));
          changeExchange((known) => ({ ...known, id: question_id }));
          change({ id: message_id });
          began(store, event.data.session_id);
          break;
        }
        case 'sources': {
          const { searched, warnings } = event.data;
          change({ sources: givenBy(event.data), warnings, ...(searched === question ? {} : { searched }) });
          break;
        }
        case 'token':
          tokens.add(event.data.text);
          break;
        case 'thought':
        case 'citation':
          break;
        case 'done': {
          const { text, citations, sentences, outcome } = event.data;
          tokens.end();
          change({ text, citations, sentences, phase: outcome as Phase, ...finished(event.data) });
          break;
        }
        case 'error':
          tokens.flush();
          change({ phase: 'failed', problem: event.data.detail });
      }
    }
    const reply = store.get().exchanges.find((known) => known.key === key)?.reply;
    if (reply?.phase === 'searching' || tokens.isOpen()) {
      tokens.flush();
      change({ phase: 'failed' });
    }
  } catch (error) {
    tokens.flush();
    change(signal.aborted ? { phase: 'stopped' } : { phase: 'failed', problem: describe(error) });
  }
  if (turn !== undefined && !signal.aborted) await addStored(store, turn);
  const { session } = store.get();
  if (session !== undefined) running.delete(session);
  store.set(({ control: _, turn: __, ...rest }) => rest);
  void loadSessions();
}

/** What the answerer was given, as it can be cited. */
function givenBy({ sources, recalled = [] }: Sources): Cited[] {
  return [
    ...sources.map((source) => ({ ...source, quote: source.text })),
    ...recalled.map(({ id, text, ...rest }) => ({
      ...rest,
      chunk_id: id,
      quote: text,
      heading_path: [],
      start_offset: 0,
      end_offset: 0,
    })),
  ];
}

/** Adds the messages of a turn that has ended, so that its question and its answer can be edited and asked again. */
async function addStored(store: Store<Conversation>, { session_id, message_id }: Turn): Promise<void> {
  const last = [...store.get().tree.messages.values()].at(-1)?.ordinal;
  try {
    const added = await listMessages(session_id, last);
    if (added.some(({ id }) => id === message_id)) showStored(store, added, message_id);
  } catch {
    // The answer is shown in any case; the next visit reads it from the server.
  }
}

/** Notes the session that the server made for a first question. */
function began(store: Store<Conversation>, session: string): void {
  running.set(session, store);
  if (store.get().session !== undefined) return;
  store.set((old) => ({ ...old, session }));
  if (current === store && /^#?\/?$/.test(location.hash)) replacePlace('c', session);
  void loadSessions();
  // The server's configuration decides about the memory of a new session. Without its settings the page only lacks the sign of it.
  call('get', '/v1/sessions/{id}', { path: { id: session } }).then(noteSettings, () => undefined);
}
