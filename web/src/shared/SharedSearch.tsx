// The search of a shared link: passages, each of which opens in its document.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { SearchResult } from '../api/types';
import type { Cited } from '../chat/AnswerView';
import { Hit } from '../lab/Hit';
import { messages } from '../messages.collections';
import { Failure, Notice } from '../ui/parts';

/** Maximum number of passages. */
const LIMIT = 10;

interface Props {
  open: (cited: Cited[], index: number) => void;
  /** Called with whether results are shown. */
  changed: (isSearching: boolean) => void;
}

export function SharedSearch({ open, changed }: Props) {
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<SearchResult>();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const texts = messages.shared;
  const show = (result: SearchResult | undefined) => {
    setFound(result);
    setError(undefined);
    changed(result !== undefined);
  };
  const run = async () => {
    setBusy(true);
    try {
      show(await call('post', '/v1/search', { body: { query: query.trim(), limit: LIMIT, group_size: 1, highlight: true } }));
    } catch (refusal) {
      setError(refusal);
    }
    setBusy(false);
  };
  const leave = () => {
    setQuery('');
    show(undefined);
  };
  const passages = found?.results ?? [];
  const cited = passages.map((passage, index): Cited => ({
    ...passage,
    marker: index + 1,
    quote: passage.text,
    isPassage: true,
  }));
  return (
    <>
      <form class="lab-form" role="search" onSubmit={(event) => (event.preventDefault(), void run())}>
        <div class="lab-query">
          <input
            type="search"
            dir="auto"
            required
            maxLength={10_000}
            aria-label={texts.search}
            placeholder={texts.search}
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
          <button type="submit" class="primary" disabled={isBusy}>
            {texts.run}
          </button>
        </div>
      </form>
      <Failure error={error} />
      {found?.warnings.map((warning) => (
        <Notice key={warning}>{warning}</Notice>
      ))}
      {found && (
        <>
          <p class="muted small line">
            <span role="status">{texts.found(passages.length)}</span>
            <button type="button" class="quiet" onClick={leave}>
              {texts.leave}
            </button>
          </p>
          <ol class="plain hits" aria-busy={isBusy}>
            {passages.map((passage, index) => (
              <Hit key={passage.chunk_id} passage={passage} place={index + 1} score={undefined} open={() => open(cited, index)} />
            ))}
          </ol>
        </>
      )}
    </>
  );
}
