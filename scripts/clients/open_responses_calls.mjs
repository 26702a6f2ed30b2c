// Calls of npm's `@ai-sdk/open-responses`, a client of the Open Responses specification: node open_responses_calls.mjs http://host:port KEY
import { createOpenResponses } from "@ai-sdk/open-responses";
import { generateText, streamText } from "ai";

const provider = createOpenResponses({ name: "rag", url: `${process.argv[2]}/openai/v1/responses`, apiKey: process.argv[3] });
const model = provider("rag");
const question = "What is the capital of France?";
let failed = 0;

async function check(name, run) {
  try {
    if ((await run()) === false) throw new Error("it is false");
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}: ${String(error).slice(0, 300)}`);
  }
}

await check("a text", async () => (await generateText({ model, prompt: question, maxRetries: 0 })).text.includes("Paris"));
await check("a stream", async () => {
  const stream = streamText({ model, prompt: question, maxRetries: 0, onError: () => {} });
  let text = "";
  for await (const part of stream.textStream) text += part;
  return text.includes("Paris") && (await stream.finishReason) === "stop";
});
await check("instructions", async () => (await generateText({ model, system: "Be brief.", prompt: question, maxRetries: 0 })).text.includes("Paris"));
await check("a conversation", async () => {
  const messages = [{ role: "user", content: "Hello" }, { role: "assistant", content: "Hi" }, { role: "user", content: question }];
  return (await generateText({ model, messages, maxRetries: 0 })).text.includes("Paris");
});
await check("usage", async () => (await generateText({ model, prompt: question, maxRetries: 0 })).usage.totalTokens >= 0);
process.exit(failed === 0 ? 0 : 1);
