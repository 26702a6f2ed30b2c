// The dialog with the settings of a conversation, whose code is loaded when it is first opened.
import type { Session } from '../api/types';
import { Lazy } from '../ui/lazy';

const load = () => import('../defaults/SessionDialog');

export function SessionSettings(props: { session: Session; close: () => void }) {
  return <Lazy key={props.session.id} load={load} pick="SessionDialog" props={props} />;
}
