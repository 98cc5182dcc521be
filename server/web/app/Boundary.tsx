import { Button, Group, Skeleton, Text } from '@mantine/core';
import {
  Component,
  type ComponentType,
  type LazyExoticComponent,
  lazy,
  type ReactNode,
  Suspense,
  useReducer,
} from 'react';
import { t } from './words.ts';

interface Props {
  children: ReactNode;
  /** Before the part is drawn again. */
  onRetry?: () => void;
}

/** Holds a part of the page that failed, so that the others go on: a charge is co-signed whatever fails here. */
export class Boundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error: error ?? new Error('unknown') };
  }

  retry = () => {
    this.props.onRetry?.();
    this.setState({ error: undefined });
  };

  override render() {
    return this.state.error === undefined ? this.props.children : <LostPart onRetry={this.retry} />;
  }
}

function LostPart({ onRetry }: { onRetry: () => void }) {
  return (
    <div className="pp-card pp-lost" role="alert">
      <Text fw={600}>{t('app.part.lost')}</Text>
      <Text size="sm" c="dimmed" mt={4}>
        {t('app.part.rest')}
      </Text>
      <Group gap="xs" mt="sm">
        <Button size="sm" variant="default" onClick={onRetry}>
          {t('app.part.again')}
        </Button>
        <Button size="sm" variant="subtle" onClick={() => location.reload()}>
          {t('app.part.page')}
        </Button>
      </Group>
    </div>
  );
}

/**
 * A part of the page that is loaded when it is first shown, within its own boundary. After a failure it is asked for
 * again: React alone would keep the failed attempt for ever.
 */
export function lazyPart<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  fallback: ReactNode = <Skeleton height={200} radius={14} />,
): ComponentType<P> {
  let Part: LazyExoticComponent<ComponentType<P>> = lazy(load);
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each part, as its module is read
  return function LazyPart(props: P) {
    const [, redraw] = useReducer((count: number) => count + 1, 0);
    const again = () => {
      Part = lazy(load);
      redraw();
    };
    return (
      <Boundary onRetry={again}>
        <Suspense fallback={fallback}>
          <Part {...props} />
        </Suspense>
      </Boundary>
    );
  };
}
