// Builds the page into dist/, with a compressed form of each file beside it, and the licences of all that it contains.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const EMBEDDED = [
  'preact',
  'markdown-it',
  'dompurify',
  'pdfjs-dist',
  'uplot',
  '@fontsource-variable/inter',
  '@fontsource-variable/source-serif-4',
];

/** Licences of files inside the packages that are not under the licence of their package. */
const INNER = ['cmaps/LICENSE', 'standard_fonts/LICENSE_FOXIT', 'standard_fonts/LICENSE_LIBERATION'].map(
  (name) => `pdfjs-dist/${name}`,
);

/** The licence texts of the embedded packages and of their own dependencies, as one file. */
function licences(): string {
  const seen = new Set<string>();
  const wanted = [...EMBEDDED];
  const parts: string[] = [];
  for (let name = wanted.shift(); name !== undefined; name = wanted.shift()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const folder = join('node_modules', name);
    const meta = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      version: string;
      license: string;
      dependencies?: Record<string, string>;
    };
    wanted.push(...Object.keys(meta.dependencies ?? {}).filter((dependency) => existsSync(join('node_modules', dependency))));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
    parts.push(`${name} ${meta.version} (${meta.license})\n\n${text}\n`);
  }
  for (const name of INNER) parts.push(`${name}\n\n${readFileSync(join('node_modules', name), 'utf8').trim()}\n`);
  return parts.join('\n----------------------------------------\n\n');
}

/** Writes the licences, and the .gz and .br form of each text file. */
function finish(): Plugin {
  let folder = 'dist';
  return {
    name: 'finish',
    apply: 'build',
    configResolved: ({ build }) => void (folder = build.outDir),
    closeBundle() {
      const assets = join(folder, 'assets');
      writeFileSync(join(assets, 'licences.txt'), licences());
      const files = [...readdirSync(assets).map((name) => join(assets, name)), join(folder, 'index.html')];
      for (const file of files.filter((name) => /\.(html|js|css|svg|txt)$/.test(name))) {
        const bytes = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      }
    },
  };
}

/** Small screens that are loaded later, and what they share: one file is 6 kB smaller than one for each. No module of the conversation. */
const SCREENS =
  /src\/(messages\.(screens|collections)|(collection|shared|defaults|tools|memory)\/|ui\/curl|lab\/Hi|documents\/(content|list|Document(Table|sView)|LinkSection|OwnerSection|PersonField|ShareDialog|SourceFilter))/;

const server = process.env.RAG_SERVER ?? 'http://127.0.0.1:8420';

export default defineConfig({
  plugins: [finish()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rolldownOptions: {
      output: { codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: 'screens', test: SCREENS }] } },
    },
  },
  server: { proxy: { '/v1': server, '/health': server } },
});
