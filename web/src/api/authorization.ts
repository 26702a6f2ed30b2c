// The Authorization header, for requests that do not go through `send`.
import { secret } from './credentials';

export async function authorization(): Promise<string | undefined> {
  const known = await secret();
  return known === undefined ? undefined : `Bearer ${known}`;
}
