// Adds documents to a collection: files and folders, and pages of the web by their address.
import { useState } from 'preact/hooks';
import { messages } from '../messages';
import { Failure, Field, Form, InputField } from '../ui/parts';
import { DropZone } from './DropZone';
import { addAddress, addFiles } from './uploads';

/** Maximum number of links that the server follows from a first page. */
const MAX_DEPTH = 5;

interface Props {
  /** Returns the id of the collection, which may have to be created first. */
  collection: () => Promise<string>;
  isLarge?: boolean;
}

export function AddDocuments({ collection, isLarge = false }: Props) {
  const [error, setError] = useState<unknown>();
  const add = (files: File[]) => {
    setError(undefined);
    collection().then((id) => addFiles(id, files), setError);
  };
  return (
    <div class="add">
      <Failure error={error} />
      <DropZone add={add} isLarge={isLarge} />
      <AddressForm collection={collection} />
    </div>
  );
}

function AddressForm({ collection }: Pick<Props, 'collection'>) {
  const [address, setAddress] = useState('');
  const [depth, setDepth] = useState(0);
  const texts = messages.address;
  const submit = async () => {
    await addAddress(await collection(), withScheme(address.trim()), depth);
    setAddress('');
  };
  return (
    <Form submit={submit} action={texts.action} fields={['url']}>
      <InputField
        label={texts.label}
        hint={depth === 0 ? texts.hint : texts.siteHint}
        name="url"
        inputMode="url"
        placeholder="https://"
        autocomplete="off"
        dir="ltr"
        required
        maxLength={2000}
        value={address}
        set={setAddress}
      />
      <Field label={texts.depth}>
        {(id) => (
          <select id={id} value={depth} onChange={(event) => setDepth(Number(event.currentTarget.value))}>
            {Array.from({ length: MAX_DEPTH + 1 }, (_, links) => (
              <option key={links} value={links}>
                {texts.links(links)}
              </option>
            ))}
          </select>
        )}
      </Field>
    </Form>
  );
}

/** An address as people write it, without its beginning, is one of https. */
function withScheme(address: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `https://${address}`;
}
