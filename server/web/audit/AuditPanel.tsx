import { Code, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import { checkLedger, tokenBalance } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { exactMoney } from '../app/units.ts';

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
      <div>
        <Title order={1} size="h3">
          Audit
        </Title>
        <Text size="sm" c="dimmed">
          Every kWh and every {config.token.symbol} can be recomputed from the ledger alone.
        </Text>
      </div>
      {error === undefined ? null : (
        <Failure error={error} onRetry={reload} title="The ledger did not answer" />
      )}
      {value === undefined ? (
        error === undefined && <Skeleton height={170} radius={14} />
      ) : (
        <Stack className="pp-card" gap="xs">
          <Line name="Ledger">chain {config.chainId}</Line>
          <Line name="Newest block, read by this page">{String(value.block)}</Line>
          <Line name="Newest block in the server’s index">
            {value.head === undefined ? 'unknown' : String(value.head.indexedTo)}
          </Line>
          <Line name="Held by the market">{exactMoney(value.held, config.token)}</Line>
        </Stack>
      )}
      <Stack className="pp-card" gap="xs">
        <Text fw={600}>Audit it yourself</Text>
        <Text size="sm" c="dimmed">
          This command reads only the ledger, recomputes the cost of each charge and all balances, and checks
          each signature:
        </Text>
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {command}
        </Code>
        <Text size="xs" c="dimmed">
          The market has no owner who could move money or change terms. Contract:{' '}
          <Code fz="xs" style={{ overflowWrap: 'anywhere' }}>
            {config.market}
          </Code>
        </Text>
      </Stack>
    </Stack>
  );
}
