// The sidebar: screens, conversations, the account.
import { useState } from 'preact/hooks';
import { call } from './api/client';
import type { Session, User } from './api/types';
import { loadSessions, sessions, sessionsError } from './chat/conversation';
import { messages } from './messages';
import { Mark } from './signin/SignIn';
import { Icon, type IconName } from './ui/icons';
import { Confirm, Failure, IconButton } from './ui/parts';
import { goTo, link } from './ui/router';
import { useStore } from './ui/store';
import { theme, toggleTheme } from './ui/theme';

export function Sidebar({ me, screen, session }: { me: User; screen: string | undefined; session: string | undefined }) {
  const { nav } = messages;
  const shade = useStore(theme);
  return (
    <nav class="sidebar" aria-label={nav.label}>
      <a class="brand" href={link()}>
        <Mark />
        <span class="wordmark">{messages.name}</span>
      </a>
      <Item href={link()} icon="plus" label={nav.newQuestion} isCurrent={screen === undefined} />
      <Item href={link('documents')} icon="file" label={nav.documents} isCurrent={screen === 'documents'} />
      <Item href={link('lab')} icon="lab" label={nav.lab} isCurrent={screen === 'lab'} />
      <Conversations session={session} />
      <div class="sidebar-foot">
        <a class="item account" href={link('settings')} aria-current={screen === 'settings' ? 'page' : undefined}>
          <Icon name="person" />
          <span class="account-name">
            <bdi>{me.display_name}</bdi>
            <span class="muted small">{nav.settings}</span>
          </span>
        </a>
        <IconButton
          icon={shade === 'dark' ? 'sun' : 'moon'}
          label={shade === 'dark' ? nav.light : nav.dark}
          onClick={toggleTheme}
        />
      </div>
    </nav>
  );
}

function Item(props: { href: string; icon: IconName; label: string; isCurrent: boolean }) {
  return (
    <a class="item" href={props.href} aria-current={props.isCurrent ? 'page' : undefined}>
      <Icon name={props.icon} />
      {props.label}
    </a>
  );
}

function Conversations({ session }: { session: string | undefined }) {
  const { items, next } = useStore(sessions);
  const error = useStore(sessionsError);
  const [deleting, setDeleting] = useState<Session>();
  const texts = messages.conversation;
  const remove = async () => {
    if (deleting === undefined) return;
    await call('delete', '/v1/sessions/{id}', { path: { id: deleting.id } });
    setDeleting(undefined);
    if (deleting.id === session) goTo();
    await loadSessions();
  };
  return (
    <section class="conversations" aria-labelledby="conversations">
      <h2 id="conversations">{messages.nav.conversations}</h2>
      <Failure error={error} />
      {items.length === 0 && error === undefined && <p class="muted small">{messages.nav.noConversations}</p>}
      <ul>
        {items.map((item) => (
          <li key={item.id} class={item.id === session ? 'current' : ''}>
            <a href={link('c', item.id)} aria-current={item.id === session ? 'page' : undefined} dir="auto" title={item.title}>
              {item.title}
            </a>
            <IconButton icon="trash" label={texts.removeLabel(item.title)} onClick={() => setDeleting(item)} />
          </li>
        ))}
      </ul>
      {next !== undefined && (
        <button type="button" class="quiet small" onClick={() => void loadSessions(true)}>
          {messages.actions.more}
        </button>
      )}
      {deleting && (
        <Confirm
          title={texts.remove(deleting.title)}
          text={texts.removeText}
          action={messages.actions.remove}
          run={remove}
          close={() => setDeleting(undefined)}
        />
      )}
    </section>
  );
}
