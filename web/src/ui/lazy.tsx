// A screen whose code is loaded when it is first shown.
import { h, type ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { isOnline } from '../api/client';
import { Failure } from './parts';

interface Props<P, N extends string> {
  load: () => Promise<Record<N, ComponentType<P>>>;
  pick: N;
  props: P;
}

export function Lazy<P extends object, N extends string>({ load, pick, props }: Props<P, N>) {
  const [screen, setScreen] = useState<{ pick: N; component: ComponentType<P> }>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    load().then(
      (module) => setScreen({ pick, component: module[pick] }),
      (failure: unknown) => {
        isOnline.set(false);
        setError(failure);
      },
    );
  }, [pick]);
  if (error !== undefined)
    return (
      <div class="page">
        <Failure error={error} retry={() => location.reload()} />
      </div>
    );
  return screen?.pick === pick ? h(screen.component, props) : null;
}
