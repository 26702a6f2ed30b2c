// A search as a command for a shell.
import type { SearchBody } from '../api/types';

/** The command; the key is left to the environment, so that it is in no history of a shell. */
export function asCurl(origin: string, body: SearchBody): string {
  const json = JSON.stringify(body).replace(/'/g, `'\\''`);
  return [
    `curl -s '${origin}/v1/search' \\`,
    `  -H 'content-type: application/json' \${RAG_KEY:+-H "authorization: Bearer $RAG_KEY"} \\`,
    `  -d '${json}'`,
  ].join('\n');
}
