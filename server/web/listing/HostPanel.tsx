import { Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { PairingResponse } from '../../../protocol/api.ts';
import { AccountCard } from '../accounts/AccountCard.tsx';
import { WalletChoice } from '../accounts/WalletChoice.tsx';
import { useWallet } from '../accounts/WalletProvider.tsx';
import { PageHead } from '../app/PageHead.tsx';
import { t } from '../app/words.ts';
import { VatForm } from '../settlement/VatForm.tsx';
import { HostDashboard, useHostDashboard } from './HostDashboard.tsx';
import { ListingForm } from './ListingForm.tsx';
import { MyListings } from './MyListings.tsx';
import { PairForm } from './PairForm.tsx';

function Steps() {
  return (
    <Stack component="ol" gap={4} m={0} pl={18}>
      {[t('listing.how.agent'), t('listing.how.code'), t('listing.how.price')].map((text) => (
        <Text key={text} size="sm" c="dimmed" component="li">
          {text}
        </Text>
      ))}
    </Stack>
  );
}

/** The host's side: pair a wallbox, list it, see what it earns. */
export default function HostPanel() {
  const { wallet } = useWallet();
  const [pairing, setPairing] = useState<PairingResponse>();
  const [round, setRound] = useState(0);
  const dashboard = useHostDashboard(wallet);
  return (
    <Stack gap="md">
      <PageHead title={t('listing.title')} about={t('listing.about')} />
      {wallet === undefined ? (
        <Stack className="pp-card" gap="md">
          <Steps />
          <WalletChoice />
        </Stack>
      ) : (
        <>
          <AccountCard title={t('listing.account')} wallet={wallet}>
            <Text size="sm" c="dimmed">
              {t('listing.account.why')}
            </Text>
          </AccountCard>
          <MyListings key={round} wallet={wallet} health={dashboard.value?.health} />
          <VatForm key={`vat ${wallet.address}`} wallet={wallet} />
          <HostDashboard key={wallet.address} wallet={wallet} dashboard={dashboard} />
          {pairing === undefined ? (
            <PairForm wallet={wallet} onPaired={setPairing} />
          ) : (
            <ListingForm
              wallet={wallet}
              subject={{ kind: 'NEW', pairing }}
              onDone={() => {
                setPairing(undefined);
                setRound((n) => n + 1);
              }}
            />
          )}
        </>
      )}
    </Stack>
  );
}
