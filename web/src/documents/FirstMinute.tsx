// The page of a server without documents: how it works in three steps, and the place for the first files.
import { useState } from 'preact/hooks';
import { messages } from '../messages';
import { Failure } from '../ui/parts';
import { firstCollection } from './collections';
import { DropZone } from './DropZone';
import { addFiles } from './uploads';

export function FirstMinute() {
  const [error, setError] = useState<unknown>();
  const add = (files: File[]) => {
    setError(undefined);
    firstCollection().then(({ id }) => addFiles(id, files), setError);
  };
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
      <Failure error={error} />
      <DropZone add={add} isLarge />
    </>
  );
}
