// Opens PDF files by pdf.js: in a worker of this origin, without evaluating code, with the character maps and fonts of the package.
import { getDocument, PDFWorker, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?worker&url';

/** Files that pdf.js asks for by name, as files of this page. */
const FILES = import.meta.glob<string>(
  ['/node_modules/pdfjs-dist/cmaps/*.bcmap', '/node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}'],
  { query: '?url', import: 'default', eager: true },
);

/** Reads the character maps of East Asian documents, and the fonts that a document names and does not contain. */
class Files {
  async fetch({ filename }: { filename: string }): Promise<Uint8Array> {
    const found = Object.entries(FILES).find(([path]) => path.endsWith(`/${filename}`));
    if (found === undefined) throw new Error(`no file ${filename}`);
    const response = await fetch(found[1]);
    if (!response.ok) throw new Error(`${filename}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
}

interface ScriptPolicy {
  createScriptURL: (url: string) => string;
}

interface PolicyFactory {
  createPolicy: (name: string, rules: ScriptPolicy) => ScriptPolicy;
}

/** The one script that the page's policy lets a worker run. */
function trustedWorkerUrl(): string {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  return factory === undefined
    ? workerUrl
    : factory.createPolicy('pdf-worker', { createScriptURL: () => workerUrl }).createScriptURL('');
}

let script: string | undefined;

export interface OpenedPdf {
  pdf: PDFDocumentProxy;
  close: () => void;
}

export async function openPdf(data: ArrayBuffer): Promise<OpenedPdf> {
  script ??= trustedWorkerUrl();
  const thread = new Worker(script, { type: 'module' });
  const worker = PDFWorker.create({ port: thread });
  const task = getDocument({
    data,
    worker,
    BinaryDataFactory: Files,
    useWorkerFetch: false,
    useSystemFonts: false,
    useWasm: false,
    isEvalSupported: false,
    enableXfa: false,
    verbosity: 0,
  });
  const close = () => {
    void task.destroy().finally(() => thread.terminate());
  };
  // A file behind a password is shown as text.
  task.onPassword = () => close();
  try {
    return { pdf: await task.promise, close };
  } catch (error) {
    close();
    throw error;
  }
}
