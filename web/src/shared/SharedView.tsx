// The page of a shared link: its bearer asks, reads and searches the documents of one collection, and needs no account.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { call, needsSignIn } from '../api/client';
import { kindOfProof } from '../api/credentials';
import type { Collection } from '../api/types';
import type { Cited } from '../chat/AnswerView';
import { DocumentTable } from '../documents/DocumentTable';
import { DocumentView } from '../documents/DocumentView';
import { useDocuments } from '../documents/list';
import { SourceFilter } from '../documents/SourceFilter';
import { messages } from '../messages.collections';
import { Mark } from '../signin/SignIn';
import { SourcePane } from '../source/SourcePane';
import { useLoad } from '../ui/load';
import { Failure, IconButton, MoreButton } from '../ui/parts';
import { bearer, link, usePlace } from '../ui/router';
import { useStore } from '../ui/store';
import { theme, toggleTheme } from '../ui/theme';
import { Toasts } from '../ui/Toasts';
import { asked } from './asked';
import { SharedAsk } from './SharedAsk';
import { SharedSearch } from './SharedSearch';

/** The beginning of the secret of each link. A server without accounts takes other texts for no proof at all. */
const BEGINNING = 'ragl_';

export function SharedView({ children }: { children: ComponentChildren }) {
  const isRefused = useStore(needsSignIn);
  if (isRefused || !bearer?.startsWith(BEGINNING)) return <Gone />;
  return <SharedPage banner={children} />;
}

/** The address of the page without the link. */
const OWN_PAGE = '#/';

function Gone() {
  const texts = messages.shared;
  return (
    <main class="gate">
      <div class="gate-card">
        <Mark />
        <h1>{texts.gone}</h1>
        <p>{texts.goneText}</p>
        <a href={OWN_PAGE}>{kindOfProof() === undefined ? texts.signIn : texts.ownPage}</a>
      </div>
    </main>
  );
}

function SharedPage({ banner }: { banner: ComponentChildren }) {
  const { parts } = usePlace();
  const [screen, id, tab, since] = parts;
  const shade = useStore(theme);
  const { data, error, reload } = useLoad((signal) => call('get', '/v1/collections', { query: { limit: 1 }, signal }), []);
  const collection = data?.items[0];
  const { nav, shared: texts } = messages;
  return (
    <div class="shared">
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}>
        {nav.skip}
      </a>
      <header class="shared-head">
        <a class="brand" href={link()}>
          <Mark />
          <span class="wordmark">{messages.name}</span>
        </a>
        <a class="quiet-link" href={OWN_PAGE}>
          {kindOfProof() === undefined ? texts.signIn : texts.ownPage}
        </a>
        <IconButton
          icon={shade === 'dark' ? 'sun' : 'moon'}
          label={shade === 'dark' ? nav.light : nav.dark}
          onClick={toggleTheme}
        />
      </header>
      <main id="main" tabIndex={-1}>
        {banner}
        {collection === undefined ? (
          <div class="page">
            <Failure error={error} retry={reload} />
          </div>
        ) : screen === 'documents' && id !== undefined && id !== 'in' ? (
          <DocumentView key={id} id={id} tab={tab} since={since} />
        ) : (
          <CollectionPage collection={collection} />
        )}
      </main>
      <Toasts />
    </div>
  );
}

const MODES = ['search', 'ask'] as const;
type Mode = (typeof MODES)[number];

function CollectionPage({ collection }: { collection: Collection }) {
  const [opened, setOpened] = useState<{ cited: Cited[]; index: number }>();
  const [isSearching, setSearching] = useState(false);
  const [mode, setMode] = useState<Mode>(asked.get().length > 0 ? 'ask' : 'search');
  const hasAsked = useStore(asked).length > 0;
  const texts = messages.shared;
  const open = (cited: Cited[], index: number) => setOpened({ cited, index });
  const change = (next: Mode) => {
    setMode(next);
    setSearching(false);
    setOpened(undefined);
  };
  return (
    <div class={opened ? 'chat with-source' : 'chat'}>
      <div class="page">
        <header class="page-head">
          <div>
            <h1 dir="auto">{collection.name}</h1>
            {collection.description !== '' && <p dir="auto">{collection.description}</p>}
            <p class="muted">{texts.lead}</p>
          </div>
        </header>
        <div class="source-modes shared-modes" role="group" aria-label={texts.modes}>
          {MODES.map((name) => (
            <button key={name} type="button" class="small" aria-pressed={mode === name} onClick={() => change(name)}>
              {name === 'ask' ? texts.ask : texts.run}
            </button>
          ))}
        </div>
        {mode === 'ask' ? <SharedAsk open={open} /> : <SharedSearch open={open} changed={setSearching} />}
        {!(mode === 'ask' ? hasAsked : isSearching) && <Documents collection={collection.id} />}
      </div>
      {opened && (
        <SourcePane
          cited={opened.cited}
          index={opened.index}
          step={(index) => setOpened({ ...opened, index })}
          close={() => setOpened(undefined)}
        />
      )}
    </div>
  );
}

function Documents({ collection }: { collection: string }) {
  const [prefix, setPrefix] = useState('');
  const { items, count, isLoaded, error, reload, more } = useDocuments(collection, undefined, prefix);
  return (
    <section class="panel" aria-label={messages.shared.documents}>
      {count > 0 && <p class="muted small">{messages.documents.count(count)}</p>}
      <SourceFilter count={count} change={setPrefix} />
      <Failure error={error} retry={reload} />
      {items.length > 0 ? (
        <DocumentTable documents={items} />
      ) : (
        isLoaded && <p class="muted empty">{prefix === '' ? messages.shared.empty : messages.filter.none}</p>
      )}
      <MoreButton more={more} />
    </section>
  );
}
