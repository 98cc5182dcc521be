import { Code, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import { checkLedger, tokenBalance } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { PageHead } from '../app/PageHead.tsx';
import { exactMoney } from '../app/units.ts';
import { t } from '../app/words.ts';

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Group justify="space-between" wrap="nowrap" align="baseline">
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text size="sm" fw={600} ta="right">
        {children}
      </Text>
    </Group>
  );
}

/** How anyone can check the market without trusting this page or its server. */
export function AuditPanel() {
  const { config, ledger } = useMarket();
  const round = Math.floor(useNow(2_000) / 4);
  const { value, error, reload } = useLoaded('audit', async () => {
    await checkLedger(ledger);
    const [block, held, head] = await Promise.all([
      ledger.client.getBlockNumber(),
      tokenBalance(ledger, config.market),
      api('getLedgerHead').catch(() => undefined),
    ]);
    return { block, held, head };
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again every few seconds
  useEffect(reload, [round, reload]);
  const command = `npm run audit -- --rpc ${config.rpcUrl} --market ${config.market}`;
  return (
    <Stack gap="md">
      <PageHead title={t('audit.title')} about={t('audit.says', { symbol: config.token.symbol })} />
      {error === undefined ? null : <Failure error={error} onRetry={reload} title={t('audit.noAnswer')} />}
      {value === undefined ? (
        error === undefined && <Skeleton height={170} radius={14} />
      ) : (
        <Stack className="pp-card" gap="xs">
          <Line name={t('audit.ledger')}>{t('audit.chain', { chainId: String(config.chainId) })}</Line>
          <Line name={t('audit.newest')}>{String(value.block)}</Line>
          <Line name={t('audit.indexed')}>
            {value.head === undefined ? t('audit.unknown') : String(value.head.indexedTo)}
          </Line>
          <Line name={t('audit.held')}>{exactMoney(value.held, config.token)}</Line>
        </Stack>
      )}
      <Stack className="pp-card" gap="xs">
        <Text fw={600}>{t('audit.yourself')}</Text>
        <Text size="sm" c="dimmed">
          {t('audit.command')}
        </Text>
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {command}
        </Code>
        <Text size="xs" c="dimmed">
          {t('audit.noOwner')}{' '}
          <Code fz="xs" style={{ overflowWrap: 'anywhere' }}>
            {config.market}
          </Code>
        </Text>
      </Stack>
    </Stack>
  );
}
