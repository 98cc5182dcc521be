import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconFlask, IconWallet } from '@tabler/icons-react';
import { useSetting } from '../app/MarketProvider.tsx';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useWallet } from './WalletProvider.tsx';
import type { AnnouncedProvider } from './wallet.ts';

/** Offers what can sign: a demo wallet on the local ledger, wallets of the browser elsewhere. */
export function WalletChoice() {
  const { config } = useSetting();
  const { role, announced, useDemo, connect } = useWallet();
  const { act, busy, error } = useAction((found: AnnouncedProvider) => connect(found));
  const demo = config.local !== null;
  return (
    <Stack gap="sm">
      {demo ? (
        <>
          <Button leftSection={<IconFlask size={18} />} onClick={useDemo}>
            Make a demo wallet
          </Button>
          <Text size="xs" c="dimmed">
            A {role} account for the local ledger. Its key stays in this browser and holds demo money only: do
            not send anything of value to it.
          </Text>
        </>
      ) : null}
      {announced.map((found) => (
        <Button
          key={found.info.uuid}
          variant="default"
          leftSection={<IconWallet size={18} />}
          loading={busy}
          onClick={() => act(found)}
        >
          Use {found.info.name}
        </Button>
      ))}
      {!demo && announced.length === 0 ? (
        <Alert color="yellow" title="No wallet in this browser">
          This page signs with a wallet. Install a wallet extension that announces itself (EIP-6963), then
          reload this page; or try everything with demo money on a local ledger: npm start.
        </Alert>
      ) : null}
      <Failure error={error} />
    </Stack>
  );
}
