// Settings: the account, keys, people, the organisation, its activity, the server's health and the audit log.
import type { User } from '../api/types';
import { messages } from '../messages.screens';
import { link } from '../ui/router';
import { AccountTab } from './AccountTab';
import { ActivityTab } from './ActivityTab';
import { AuditTab } from './AuditTab';
import { HealthTab } from './HealthTab';
import { KeysTab } from './KeysTab';
import { PeopleTab } from './PeopleTab';
import { UsageTab } from './UsageTab';

export interface TabProps {
  me: User;
  isLocal: boolean;
  reload: () => Promise<void>;
  signOut: () => void;
}

const TABS = {
  account: AccountTab,
  keys: KeysTab,
  people: PeopleTab,
  usage: UsageTab,
  activity: ActivityTab,
  health: HealthTab,
  audit: AuditTab,
} as const;
type Tab = keyof typeof TABS;
const FOR_ADMINS: readonly Tab[] = ['health', 'audit'];

export function SettingsView({ tab, ...props }: TabProps & { tab: string | undefined }) {
  const tabs = (Object.keys(TABS) as Tab[]).filter((name) => props.me.role === 'admin' || !FOR_ADMINS.includes(name));
  const chosen = tabs.find((name) => name === tab) ?? 'account';
  const Shown = TABS[chosen];
  const texts = messages.settings;
  return (
    <div class="page">
      <h1>{texts.title}</h1>
      <nav class="tabs" aria-label={texts.title}>
        {tabs.map((name) => (
          <a key={name} href={link('settings', name)} aria-current={name === chosen ? 'page' : undefined}>
            {texts[name]}
          </a>
        ))}
      </nav>
      <Shown {...props} />
      <footer class="page-foot small">
        <a href="/docs/" class="quiet-link">
          {texts.api}
        </a>
        <a href="/assets/licences.txt" class="quiet-link">
          {texts.licences}
        </a>
      </footer>
    </div>
  );
}
