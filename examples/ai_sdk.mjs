// Asks with the AI SDK's own transport, then reads the same answer as a second tab does: node ai_sdk.mjs QUESTION
import { DefaultChatTransport, readUIMessageStream } from "ai";

const url = process.env.RAG_URL ?? "http://127.0.0.1:8420";
const headers = process.env.RAG_KEY ? { authorization: `Bearer ${process.env.RAG_KEY}` } : {};
// In a page: useChat({ id: chatId, resume: true, transport }).
const transport = new DefaultChatTransport({ api: `${url}/v1/ai-sdk/chat`, headers });
const chatId = crypto.randomUUID();
const question = { id: crypto.randomUUID(), role: "user", parts: [{ type: "text", text: process.argv[2] }] };

const stream = await transport.sendMessages({ trigger: "submit-message", chatId, messages: [question] });
let answer;
for await (const message of readUIMessageStream({ stream })) answer = message;

for (const part of answer.parts) {
  if (part.type === "text") console.log(part.text);
  if (part.type === "source-document") console.log(`source: ${part.title}`);
}
// `null` when no answer is being written; else the stream of that answer from its beginning.
console.log("running:", await transport.reconnectToStream({ chatId, headers }));
