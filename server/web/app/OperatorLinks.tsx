import { Anchor, Group } from '@mantine/core';
import { useMarket } from './MarketProvider.tsx';
import { hrefOf } from './route.ts';
import { t } from './words.ts';

/** The operator's own pages, where the server has them; on the local ledger a charge to watch. */
export function OperatorLinks() {
  const { imprint, privacy, local } = useMarket().config;
  const links = [
    [t('app.demo'), local === null ? null : hrefOf({ page: 'watch' })],
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
