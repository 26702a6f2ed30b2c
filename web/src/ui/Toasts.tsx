// The messages at the foot of the page that offer to take something back.
import { messages } from '../messages';
import { IconButton } from './parts';
import { useStore } from './store';
import { dismiss, holdToast, releaseToast, toasts } from './undo';

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div class="toasts" role="status">
      {shown.map(({ id, text, isError, undo }) => (
        <div
          key={id}
          class={isError ? 'toast error' : 'toast'}
          onMouseEnter={() => holdToast(id)}
          onMouseLeave={() => releaseToast(id)}
          onFocusIn={() => holdToast(id)}
          onFocusOut={() => releaseToast(id)}
        >
          <span dir="auto">{text}</span>
          {undo && (
            <button type="button" class="quiet" onClick={undo}>
              {messages.actions.undo}
            </button>
          )}
          <IconButton icon="close" label={messages.actions.close} onClick={() => void dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
