// Sample questions, made from the headings of the newest documents.
import { call } from '../api/client';
import type { Collection } from '../api/types';
import { messages } from '../messages';
import { useLoad } from '../ui/load';

const MAX_SAMPLES = 3;

async function findSamples(collections: Collection[], signal: AbortSignal): Promise<string[]> {
  const samples: string[] = [];
  for (const collection of collections.slice(0, 3)) {
    const { items } = await call('get', '/v1/collections/{id}/documents', {
      path: { id: collection.id },
      query: { limit: 6 },
      signal,
    });
    for (const document of items.filter(({ searchable }) => searchable)) {
      const chunks = await call('get', '/v1/documents/{id}/chunks', { path: { id: document.id }, query: { limit: 12 }, signal });
      const headings = [...new Set(chunks.items.map(({ heading_path }) => heading_path.at(-1) ?? ''))];
      const fit = headings.filter((heading) => heading.length > 3 && heading.length < 60 && heading !== document.title);
      // The second heading says more about a document than its introduction.
      samples.push(messages.welcome.sample(fit[1] ?? fit[0] ?? document.title, document.title));
      if (samples.length === MAX_SAMPLES) return samples;
    }
  }
  return samples;
}

export function Samples(props: { collections: Collection[]; chosen: string[]; ask: (question: string) => void }) {
  const { collections, chosen, ask } = props;
  const searched = chosen.length === 0 ? collections : collections.filter(({ id }) => chosen.includes(id));
  const { data } = useLoad((signal) => findSamples(searched, signal), [searched.map(({ id }) => id).join()]);
  if (data === undefined || data.length === 0) return null;
  return (
    <div class="samples">
      <p class="muted small">{messages.welcome.try}</p>
      <ul>
        {data.map((sample) => (
          <li key={sample}>
            <button type="button" dir="auto" onClick={() => ask(sample)}>
              {sample}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
