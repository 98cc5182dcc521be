import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconFlask, IconWallet } from '@tabler/icons-react';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { useWallet } from './WalletProvider.tsx';
import type { AnnouncedProvider } from './wallet.ts';

/** Offers wallets: a demo wallet on the local ledger, and the extensions of the browser. */
export function WalletChoice() {
  const { config } = useMarket();
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
            Creates a {role} account for the local ledger. Its private key stays in this browser. It is for
            demo money only: do not send anything of value to it.
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
          You need a wallet to sign. Install a wallet extension that supports EIP-6963, then reload this page.
          Or try Plugpact with demo money on a local ledger: npm start.
        </Alert>
      ) : null}
      <Failure error={error} />
    </Stack>
  );
}
