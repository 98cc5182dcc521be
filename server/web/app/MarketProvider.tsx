import { Center, Loader, Stack, Text } from '@mantine/core';
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { api } from './api.ts';
import { Failure } from './Failure.tsx';
import { useLoaded } from './hooks.ts';
import { type Ledger, openLedger } from './ledgerClient.ts';
import { t } from './words.ts';

const RETRY_MS = 4_000;

interface Market {
  config: ConfigResponse;
  ledger: Ledger;
}

const MarketContext = createContext<Market | undefined>(undefined);

/** The market that this page works with: its configuration and a client of its ledger. */
export function useMarket(): Market {
  const market = useContext(MarketContext);
  if (market === undefined) throw new Error('useMarket must be used inside MarketProvider.');
  return market;
}

export function MarketProvider({ children }: { children: ReactNode }) {
  const { value, error, reload } = useLoaded('config', () => api('getConfig'));
  const market = useMemo(
    () => (value === undefined ? undefined : { config: value, ledger: openLedger(value) }),
    [value],
  );
  useEffect(() => {
    if (error === undefined || value !== undefined) return;
    const timer = setTimeout(reload, RETRY_MS);
    return () => clearTimeout(timer);
  }, [error, value, reload]);
  if (market !== undefined) return <MarketContext value={market}>{children}</MarketContext>;
  return (
    <Center h="100dvh" p="md">
      {error === undefined ? (
        <Stack align="center" gap="xs" role="status">
          <Loader />
          <Text c="dimmed">{t('app.market.asking')}</Text>
        </Stack>
      ) : (
        <Failure error={error} onRetry={reload} title={t('app.market.unreachable')} />
      )}
    </Center>
  );
}
