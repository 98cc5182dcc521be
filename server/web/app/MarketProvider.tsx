import { Center, Loader, Stack, Text } from '@mantine/core';
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { api } from './api.ts';
import { Failure } from './Failure.tsx';
import { useLoaded } from './hooks.ts';
import { type Ledger, openLedger } from './ledgerClient.ts';

const RETRY_MS = 4_000;

interface Setting {
  config: ConfigResponse;
  ledger: Ledger;
}

const SettingContext = createContext<Setting | undefined>(undefined);

/** Where this page works: one ledger, one market, one token. */
export function useSetting(): Setting {
  const setting = useContext(SettingContext);
  if (setting === undefined) throw new Error('useSetting stands outside of SettingProvider.');
  return setting;
}

export function SettingProvider({ children }: { children: ReactNode }) {
  const { value, error, reload } = useLoaded('config', () => api<ConfigResponse>('GET', '/config'));
  const setting = useMemo(
    () => (value === undefined ? undefined : { config: value, ledger: openLedger(value) }),
    [value],
  );
  useEffect(() => {
    if (error === undefined || value !== undefined) return;
    const timer = setTimeout(reload, RETRY_MS);
    return () => clearTimeout(timer);
  }, [error, value, reload]);
  if (setting !== undefined) return <SettingContext value={setting}>{children}</SettingContext>;
  return (
    <Center h="100dvh" p="md">
      {error === undefined ? (
        <Stack align="center" gap="xs" role="status">
          <Loader />
          <Text c="dimmed">Asking the server which ledger to use…</Text>
        </Stack>
      ) : (
        <Failure error={error} onRetry={reload} title="No server" />
      )}
    </Center>
  );
}
