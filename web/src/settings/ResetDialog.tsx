// Makes the link with which a person sets a new password in place of a forgotten one. It is shown once.
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../api/client';
import type { PasswordReset, User } from '../api/types';
import { messages } from '../messages.screens';
import { formatMoment } from '../ui/format';
import { Dialog, Failure, Form, Notice, Secret } from '../ui/parts';
import { link } from '../ui/router';

export function ResetDialog({ user, close }: { user: User; close: () => void }) {
  const [made, setMade] = useState<PasswordReset>();
  const [isRevoked, setRevoked] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const path = { id: user.id };
  const texts = messages.settings;
  const body = useRef<HTMLDivElement>(null);
  // The button that had the focus is gone.
  useEffect(() => {
    if (made !== undefined || isRevoked) body.current?.querySelector('button')?.focus();
  }, [made, isRevoked]);
  const create = async () => {
    setRevoked(false);
    setFailure(undefined);
    setMade(await call('post', '/v1/users/{id}/password-reset', { path }));
  };
  const revoke = () =>
    call('delete', '/v1/users/{id}/password-reset', { path }).then(() => {
      setMade(undefined);
      setFailure(undefined);
      setRevoked(true);
    }, setFailure);
  return (
    <Dialog title={texts.resetTitle(user.display_name)} close={close}>
      <div ref={body} class="form">
        <Failure error={failure} />
        {made ? (
          <>
            <Secret
              label={texts.resetOnce}
              hint={texts.resetOnceHint}
              value={`${location.origin}/${link('reset', made.token)}`}
            />
            <p>{texts.resetUntil(formatMoment(made.expires_at))}</p>
            <div class="form-actions">
              <button type="button" class="quiet" onClick={() => void revoke()}>
                {texts.resetRevoke}
              </button>
              <button type="button" class="primary" onClick={close}>
                {messages.actions.close}
              </button>
            </div>
          </>
        ) : (
          <>
            {isRevoked && <Notice>{texts.resetRevoked}</Notice>}
            <p>{texts.resetText}</p>
            <Form submit={create} action={texts.resetAction} cancel={close} />
            {!isRevoked && (
              <p>
                <button type="button" class="link small" onClick={() => void revoke()}>
                  {texts.resetRevokeEarlier}
                </button>
              </p>
            )}
          </>
        )}
      </div>
    </Dialog>
  );
}
