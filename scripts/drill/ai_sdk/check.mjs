// Reads the server's UI-message stream with the AI SDK's own client: check.mjs URL. The server's chat model writes slowly.
import assert from 'node:assert/strict';
import { DefaultChatTransport, readUIMessageStream } from 'ai';

const api = `${process.argv[2]}/v1/ai-sdk/chat`;
const transport = new DefaultChatTransport({ api });
const chatId = `chat-${Date.now()}`;
const ask = (text) => ({ id: `q-${text.length}`, role: 'user', parts: [{ type: 'text', text }] });
const textOf = (message) => message.parts.filter((part) => part.type === 'text').map((part) => part.text).join('');

async function read(stream, enough = () => false) {
  let last;
  for await (const message of readUIMessageStream({ stream, onError: (error) => assert.fail(error) })) {
    last = message;
    if (enough(message)) break;
  }
  return last;
}

const send = (messages, more = {}, abortSignal = undefined) =>
  transport.sendMessages({ trigger: 'submit-message', chatId, messageId: undefined, messages, abortSignal, ...more });

// A whole answer with its sources.
const first = ask('Where is the harbour of the keeper?');
const answer = await read(await send([first]));
assert.ok(textOf(answer).startsWith('lantern and ferry'), textOf(answer));
const sources = answer.parts.filter((part) => part.type === 'source-document');
assert.ok(sources.length > 0 && sources.every((part) => part.mediaType && part.sourceId && part.title), 'sources');
assert.equal(answer.metadata.answer.message_id, answer.id);
assert.equal(await transport.reconnectToStream({ chatId }), null, 'nothing runs');

// The client leaves in the middle; another one resumes and reads all of it.
const second = ask('And where is the lantern of the keeper?');
const control = new AbortController();
const part = await read(await send([first, answer, second], {}, control.signal), (message) => textOf(message).length > 60);
control.abort();
const resumed = await transport.reconnectToStream({ chatId });
assert.notEqual(resumed, null, 'the turn continues');
const whole = await read(resumed);
assert.equal(whole.id, part.id);
assert.ok(textOf(whole).startsWith(textOf(part)) && textOf(whole).length > textOf(part).length, 'the same answer');
assert.equal(textOf(whole), whole.metadata.answer.text);

// The answer is written again, and stopped from another connection.
const again = await send([first, answer, second, whole], { trigger: 'regenerate-message', messageId: whole.id });
let stopped;
let asked = false;
for await (const message of readUIMessageStream({ stream: again })) {
  stopped = message;
  if (!asked && textOf(message).length > 40) {
    asked = true;
    assert.equal((await fetch(`${api}/${chatId}/stop`, { method: 'POST' })).status, 204);
  }
}
assert.notEqual(stopped.id, whole.id);
assert.ok(textOf(stopped).length < textOf(whole).length, 'stopped');
assert.equal(await transport.reconnectToStream({ chatId }), null, 'nothing runs');

// An edited question begins a branch: the session then has it alone.
const edited = { ...ask('Where is the granite of the keeper?'), id: first.id };
const other = await read(await send([edited], { messageId: first.id }));
const session = other.metadata.session_id;
const branch = await (await fetch(`${process.argv[2]}/v1/sessions/${session}/messages?branch=active`)).json();
assert.deepEqual(branch.items.map((message) => message.sender), ['user', 'assistant']);
assert.equal(branch.items[1].id, other.id);
console.log(`read ${sources.length} sources, resumed after ${textOf(part).length} of ${textOf(whole).length} characters, stopped after ${textOf(stopped).length}`);
