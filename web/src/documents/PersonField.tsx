// A choice of one person of the organisation.
import type { User } from '../api/types';
import { Field } from '../ui/parts';

export function PersonField(props: { label: string; people: User[]; value: string; set: (id: string) => void }) {
  return (
    <Field label={props.label}>
      {(field) => (
        <select id={field} required value={props.value} onChange={(event) => props.set(event.currentTarget.value)}>
          <option value="" />
          {props.people.map((user) => (
            <option key={user.id} value={user.id}>
              {`${user.display_name} (${user.email})`}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
