// A server of embeddings, with OpenAI's API, that can be held.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export const DIMENSIONS = 8;

export class Embedder {
  private waiting: (() => void)[] | undefined;
  /** Number of requests that have come. */
  requests = 0;
  private constructor(private readonly http: Server) {}

  static async start(): Promise<Embedder> {
    const http = createServer();
    const embedder = new Embedder(http);
    http.on('request', (request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        const { input } = JSON.parse(body) as { input: string | string[] };
        const texts = [input].flat();
        const data = texts.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) }));
        const answer = () => {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ object: 'list', data, model: 'scripted', usage: { prompt_tokens: 0, total_tokens: 0 } }));
        };
        embedder.requests += 1;
        if (embedder.waiting === undefined) answer();
        else embedder.waiting.push(answer);
      });
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return embedder;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/v1`;
  }

  /** Answers no request until `release`. */
  hold(): void {
    this.waiting ??= [];
  }

  release(): void {
    const held = this.waiting ?? [];
    this.waiting = undefined;
    for (const answer of held) answer();
  }

  stop(): void {
    this.http.closeAllConnections();
    this.http.close();
  }
}

/** A vector that depends on the text alone. */
function vectorOf(text: string): number[] {
  const sums = Array.from({ length: DIMENSIONS }, () => 1);
  [...text].forEach(
    (letter, index) => (sums[index % DIMENSIONS] = (sums[index % DIMENSIONS] ?? 0) + (letter.codePointAt(0) ?? 0)),
  );
  const length = Math.hypot(...sums);
  return sums.map((sum) => sum / length);
}
