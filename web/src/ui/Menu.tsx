// A button that opens a list of actions. Arrow keys move, Escape closes.
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icons';
import { IconButton } from './parts';

export interface MenuItem {
  icon: IconName;
  label: string;
  run: () => void;
  isDanger?: boolean;
}

/** Space that the list needs below its button, in pixels for each item. */
const ITEM_PX = 42;
const WIDTH_PX = 208;

export function Menu({ label, items }: { label: string; items: MenuItem[] }) {
  const [place, setPlace] = useState<{ top: number; left: number }>();
  const root = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const isOpen = place !== undefined;
  const close = () => setPlace(undefined);
  const open = () => {
    const at = root.current?.getBoundingClientRect();
    if (at === undefined) return;
    // Scrolled away.
    if (at.bottom < 0 || at.top > innerHeight) return close();
    const height = items.length * ITEM_PX + 12;
    const top = at.bottom + height > innerHeight ? Math.max(4, at.top - height) : at.bottom + 2;
    setPlace({ top, left: Math.max(8, Math.min(at.right - WIDTH_PX, innerWidth - WIDTH_PX - 8)) });
  };
  const focusItem = (step: number) => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    buttons.at((at + step) % buttons.length)?.focus();
  };
  useEffect(() => {
    if (!isOpen) return undefined;
    list.current?.querySelector('button')?.focus();
    const outside = (event: Event) => {
      if (!(event.target instanceof Node && root.current?.contains(event.target))) close();
    };
    addEventListener('pointerdown', outside);
    // The list stays at its button: a scroll that ends after the click on the button does not take it away.
    addEventListener('scroll', open, true);
    addEventListener('resize', open);
    return () => {
      removeEventListener('pointerdown', outside);
      removeEventListener('scroll', open, true);
      removeEventListener('resize', open);
    };
  }, [isOpen]);
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    if (!isOpen) return;
    if (event.key === 'Escape') {
      close();
      root.current?.querySelector('button')?.focus();
    } else if (event.key === 'ArrowDown') focusItem(1);
    else if (event.key === 'ArrowUp') focusItem(-1);
    else if (event.key === 'Tab') return close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="menu" ref={root} onKeyDown={onKeyDown}>
      <IconButton icon="more" label={label} expanded={isOpen} onClick={() => (isOpen ? close() : open())} />
      {place && (
        <div
          class="menu-list"
          role="menu"
          aria-label={label}
          ref={list}
          style={{ top: `${place.top}px`, left: `${place.left}px` }}
        >
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class={item.isDanger ? 'with-icon danger' : 'with-icon'}
              onClick={() => {
                close();
                item.run();
              }}
            >
              <Icon name={item.icon} />
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
