// Sign-in with address and password, or with a key; a new account; and the pages of an invitation and of a forgotten password.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { call, endLeftLogin, ProblemError } from '../api/client';
import { keepKey, keepLogin, kindOfProof } from '../api/credentials';
import type { Tokens } from '../api/types';
import { messages } from '../messages';
import { Form, InputField, Notice } from '../ui/parts';
import { link, replacePlace } from '../ui/router';

interface FormProps {
  signedIn: () => Promise<void>;
}

const FORMS = { password: PasswordForm, key: KeyForm, account: AccountForm } as const;
type Way = keyof typeof FORMS;

export function SignIn({ signedIn }: FormProps) {
  const [way, setWay] = useState<Way>('password');
  const texts = messages.signIn;
  const Shown = FORMS[way];
  return (
    <Gate title={way === 'account' ? texts.createAccount : texts.title}>
      <p class="muted">{way === 'account' ? texts.createAccountLead : texts.lead}</p>
      <Shown key={way} signedIn={signedIn} />
      {way === 'password' && <p class="muted small">{texts.forgotten}</p>}
      {(Object.keys(FORMS) as Way[])
        .filter((other) => other !== way)
        .map((other) => (
          <button key={other} type="button" class="link" onClick={() => setWay(other)}>
            {texts.ways[other]}
          </button>
        ))}
    </Gate>
  );
}

function Gate({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <main class="gate">
      <div class="gate-card">
        <Mark />
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}

/** Signs in. A login that the user has left ends first, while the cookie is still its own. */
async function enter(request: () => Promise<Tokens>): Promise<void> {
  await endLeftLogin();
  keepLogin(await request());
}

function PasswordForm({ signedIn }: FormProps) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const submit = async () => {
    await enter(() => call('post', '/v1/login', { body: { email: email.trim(), password, cookie: true } }));
    await signedIn();
  };
  const texts = messages.signIn;
  return (
    <Form submit={submit} action={texts.action}>
      <InputField label={texts.email} type="email" required autocomplete="username" value={email} set={setEmail} />
      <InputField
        label={texts.password}
        type="password"
        required
        autocomplete="current-password"
        value={password}
        set={setPassword}
      />
    </Form>
  );
}

function KeyForm({ signedIn }: FormProps) {
  const [key, setKey] = useState('');
  const submit = async () => {
    keepKey(key.trim());
    await signedIn();
  };
  const texts = messages.signIn;
  return (
    <Form submit={submit} action={texts.action}>
      <InputField label={texts.key} hint={texts.keyHint} type="password" required autocomplete="off" value={key} set={setKey} />
    </Form>
  );
}

function AccountForm({ signedIn }: FormProps) {
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [organisation, setOrganisation] = useState('');
  const [password, setPassword] = useState('');
  const submit = async () => {
    const body = { email: email.trim(), display_name: name.trim(), organisation: organisation.trim(), password, cookie: true };
    await enter(async () => (await call('post', '/v1/register', { body })).tokens);
    await signedIn();
  };
  const texts = messages.signIn;
  return (
    <Form submit={submit} action={texts.join} fields={['email', 'display_name', 'organisation', 'password']}>
      <InputField
        label={texts.email}
        name="email"
        type="email"
        required
        maxLength={254}
        autocomplete="username"
        value={email}
        set={setEmail}
      />
      <NameField value={name} set={setName} />
      <InputField
        label={texts.organisation}
        hint={texts.organisationHint}
        name="organisation"
        dir="auto"
        required
        maxLength={200}
        value={organisation}
        set={setOrganisation}
      />
      <NewPasswordField value={password} set={setPassword} />
    </Form>
  );
}

interface ValueProps {
  value: string;
  set: (value: string) => void;
}

function NameField(props: ValueProps) {
  const label = messages.signIn.displayName;
  return <InputField label={label} name="display_name" dir="auto" required maxLength={200} autocomplete="name" {...props} />;
}

function NewPasswordField(props: ValueProps) {
  return (
    <InputField
      label={messages.signIn.newPassword}
      hint={messages.signIn.passwordHint}
      name="password"
      type="password"
      required
      minLength={12}
      maxLength={200}
      autocomplete="new-password"
      {...props}
    />
  );
}

export function AcceptInvitation({ token, signedIn }: FormProps & { token: string }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const submit = async () => {
    const body = { token, display_name: name.trim(), password, cookie: true };
    await enter(async () => (await call('post', '/v1/invitations/accept', { body })).tokens);
    replacePlace();
    await signedIn();
  };
  const texts = messages.signIn;
  return (
    <Gate title={texts.accept}>
      <Form submit={submit} action={texts.join} fields={['display_name', 'password']}>
        <NameField value={name} set={setName} />
        <NewPasswordField value={password} set={setPassword} />
      </Form>
    </Gate>
  );
}

/** The page of a link with which a person sets a new password in place of a forgotten one. */
export function ResetPassword({ token, signedIn }: FormProps & { token: string }) {
  const [password, setPassword] = useState('');
  const [isGone, setGone] = useState(false);
  const submit = async () => {
    try {
      await enter(() => call('post', '/v1/password-reset', { body: { token, password, cookie: true } }));
    } catch (error) {
      if (!(error instanceof ProblemError && error.problem.status === 401)) throw error;
      return setGone(true);
    }
    replacePlace();
    await signedIn();
  };
  const texts = messages.signIn;
  if (isGone)
    return (
      <Gate title={texts.resetGone}>
        <Notice kind="error">{texts.resetGoneText}</Notice>
        <a href={link()}>{kindOfProof() === undefined ? texts.title : messages.nav.newQuestion}</a>
      </Gate>
    );
  return (
    <Gate title={texts.reset}>
      <p class="muted">{texts.resetLead}</p>
      <Form submit={submit} action={texts.resetAction} fields={['password']}>
        <NewPasswordField value={password} set={setPassword} />
      </Form>
    </Gate>
  );
}

/** The product's mark. */
export function Mark() {
  return (
    <span class="mark" aria-hidden="true">
      <span />
      <span />
      <span />
    </span>
  );
}
