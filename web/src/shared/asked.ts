// The questions that the bearer of a link asked and their answers. They are kept in this page alone, and go with it.
import { call, describe } from '../api/client';
import type { GivenAnswer, Said } from '../api/types';
import type { Phase, Reply } from '../chat/conversation';
import { createStore } from '../ui/store';

export interface Asked {
  question: string;
  reply: Reply;
}

/** Maximum number of messages before a question that the server takes. */
const MAX_CONTEXT = 8;
/** Maximum length of one of them, in characters. */
const MAX_SAID_CHARS = 10_000;

/** The questions, oldest first. */
export const asked = createStore<Asked[]>([]);

const BEGUN: Reply = { phase: 'searching', text: '', citations: [], sentences: [], sources: [], warnings: [] };

/** Asks a question that can follow up the ones before; returns whether it was answered. */
export async function ask(question: string): Promise<boolean> {
  const before = asked.get();
  const show = (reply: Reply) => asked.set([...before, { question, reply }]);
  show(BEGUN);
  try {
    show(replyOf(question, await call('post', '/v1/answer', { body: { question, context: contextOf(before) } })));
    return true;
  } catch (refusal) {
    show({ ...BEGUN, phase: 'failed', problem: describe(refusal) });
    return false;
  }
}

/** The last messages, without questions that have no answer. */
function contextOf(before: Asked[]): Said[] {
  const answered = before.filter(({ reply }) => reply.text !== '');
  const said = answered.flatMap(({ question, reply }): Said[] => [
    { sender: 'user', text: question },
    { sender: 'assistant', text: [...reply.text].slice(0, MAX_SAID_CHARS).join('') },
  ]);
  return said.slice(-MAX_CONTEXT);
}

function replyOf(question: string, answer: GivenAnswer): Reply {
  const { text, outcome, citations, sentences, warnings, searched } = answer;
  return {
    phase: outcome as Phase,
    text,
    citations,
    sentences,
    warnings,
    sources: [],
    hasNotice: Boolean(answer.notice),
    answeredBy: answer.answered_by,
    ...(searched === question ? {} : { searched }),
  };
}
