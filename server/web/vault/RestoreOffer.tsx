import { Anchor, Button, Stack, Text } from '@mantine/core';
import { IconDeviceMobile } from '@tabler/icons-react';
import { useState } from 'react';
import { type Hex, isAddressEqual } from 'viem';
import '../accounts/money.css';
import { WalletChoice } from '../accounts/WalletChoice.tsx';
import { useWallet } from '../accounts/WalletProvider.tsx';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { go, hrefOf } from '../app/route.ts';
import { t } from '../app/words.ts';
import { listBookings, type StoredBooking, useStoredBookings } from '../booking/storedBookings.ts';
import { useVault } from './VaultProvider.tsx';

/** Whether the ledger has an open booking of the account whose keys are not in this browser. */
function useOpenElsewhere(stored: readonly StoredBooking[]): boolean {
  const { wallet, holdings } = useWallet();
  if (wallet === undefined) return false;
  const isHere = (purse: number) =>
    stored.some(
      ({ booking, outcome }) =>
        outcome === undefined && booking.purse === purse && isAddressEqual(booking.driver, wallet.address),
    );
  return holdings.value?.purses.some(({ busy, index }) => busy && !isHere(index)) ?? false;
}

/** What came from the account's other devices. */
function Restored({ bookings, wanted }: { bookings: readonly StoredBooking[]; wanted: Hex | undefined }) {
  const isMissing = wanted !== undefined && !bookings.some(({ bookingId }) => bookingId === wanted);
  if (bookings.length === 0 || isMissing) return <Text size="sm">{t('vault.restore.nothing')}</Text>;
  return (
    <>
      <Text size="sm">{t('vault.restore.came', { count: bookings.length })}</Text>
      <Anchor size="sm" href={hrefOf({ page: 'bookings' })}>
        {t('vault.restore.look')}
      </Anchor>
    </>
  );
}

/**
 * Offers to open, on this device, the bookings that the account made elsewhere: on another device, or here before the storage
 * was cleared.
 *
 * @param bookingId the one that the reader wants, on that booking's own page.
 */
export function RestoreOffer({ bookingId }: { bookingId?: Hex }) {
  const { ledger } = useMarket();
  const { wallet } = useWallet();
  const keeper = useVault();
  const stored = useStoredBookings(ledger.ref);
  const isElsewhere = useOpenElsewhere(stored);
  const [came, setCame] = useState<StoredBooking[]>();
  const { act, busy, error } = useAction(async () => {
    const before = new Set(listBookings(ledger.ref).map((one) => one.bookingId));
    await keeper?.restore();
    const news = listBookings(ledger.ref).filter((one) => !before.has(one.bookingId));
    setCame(news);
    const open = news.filter(({ outcome }) => outcome === undefined);
    const wanted =
      open.find((one) => one.bookingId === bookingId) ?? (open.length === 1 ? open[0] : undefined);
    if (wanted !== undefined) go({ page: 'booking', bookingId: wanted.bookingId });
  });
  if (wallet === undefined) {
    return bookingId === undefined ? null : (
      <Stack className="pp-card" gap="sm">
        <Text size="sm">{t('vault.restore.account')}</Text>
        <WalletChoice />
      </Stack>
    );
  }
  const isUrgent = isElsewhere || bookingId !== undefined;
  return (
    <Stack
      className={isUrgent ? 'pp-card pp-money' : 'pp-money'}
      gap="xs"
      data-restore={isElsewhere ? 'OPEN' : 'QUIET'}
    >
      {isUrgent ? (
        <Text size="sm">{isElsewhere ? t('vault.restore.open') : t('vault.restore.notHere')}</Text>
      ) : null}
      <Button
        variant={isUrgent ? 'filled' : 'subtle'}
        loading={busy}
        disabled={keeper === undefined}
        onClick={() => act()}
        leftSection={<IconDeviceMobile size={18} aria-hidden />}
      >
        {isUrgent ? t('vault.restore.continue') : t('vault.restore.find')}
      </Button>
      <Text size="xs" c="dimmed">
        {t('vault.restore.prompt')}
      </Text>
      {came === undefined ? null : (
        <div role="status">
          <Restored bookings={came} wanted={bookingId} />
        </div>
      )}
      <Failure error={error} moved={t('vault.nothingMoved')} />
    </Stack>
  );
}
