// Servers under test, and the chat model that they ask.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';

const RAG = process.env.RAG ?? '../target/debug/rag';

/** The first port of this worker. The system gives none below 32,768 to a connection, which would take it before the server does. */
const FIRST_PORT = 20_000 + 1_000 * Number(process.env.TEST_PARALLEL_INDEX ?? 0);
let nextPort = FIRST_PORT + Math.floor(Math.random() * 900);

/** A port that nobody listens at, and that no other worker takes. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = nextPort;
    nextPort = port + 1 < FIRST_PORT + 1_000 ? port + 1 : FIRST_PORT;
    const probe = createServer();
    const isFree = new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (await isFree) return port;
  }
}

/** A server with a database of its own. */
export class RagServer {
  private process: ChildProcess | undefined;
  private constructor(
    readonly url: string,
    private readonly data: string,
    private settings: Record<string, string>,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<RagServer> {
    // Not in a folder of the test: PostgreSQL may run as another user, who must be able to enter it.
    const server = new RagServer(`http://127.0.0.1:${await freePort()}`, `/tmp/rag-ui-${randomUUID()}`, settings);
    await server.up();
    return server;
  }

  /** Starts the process and waits until it answers. */
  async up(): Promise<void> {
    const options = Object.entries({ 'server.attempts_per_minute': '0', 'log.level': 'warn', ...this.settings });
    const args = ['--data-dir', this.data, ...options.flatMap(([key, value]) => ['--set', `${key}=${value}`])];
    const child = spawn(RAG, [...args, 'serve', '--bind', new URL(this.url).host], { stdio: ['ignore', 'ignore', 'inherit'] });
    this.process = child;
    let hasEnded = false;
    child.once('exit', () => (hasEnded = true));
    while (!(await this.isReady())) {
      if (hasEnded) throw new Error('the server has ended');
      await new Promise((wake) => setTimeout(wake, 100));
    }
  }

  /** Stops the process and starts it again with its data and other settings. */
  async restart(changed: Record<string, string>): Promise<void> {
    await this.down();
    this.settings = { ...this.settings, ...changed };
    await this.up();
  }

  /** Stops the process; `up` starts it again with its data. */
  async down(): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  async remove(): Promise<void> {
    await this.down();
    await rm(this.data, { recursive: true, force: true });
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/ready`)).ok;
    } catch {
      return false;
    }
  }
}

/** An answer that a test writes piece by piece. */
export class Feed {
  private write: ((content: string) => void) | undefined;
  private close: (() => void) | undefined;
  private connect: (() => void) | undefined;
  /** Settles when the server has asked. */
  readonly asked = new Promise<void>((resolve) => (this.connect = resolve));

  attach(write: (content: string) => void, close: () => void): void {
    [this.write, this.close] = [write, close];
    this.connect?.();
  }

  push(content: string): void {
    this.write?.(content);
  }

  end(): void {
    this.close?.();
  }
}

/** A chat model that answers each question with the text set for it. */
export class ChatModel {
  /** Answers by a part of the question. */
  readonly answers = new Map<string, string[]>();
  /** Answers that the test writes, by a part of the question. */
  readonly feeds = new Map<string, Feed>();
  /** Questions after whose first piece the model waits until the client leaves. */
  readonly stalls = new Set<string>();
  /** The messages of each request, as JSON. */
  readonly requests: string[] = [];
  private constructor(private readonly http: HttpServer) {}

  static async start(): Promise<ChatModel> {
    const http = createServer();
    const model = new ChatModel(http);
    http.on('request', (request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        // The end of the prompt holds the question; its passages and its history may hold other parts.
        const { messages } = JSON.parse(body) as { messages: { content: string }[] };
        model.requests.push(JSON.stringify(messages));
        const prompt = messages.at(-1)?.content ?? '';
        const place = (part: string) => prompt.lastIndexOf(part);
        const [question = ''] = [...model.answers.keys(), ...model.feeds.keys()]
          .filter((part) => place(part) >= 0)
          .sort((one, other) => place(other) - place(one));
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const send = (content: string) =>
          response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);
        const end = () => {
          response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`);
          response.end('data: [DONE]\n\n');
        };
        const feed = model.feeds.get(question);
        if (feed !== undefined) return feed.attach(send, end);
        const pieces = model.answers.get(question) ?? ['I do not know.'];
        if (model.stalls.has(question)) return send(pieces[0] ?? '');
        for (const piece of pieces) send(piece);
        return end();
      });
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return model;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/v1`;
  }

  stop(): void {
    this.http.closeAllConnections();
    this.http.close();
  }
}

/** The rules of a site; servers keep them. */
const ROBOTS = 'User-agent: *\nDisallow: /private';

/** A site on this machine, with the pages that a test sets. */
export class Site {
  /** Bodies of HTML pages by path. */
  readonly pages = new Map<string, string>();
  private constructor(private readonly http: HttpServer) {}

  static async start(): Promise<Site> {
    const http = createServer();
    const site = new Site(http);
    http.on('request', (request, response) => {
      const path = request.url ?? '';
      const body = path === '/robots.txt' ? ROBOTS : site.pages.get(path);
      const type = path.endsWith('.txt') ? 'text/plain' : 'text/html';
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8` }).end(body);
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return site;
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  stop(): void {
    this.http.closeAllConnections();
    this.http.close();
  }
}
