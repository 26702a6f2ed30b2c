// Sign-in with address and password, or with a key; and the page of an invitation.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import { save, saveTokens } from '../api/credentials';
import { messages } from '../messages';
import { Form, InputField } from '../ui/parts';
import { replacePlace } from '../ui/router';

export function SignIn({ signedIn }: { signedIn: () => Promise<void> }) {
  const [isKey, setKey] = useState(false);
  const texts = messages.signIn;
  return (
    <main class="gate">
      <div class="gate-card">
        <Mark />
        <h1>{texts.title}</h1>
        <p class="muted">{texts.lead}</p>
        {isKey ? <KeyForm signedIn={signedIn} /> : <PasswordForm signedIn={signedIn} />}
        <button type="button" class="link" onClick={() => setKey(!isKey)}>
          {isKey ? texts.withPassword : texts.withKey}
        </button>
      </div>
    </main>
  );
}

function PasswordForm({ signedIn }: { signedIn: () => Promise<void> }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const submit = async () => {
    saveTokens(await call('post', '/v1/login', { body: { email: email.trim(), password } }));
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

function KeyForm({ signedIn }: { signedIn: () => Promise<void> }) {
  const [key, setKey] = useState('');
  const submit = async () => {
    save({ kind: 'key', key: key.trim() });
    await signedIn();
  };
  const texts = messages.signIn;
  return (
    <Form submit={submit} action={texts.action}>
      <InputField label={texts.key} hint={texts.keyHint} type="password" required autocomplete="off" value={key} set={setKey} />
    </Form>
  );
}

export function AcceptInvitation({ token, signedIn }: { token: string; signedIn: () => Promise<void> }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const submit = async () => {
    const { tokens } = await call('post', '/v1/invitations/accept', { body: { token, display_name: name.trim(), password } });
    saveTokens(tokens);
    replacePlace();
    await signedIn();
  };
  const texts = messages.signIn;
  return (
    <main class="gate">
      <div class="gate-card">
        <Mark />
        <h1>{texts.accept}</h1>
        <Form submit={submit} action={texts.join}>
          <InputField
            label={texts.displayName}
            dir="auto"
            required
            maxLength={200}
            autocomplete="name"
            value={name}
            set={setName}
          />
          <InputField
            label={texts.newPassword}
            hint={texts.passwordHint}
            type="password"
            required
            minLength={12}
            maxLength={200}
            autocomplete="new-password"
            value={password}
            set={setPassword}
          />
        </Form>
      </div>
    </main>
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
