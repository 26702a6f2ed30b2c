// The frame of the page: the sidebar, the screen of the present address, and the banner of a server that does not answer.
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { call, endLeftLogin, isOnline, needsSignIn, signOut } from './api/client';
import { isLeaving, kindOfProof } from './api/credentials';
import type { User } from './api/types';
import { ChatView } from './chat/ChatView';
import { forgetConversations } from './chat/conversation';
import { loadSessions } from './chat/sessions';
import { collections, loadCollections, NO_COLLECTIONS } from './documents/collections';
import { messages } from './messages';
import { Sidebar } from './Sidebar';
import { AcceptInvitation, ResetPassword, SignIn } from './signin/SignIn';
import { Lazy } from './ui/lazy';
import { IconButton } from './ui/parts';
import { bearer, goTo, link, usePlace } from './ui/router';
import { useStore } from './ui/store';
import { Toasts } from './ui/Toasts';
import { commitDeletions } from './ui/undo';

/** The screens whose code is not needed for the first question. */
const screens = {
  collection: () => import('./collection/CollectionSettings'),
  document: () => import('./documents/DocumentView'),
  documents: () => import('./documents/DocumentsView'),
  lab: () => import('./lab/LabView'),
  memory: () => import('./memory/MemoryView'),
  tools: () => import('./tools/ToolsView'),
  settings: () => import('./settings/SettingsView'),
};
// Loaded while nothing else happens: a screen then opens at once, also while the server is away.
setTimeout(() => Object.values(screens).forEach((load) => void load().catch(() => undefined)), 2000);

const shared = () => import('./shared/SharedView');

/** Pause between attempts to reach the server, in milliseconds. */
const ATTEMPT_MS = 2000;

/** The page of a shared link for its bearer, or that of a user. */
export function App() {
  return bearer === undefined ? <OwnPage /> : <Lazy load={shared} pick="SharedView" props={{ children: <OfflineBanner /> }} />;
}

function OwnPage() {
  const place = usePlace();
  const mustSignIn = useStore(needsSignIn);
  const [me, setMe] = useState<User>();
  const loadMe = useCallback(async () => {
    const user = await call('get', '/v1/me');
    needsSignIn.set(false);
    setMe(user);
    await Promise.all([loadCollections(), loadSessions()]);
  }, []);
  useEffect(() => {
    const begin = () =>
      void endLeftLogin()
        .then(loadMe)
        .catch(() => undefined);
    begin();
    return isOnline.watch(() => isOnline.get() && begin());
  }, [loadMe]);
  const leave = useCallback(async () => {
    await commitDeletions();
    void signOut().catch(() => undefined);
    forgetConversations();
    collections.set(NO_COLLECTIONS);
    setMe(undefined);
    needsSignIn.set(true);
    goTo();
  }, []);
  const [screen, second, third, fourth, fifth] = place.parts;
  if (screen === 'accept' && second !== undefined) return <AcceptInvitation token={second} signedIn={loadMe} />;
  if (screen === 'reset' && second !== undefined) return <ResetPassword key={second} token={second} signedIn={loadMe} />;
  if (mustSignIn)
    return (
      <>
        <OfflineBanner />
        <SignIn signedIn={loadMe} />
      </>
    );
  if (me === undefined) return <OfflineBanner />;
  const isLocal = kindOfProof() === undefined;
  return (
    <Frame me={me} screen={screen}>
      {screen === undefined || screen === 'c' ? (
        <ChatView session={screen === 'c' ? second : undefined} />
      ) : screen === 'documents' && second !== undefined && second !== 'in' ? (
        <Lazy key={second} load={screens.document} pick="DocumentView" props={{ id: second, tab: third, since: fourth }} />
      ) : screen === 'documents' && third !== undefined && fourth === 'settings' ? (
        <Lazy key={third} load={screens.collection} pick="CollectionSettings" props={{ id: third, tab: fifth }} />
      ) : screen === 'documents' ? (
        <Lazy load={screens.documents} pick="DocumentsView" props={{ chosen: third }} />
      ) : screen === 'memory' ? (
        <Lazy load={screens.memory} pick="MemoryView" props={{ tab: second }} />
      ) : screen === 'tools' ? (
        <Lazy load={screens.tools} pick="ToolsView" props={{ tab: second }} />
      ) : screen === 'lab' ? (
        <Lazy load={screens.lab} pick="LabView" props={{ initial: place.query.get('q') ?? '' }} />
      ) : screen !== 'settings' ? (
        <NoPage />
      ) : (
        <Lazy
          load={screens.settings}
          pick="SettingsView"
          props={{ tab: second, me, isLocal, reload: loadMe, signOut: () => void leave() }}
        />
      )}
    </Frame>
  );
}

function NoPage() {
  return (
    <div class="page">
      <h1>{messages.nav.noPage}</h1>
      <p class="muted">{messages.nav.noPageText}</p>
      <a href={link()}>{messages.nav.newQuestion}</a>
    </div>
  );
}

function Frame({ me, screen, children }: { me: User; screen: string | undefined; children: ComponentChildren }) {
  const place = usePlace();
  const [isMenuOpen, setMenuOpen] = useState(false);
  useEffect(() => setMenuOpen(false), [place]);
  return (
    <div class={isMenuOpen ? 'frame menu-open' : 'frame'} onKeyDown={(event) => event.key === 'Escape' && setMenuOpen(false)}>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}>
        {messages.nav.skip}
      </a>
      <header class="topbar">
        <IconButton icon="menu" label={messages.nav.menu} onClick={() => setMenuOpen(!isMenuOpen)} />
        <span class="wordmark">{messages.name}</span>
        <IconButton icon="plus" label={messages.nav.newQuestion} onClick={() => goTo()} />
      </header>
      <Sidebar me={me} screen={screen} session={screen === 'c' ? place.parts[1] : undefined} />
      <div class="shade" onClick={() => setMenuOpen(false)} />
      <main id="main" tabIndex={-1}>
        <OfflineBanner />
        {children}
      </main>
      <Toasts />
    </div>
  );
}

/** Says that the server does not answer, and asks it until it does. */
function OfflineBanner() {
  const isUp = useStore(isOnline);
  useEffect(() => {
    if (isUp) return undefined;
    const timer = setInterval(() => {
      fetch('/health').then(
        (response) => response.ok && isOnline.set(true),
        () => undefined,
      );
    }, ATTEMPT_MS);
    return () => clearInterval(timer);
  }, [isUp]);
  return isUp ? null : (
    <div class="banner" role="alert">
      {isLeaving() ? messages.offline.leaving : messages.offline.banner}
    </div>
  );
}
