// A request as a command for a shell.

/** The command; the key is left to the environment, so that it is in no history of a shell. */
export function asCurl(path: string, body: object): string {
  const json = JSON.stringify(body).replace(/'/g, `'\\''`);
  return [
    `curl -s '${location.origin}${path}' \\`,
    `  -H 'content-type: application/json' \${RAG_KEY:+-H "authorization: Bearer $RAG_KEY"} \\`,
    `  -d '${json}'`,
  ].join('\n');
}
