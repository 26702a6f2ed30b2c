// Two buttons that rate a result of a search, and how much the ratings of similar questions move it.
import { useState } from 'preact/hooks';
import type { Passage } from '../api/types';
import { messages } from '../messages.screens';
import { IconButton } from '../ui/parts';
import { useStore } from '../ui/store';
import { showError } from '../ui/undo';
import { judge, judged, keyOf, type Rating } from './judged';

export function Judge({ query, passage, place }: { query: string; passage: Passage; place: number }) {
  const given = useStore(judged).get(keyOf(query, passage))?.rating;
  const [isBusy, setBusy] = useState(false);
  const texts = messages.lab;
  const toggle = (rating: Rating) => {
    if (isBusy) return;
    setBusy(true);
    void judge(query, passage, rating)
      .catch(showError)
      .finally(() => setBusy(false));
  };
  return (
    <div class="judge rating" role="group" aria-label={texts.rating(place)}>
      <IconButton icon="up" label={texts.helps} pressed={given === 'up'} onClick={() => toggle('up')} />
      <IconButton icon="down" label={texts.misleads} pressed={given === 'down'} onClick={() => toggle('down')} />
    </div>
  );
}

/** The part of a result's score that comes from ratings; nothing without any. */
export function Learned({ passage: { learned } }: { passage: Passage }) {
  if (typeof learned !== 'number') return null;
  return (
    <span class="rank" title={messages.lab.learnedHint}>
      {messages.lab.learned(learned)}
    </span>
  );
}
