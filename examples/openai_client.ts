// Asks with npm's `openai`: node openai_client.ts QUESTION (Node.js 22.18 or later runs TypeScript)
import OpenAI from "openai";

const url = process.env.RAG_URL ?? "http://127.0.0.1:8420";
const client = new OpenAI({ baseURL: `${url}/openai/v1`, apiKey: process.env.RAG_KEY ?? "none" });
const question: string = process.argv[2];

const response = await client.responses.create({ model: "rag", input: question });
console.log(response.output_text);

const answer = await client.chat.completions.create({ model: "rag", messages: [{ role: "user", content: question }] });
for (const note of answer.choices[0].message.annotations ?? []) {
  console.log(`cited: ${note.url_citation.title}`);
}
