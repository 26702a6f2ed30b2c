// The exchanges of a conversation: the last ones at first, earlier ones as the reader comes to them.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { messages } from '../messages';
import { ExchangeView, type Actions } from './ExchangeView';
import type { Exchange } from './conversation';

/** Number of exchanges that are shown at first, and added by each step. */
const STEP = 6;

interface Props {
  exchanges: Exchange[];
  isAnswering: boolean;
  actions: Actions;
}

export function Exchanges({ exchanges, isAnswering, actions }: Props) {
  const [count, setCount] = useState(STEP);
  const first = Math.max(0, exchanges.length - count);
  const top = useRef<HTMLButtonElement>(null);
  const height = useRef(0);
  const frame = () => top.current?.closest('.conversation') ?? undefined;
  const more = () => {
    height.current = frame()?.scrollHeight ?? 0;
    setCount(count + STEP);
  };
  // The visible exchanges stay in place while others are added above them.
  useLayoutEffect(() => {
    const scrolled = frame();
    if (scrolled && height.current > 0) scrolled.scrollTop += scrolled.scrollHeight - height.current;
    height.current = 0;
  }, [count]);
  useEffect(() => {
    const button = top.current;
    if (button === null) return undefined;
    const observer = new IntersectionObserver((seen) => seen.some(({ isIntersecting }) => isIntersecting) && more(), {
      root: frame() ?? null,
      rootMargin: '600px',
    });
    observer.observe(button);
    return () => observer.disconnect();
  }, [count, first > 0]);
  return (
    <>
      {first > 0 && (
        <button type="button" class="quiet more" ref={top} onClick={more}>
          {messages.conversation.earlier}
        </button>
      )}
      {exchanges.slice(first).map((exchange) => (
        <ExchangeView key={exchange.key} exchange={exchange} isAnswering={isAnswering} actions={actions} />
      ))}
    </>
  );
}
