import { Anchor, Group } from '@mantine/core';
import { useMarket } from './MarketProvider.tsx';
import { t } from './words.ts';

/** The operator's own pages, where the server has them. */
export function OperatorLinks() {
  const { imprint, privacy } = useMarket().config;
  const links = [
    [t('app.imprint'), imprint],
    [t('app.privacy'), privacy],
  ].filter(([, href]) => href !== null) as [string, string][];
  if (links.length === 0) return null;
  return (
    <Group component="footer" gap="md" mt="xl">
      {links.map(([label, href]) => (
        <Anchor key={href} href={href} size="sm" c="dimmed">
          {label}
        </Anchor>
      ))}
    </Group>
  );
}
