// The conversations in the sidebar, with search and archive.
import { useEffect, useRef, useState } from 'preact/hooks';
import { OfflineError } from '../api/client';
import type { Session } from '../api/types';
import { messages } from '../messages';
import { Menu } from '../ui/Menu';
import { Failure, IconButton } from '../ui/parts';
import { goTo, link } from '../ui/router';
import { useStore } from '../ui/store';
import { hidden, showError } from '../ui/undo';
import { SessionSettings } from './SessionSettings';
import { archiveSession, deleteSession, exportSession, listSessions, loadSessions, renameSession, sessions } from './sessions';

/** Pause after the last key before the search begins, in milliseconds. */
const PAUSE_MS = 200;

export function SessionList({ current }: { current: string | undefined }) {
  const { items, next, search, isArchive, error } = useStore(sessions);
  const deleted = useStore(hidden);
  const [text, setText] = useState(search);
  const [opened, setOpened] = useState<Session>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const shown = items.filter(({ id }) => !deleted.has(id));
  const { nav, conversation } = messages;
  const find = (text: string) => {
    setText(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void listSessions({ search: text }), PAUSE_MS);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const empty = search !== '' ? conversation.noMatch : isArchive ? conversation.noArchive : nav.noConversations;
  return (
    <>
      <section class="conversations" aria-labelledby="conversations">
        <header>
          <h2 id="conversations">{isArchive ? conversation.archive : nav.conversations}</h2>
          <IconButton
            icon={isArchive ? 'chat' : 'archive'}
            label={isArchive ? conversation.leaveArchive : conversation.showArchive}
            onClick={() => void listSessions({ isArchive: !isArchive })}
          />
        </header>
        <input
          type="search"
          class="session-search"
          dir="auto"
          maxLength={200}
          aria-label={conversation.search}
          placeholder={conversation.search}
          value={text}
          onInput={(event) => find(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && text !== '' && (event.stopPropagation(), find(''))}
        />
        <Failure error={error instanceof OfflineError ? undefined : error} retry={() => void loadSessions()} />
        {shown.length === 0 && error === undefined && <p class="muted small">{empty}</p>}
        <ul>
          {shown.map((item) => (
            <SessionRow key={item.id} session={item} isCurrent={item.id === current} openSettings={() => setOpened(item)} />
          ))}
        </ul>
        {next !== undefined && (
          <button type="button" class="quiet small" onClick={() => void loadSessions(true)}>
            {messages.actions.more}
          </button>
        )}
      </section>
      {opened && <SessionSettings session={opened} close={() => setOpened(undefined)} />}
    </>
  );
}

interface RowProps {
  session: Session;
  isCurrent: boolean;
  openSettings: () => void;
}

function SessionRow({ session, isCurrent, openSettings }: RowProps) {
  const [isRenaming, setRenaming] = useState(false);
  const { id, title } = session;
  const texts = messages.conversation;
  const isArchived = Boolean(session.archived_at);
  const remove = () => {
    deleteSession(session);
    if (isCurrent) goTo();
  };
  if (isRenaming) return <Rename session={session} end={() => setRenaming(false)} />;
  return (
    <li class={isCurrent ? 'current' : ''}>
      <a href={link('c', id)} aria-current={isCurrent ? 'page' : undefined} dir="auto" title={title}>
        {title}
      </a>
      <Menu
        label={texts.menu(title)}
        items={[
          { icon: 'edit', label: texts.rename, run: () => setRenaming(true) },
          { icon: 'settings', label: texts.settings, run: openSettings },
          {
            icon: 'archive',
            label: isArchived ? texts.restore : texts.toArchive,
            run: () => void archiveSession(session, !isArchived),
          },
          { icon: 'download', label: texts.exportMarkdown, run: () => exportSession(session, 'markdown') },
          { icon: 'download', label: texts.exportJson, run: () => exportSession(session, 'json') },
          { icon: 'trash', label: messages.actions.remove, run: remove, isDanger: true },
        ]}
      />
    </li>
  );
}

function Rename({ session, end }: { session: Session; end: () => void }) {
  const [title, setTitle] = useState(session.title);
  const input = useRef<HTMLInputElement>(null);
  // Removing a field that has the focus can blur it.
  const isDone = useRef(false);
  useEffect(() => input.current?.select(), []);
  const save = () => {
    if (isDone.current) return;
    isDone.current = true;
    end();
    if (title.trim() !== '' && title.trim() !== session.title) renameSession(session, title.trim()).catch(showError);
  };
  return (
    <li>
      <form class="rename" onSubmit={(event) => (event.preventDefault(), save())}>
        <input
          ref={input}
          dir="auto"
          maxLength={200}
          aria-label={messages.conversation.newTitle}
          value={title}
          onInput={(event) => setTitle(event.currentTarget.value)}
          onBlur={save}
          onKeyDown={(event) => event.key === 'Escape' && (event.stopPropagation(), (isDone.current = true), end())}
        />
      </form>
    </li>
  );
}
