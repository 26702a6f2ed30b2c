// The sidebar: screens, conversations, the account.
import type { User } from './api/types';
import { SessionList } from './chat/SessionList';
import { messages } from './messages';
import { Mark } from './signin/SignIn';
import { Icon, type IconName } from './ui/icons';
import { IconButton } from './ui/parts';
import { link } from './ui/router';
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
      <Item href={link('memory')} icon="memory" label={nav.memory} isCurrent={screen === 'memory'} />
      <Item href={link('tools')} icon="tool" label={nav.tools} isCurrent={screen === 'tools'} />
      <Item href={link('lab')} icon="lab" label={nav.lab} isCurrent={screen === 'lab'} />
      <SessionList current={session} />
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
