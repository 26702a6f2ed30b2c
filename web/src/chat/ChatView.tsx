// A conversation beside the source that was opened from it.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { collections as collectionsStore } from '../documents/collections';
import { FirstMinute } from '../documents/FirstMinute';
import { UploadList } from '../documents/UploadList';
import { messages } from '../messages';
import { SourcePane } from '../source/SourcePane';
import { Failure } from '../ui/parts';
import { goTo } from '../ui/router';
import { useStore } from '../ui/store';
import type { Cited } from './AnswerView';
import { Composer } from './Composer';
import {
  answerAgain,
  askIn,
  isNew,
  isWorking,
  loadMessages,
  openConversation,
  rateAnswer,
  showVersion,
  stop,
} from './conversation';
import { Exchanges } from './Exchanges';
import type { Actions } from './ExchangeView';
import { Samples } from './Samples';
import { SessionSettings } from './SessionSettings';

const CHOSEN = 'rag.collections';

function readChosen(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(CHOSEN) ?? '[]');
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/** Number of conversations that were shown. */
let views = 0;

interface Opened {
  cited: Cited[];
  index: number;
}

export function ChatView({ session }: { session: string | undefined }) {
  const store = useMemo(() => openConversation(session), [session]);
  // A new conversation stays the same one when the server has named it.
  const view = useMemo(() => (views += 1), [store]);
  const { exchanges, isLoading, error, control, stored } = useStore(store);
  const collections = useStore(collectionsStore);
  const [chosen, setChosen] = useState(readChosen);
  const [opened, setOpened] = useState<Opened>();
  const [isSetting, setSetting] = useState(false);
  const list = useFollow(exchanges.at(-1)?.key);
  const opener = useRef<HTMLElement | null>(null);
  useEffect(() => setOpened(undefined), [store]);

  const choose = (ids: string[]) => {
    localStorage.setItem(CHOSEN, JSON.stringify(ids));
    setChosen(ids);
  };
  const known = chosen.filter((id) => collections.items.some((collection) => collection.id === id));
  const ask = useCallback((question: string) => void askIn(store, question, known), [store, known.join()]);
  const actions = useMemo(
    (): Actions => ({
      open(cited, index) {
        opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
        setOpened({ cited, index });
      },
      edit: (exchange, question) => void askIn(store, question, known, exchange),
      again: (exchange) => void answerAgain(store, exchange, known),
      showVersion: (id) => showVersion(store, id),
      rate: (answer, feedback) => rateAnswer(store, answer, feedback),
    }),
    [store, known.join()],
  );
  const close = useCallback(() => {
    setOpened(undefined);
    opener.current?.focus();
  }, []);

  const isEmpty = exchanges.length === 0 && !isLoading && error === undefined;
  const isFirstMinute = isEmpty && collections.isLoaded && !collections.hasDocuments;
  const composer = (
    <Composer
      collections={collections.items}
      chosen={known}
      preset={stored?.defaults.collection_ids ?? []}
      memory={stored?.memory ?? 'off'}
      openSettings={() => setSetting(true)}
      choose={choose}
      isAnswering={control !== undefined}
      isEnding={!isWorking(exchanges.at(-1)?.reply)}
      isFollowUp={exchanges.length > 0}
      ask={ask}
      stop={() => stop(store)}
    />
  );
  return (
    <div class={opened ? 'chat with-source' : 'chat'}>
      <section class="conversation" aria-label={messages.nav.conversation}>
        {isEmpty ? (
          <div class="hello">
            <h1>{isFirstMinute ? messages.welcome.firstTitle : messages.welcome.title}</h1>
            <p class="lead">{isFirstMinute ? messages.welcome.firstLead : messages.welcome.lead}</p>
            {isFirstMinute && <FirstMinute />}
            {!isFirstMinute && collections.isLoaded && composer}
            <UploadList />
            {!isFirstMinute && <Samples collections={collections.items} chosen={known} ask={ask} />}
          </div>
        ) : (
          <>
            <h1 class="hidden" dir="auto">
              {messages.nav.conversation}
            </h1>
            <div class="exchanges" ref={list}>
              {session !== undefined && error !== undefined && (
                <>
                  <Failure error={error} retry={() => void loadMessages(store, session)} />
                  <button type="button" class="quiet" onClick={() => goTo()}>
                    {messages.nav.newQuestion}
                  </button>
                </>
              )}
              <Exchanges key={view} exchanges={exchanges} isAnswering={control !== undefined} actions={actions} />
            </div>
            <div class="dock">{composer}</div>
          </>
        )}
      </section>
      {isSetting && stored && <SessionSettings session={stored} close={() => setSetting(false)} />}
      {opened && (
        <SourcePane cited={opened.cited} index={opened.index} step={(index) => setOpened({ ...opened, index })} close={close} />
      )}
    </div>
  );
}

/** Keeps the end of a growing list of exchanges in view, unless the reader has scrolled away from it; a new question is always shown. */
function useFollow(last: string | undefined) {
  const list = useRef<HTMLDivElement>(null);
  const isNear = useRef(true);
  useEffect(() => {
    const element = list.current;
    const frame = element?.closest('.conversation');
    if (!element || !frame) return undefined;
    if (last !== undefined && isNew(last)) isNear.current = true;
    const note = () => {
      isNear.current = frame.scrollHeight - frame.scrollTop - frame.clientHeight < 160;
    };
    const observer = new ResizeObserver(() => isNear.current && frame.scrollTo(0, frame.scrollHeight));
    observer.observe(element);
    frame.addEventListener('scroll', note, { passive: true });
    return () => {
      observer.disconnect();
      frame.removeEventListener('scroll', note);
    };
  }, [last]);
  return list;
}
