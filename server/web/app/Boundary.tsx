import { Button, Skeleton, Text } from '@mantine/core';
import { Component, type ComponentType, lazy, type ReactNode, Suspense, useState } from 'react';
import { t, withWords } from './words.ts';

interface Props {
  children: ReactNode;
}

/** Holds a part of the page that failed, so that the others go on: a charge is co-signed whatever fails here. */
export class Boundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error: error ?? new Error('unknown') };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return <LostPart isLost={isLost(error)} onRetry={() => this.setState({ error: undefined })} />;
  }
}

/** What Chromium, Firefox and Safari say when a part of the page does not come. */
const isLost = (error: unknown): boolean =>
  /dynamically imported module|importing a module|preload css/i.test(
    error instanceof Error ? error.message : '',
  );

/** A reload without a network would end in the browser's own empty page. */
const isServerThere = (): Promise<boolean> =>
  fetch('/', { method: 'HEAD', cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );

/** A browser never asks again for a part that once did not come: a lost one needs the page to be loaded again. */
function LostPart({ isLost, onRetry }: { isLost: boolean; onRetry: () => void }) {
  const [isAway, setAway] = useState(false);
  const retry = async () => {
    if (!isLost) return onRetry();
    const isThere = await isServerThere();
    setAway(!isThere);
    if (isThere) location.reload();
  };
  return (
    <div className="pp-card pp-lost" role="alert">
      <Text fw={600}>{t(isLost ? 'app.part.lost' : 'app.part.failed')}</Text>
      <Text size="sm" c="dimmed" mt={4}>
        {t(isAway ? 'app.part.away' : 'app.part.rest')}
      </Text>
      <Button size="sm" variant="default" mt="sm" onClick={retry}>
        {t('app.part.again')}
      </Button>
    </div>
  );
}

/** A part of the page that is loaded when it is first shown, within its own boundary. */
export function lazyPart<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  fallback: ReactNode = <Skeleton height={200} radius={14} />,
): ComponentType<P> {
  const Part = lazy(() => withWords(load));
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each part, as its module is read
  return function LazyPart(props: P) {
    return (
      <Boundary>
        <Suspense fallback={fallback}>
          <Part {...props} />
        </Suspense>
      </Boundary>
    );
  };
}
