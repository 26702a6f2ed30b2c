// The page of a server without documents: how it works in three steps, and the place for the first files.
import { messages } from '../messages';
import { AddDocuments } from './AddDocuments';
import { firstCollection } from './collections';

export function FirstMinute() {
  return (
    <>
      <ol class="steps">
        {messages.welcome.steps.map(([title, text]) => (
          <li key={title}>
            <strong>{title}</strong>
            <span class="muted">{text}</span>
          </li>
        ))}
      </ol>
      <AddDocuments collection={firstCollection} isLarge />
    </>
  );
}
