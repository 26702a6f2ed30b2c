// Calls of npm's `openai` against /openai/v1: node openai_calls.mjs http://host:port KEY
import OpenAI, { AuthenticationError, NotFoundError, toFile } from "openai";

const [baseURL, apiKey] = [`${process.argv[2]}/openai/v1`, process.argv[3]];
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const question = "What is the capital of France?";
const messages = [{ role: "user", content: question }];
let count = 0;
let passed = 0;

/** Runs one check and returns its value. It fails by an exception or by the value false. */
async function check(name, run) {
  count += 1;
  const number = String(count).padStart(3);
  try {
    const value = await run();
    if (value === false) throw new Error("it is false");
    passed += 1;
    console.log(`${number} ok   ${name}`);
    return value;
  } catch (error) {
    console.log(`${number} FAIL ${name}: ${String(error).slice(0, 300)}`);
  }
}

/** The code of the error of `kind` that `run` throws; another error is the check's failure. */
async function refusal(kind, run) {
  try {
    await run();
  } catch (error) {
    if (error instanceof kind) return error.code;
    throw error;
  }
}

async function collect(items) {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

const models = await check("models.list", () => collect(client.models.list()));
const store = await check("vectorStores.create", () => client.vectorStores.create({ name: "Rivers" }));
const file = await check("files.create", async () =>
  client.files.create({ file: await toFile(Buffer.from("# France\n\nThe capital of France is Paris."), "france.md"), purpose: "assistants" }),
);
await check("files.content", async () => (await (await client.files.content(file.id)).text()).includes("Paris"));
await check("vectorStores.files.createAndPoll", async () => {
  const placed = await client.vectorStores.files.createAndPoll(store.id, { file_id: file.id, attributes: { year: 2024 } });
  return placed.status === "completed";
});
await check("vectorStores.files.list", async () => (await collect(client.vectorStores.files.list(store.id))).length === 1);
await check("vectorStores.search", async () => {
  const found = await client.vectorStores.search(store.id, { query: "capital of France" });
  return found.data[0].file_id === file.id;
});

const model = "rag/Rivers";
const answer = await check("chat.completions.create", () => client.chat.completions.create({ model, messages }));
await check("it answers", () => answer.choices[0].message.content.includes("Paris"));
await check("annotations", () => answer.choices[0].message.annotations[0].url_citation.title === "France");
const chunks = await check("chat.completions.create, stream", async () =>
  collect(await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } })),
);
await check("its text", () => chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("").includes("Paris"));
await check("its usage", () => chunks.at(-1).usage.total_tokens >= 0);
await check("chat.completions.stream helper", async () =>
  (await client.chat.completions.stream({ model, messages }).finalContent()).includes("Paris"),
);
await check("responses.create", async () => (await client.responses.create({ model, input: question })).output_text.includes("Paris"));
await check("responses.create, stream", async () => {
  const events = await collect(await client.responses.create({ model, input: question, stream: true }));
  return events.at(-1).type === "response.completed";
});
await check("responses.stream helper", async () =>
  (await client.responses.stream({ model, input: question }).finalResponse()).output_text.includes("Paris"),
);
await check("embeddings", async () => {
  const made = await client.embeddings.create({ model: models.at(-1).id, input: ["granite", "Paris"] });
  return made.data.length === 2 && made.data[0].embedding.length === 384;
});
await check("an unknown model is NotFoundError", async () =>
  (await refusal(NotFoundError, () => client.chat.completions.create({ model: "gpt-5", messages }))) === "not_found",
);
const wrong = new OpenAI({ baseURL, apiKey: "wrong", maxRetries: 0 });
await check("a wrong key is AuthenticationError", async () =>
  (await refusal(AuthenticationError, () => wrong.models.list())) === "unauthorized",
);
await check("files.delete", async () => (await client.files.delete(file.id)).deleted);
await check("vectorStores.delete", async () => (await client.vectorStores.delete(store.id)).deleted);

console.log(`${passed} of ${count}`);
process.exit(passed === count ? 0 : 1);
