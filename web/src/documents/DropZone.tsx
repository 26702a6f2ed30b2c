// Takes files and folders, dropped or chosen.
import type { TargetedDragEvent, TargetedInputEvent } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { messages } from '../messages';
import { Icon } from '../ui/icons';
import { droppedFiles } from './uploads';

export function DropZone({ add, isLarge = false }: { add: (files: File[]) => void; isLarge?: boolean }) {
  const [isOver, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const onDrop = async (event: TargetedDragEvent<HTMLDivElement>) => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer) add(await droppedFiles(event.dataTransfer));
  };
  const onChange = (event: TargetedInputEvent<HTMLInputElement>) => {
    const chosen = [...(event.currentTarget.files ?? [])];
    event.currentTarget.value = '';
    if (chosen.length > 0) add(chosen);
  };
  const { documents } = messages;
  return (
    <div
      class={`drop ${isLarge ? 'large' : ''} ${isOver ? 'over' : ''}`}
      onDragOver={(event) => (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Icon name="upload" />
      <p>
        <strong>{documents.drop}</strong>
      </p>
      <p>
        {documents.or}{' '}
        <button type="button" class="link" onClick={() => files.current?.click()}>
          {documents.choose}
        </button>{' '}
        {documents.or}{' '}
        <button type="button" class="link" onClick={() => folder.current?.click()}>
          {documents.chooseFolder}
        </button>
      </p>
      <p class="muted small">{documents.formats}</p>
      <input ref={files} type="file" multiple hidden aria-label={documents.choose} onInput={onChange} />
      <input
        ref={folder}
        type="file"
        hidden
        aria-label={documents.chooseFolder}
        onInput={onChange}
        {...{ webkitdirectory: true }}
      />
    </div>
  );
}
