import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconChevronRight, IconDownload, IconFileText } from '@tabler/icons-react';
import { useState } from 'react';
import type { BookingResponse } from '../../../protocol/api.ts';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { asSignedIn } from '../accounts/asSignedIn.ts';
import { useWallet } from '../accounts/WalletProvider.tsx';
import { download } from '../app/download.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { PageHead } from '../app/PageHead.tsx';
import { hrefOf } from '../app/route.ts';
import { dayOf, energy, exactMoney, timeOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { allBookings, type Totals, totalsOf } from './allBookings.ts';
import { csvOf } from './csv.ts';

const SHOWN_AT_ONCE = 25;

function Sum({ name, value }: { name: string; value: string }) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text size="sm" fw={600} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {value}
      </Text>
    </Group>
  );
}

function Sums({ totals }: { totals: Totals }) {
  const { config } = useMarket();
  const { bookings, charges, energyWh, paid, relayFees } = totals;
  return (
    <Stack className="pp-card" gap="xs" data-history-totals>
      <Sum name={t('history.bookings')} value={t('history.count', { bookings, charges })} />
      <Sum name={t('history.energy')} value={energy(Number(energyWh), 3)} />
      <Sum name={t('history.paid')} value={exactMoney(paid, config.token)} />
      {relayFees === 0n ? null : (
        <Sum name={t('history.relayFees')} value={exactMoney(relayFees, config.token)} />
      )}
    </Stack>
  );
}

function Item({ booking }: { booking: BookingResponse }) {
  const { config } = useMarket();
  const start = booking.firstSlot * SLOT_SEC;
  const { bookingId, energyWh, paid } = booking;
  const figures = [
    ...(energyWh === null || energyWh === 0 ? [] : [energy(energyWh)]),
    ...(paid === null ? [] : [t('history.wasPaid', { amount: exactMoney(paid, config.token) })]),
  ];
  return (
    <li>
      <a className="pp-card" href={hrefOf({ page: 'receipt', bookingId: bookingId as `0x${string}` })}>
        <Group justify="space-between" wrap="nowrap">
          <div>
            <Text fw={600}>
              {dayOf(start)}, {timeOf(start)}
            </Text>
            <Text size="sm" c="dimmed">
              {t(`history.status.${booking.reservationStatus}`)}
              {figures.length === 0 ? '' : ` · ${figures.join(' · ')}`}
            </Text>
          </div>
          <IconChevronRight size={20} aria-hidden />
        </Group>
      </a>
    </li>
  );
}

function Downloads({ bookings }: { bookings: readonly BookingResponse[] }) {
  const { config } = useMarket();
  const csv = () =>
    download('plugpact-bookings.csv', new Blob([csvOf(bookings, config.token)], { type: 'text/csv' }));
  const pdf = useAction(async () => {
    const [{ makePdf }, { statementDocument }] = await Promise.all([
      import('../app/pdf.ts'),
      import('./statementPdf.ts'),
    ]);
    download('plugpact-bookings.pdf', await makePdf(statementDocument(bookings, config.token)));
  });
  return (
    <Group gap="xs">
      <Button variant="default" leftSection={<IconDownload size={17} />} onClick={csv}>
        {t('history.csv')}
      </Button>
      <Button
        variant="default"
        leftSection={<IconFileText size={17} />}
        loading={pdf.busy}
        onClick={() => pdf.act()}
      >
        {t('history.pdf')}
      </Button>
      <Failure error={pdf.error} />
    </Group>
  );
}

function List({ bookings }: { bookings: readonly BookingResponse[] }) {
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  return (
    <>
      <Sums totals={totalsOf(bookings)} />
      {bookings.length === 0 ? null : <Downloads bookings={bookings} />}
      <Stack component="ul" className="pp-list" gap="sm" aria-label={t('history.title')}>
        {bookings.slice(0, shown).map((booking) => (
          <Item key={booking.bookingId} booking={booking} />
        ))}
      </Stack>
      {shown >= bookings.length ? null : (
        <Button variant="default" onClick={() => setShown(shown + SHOWN_AT_ONCE)}>
          {t('history.more', { left: bookings.length - shown })}
        </Button>
      )}
    </>
  );
}

function Bookings() {
  const { ledger } = useMarket();
  const wallet = useWallet().wallet!;
  const { value, error, reload } = useLoaded(wallet.address, () => allBookings(wallet.address));
  const entry = useAction(async () => {
    await asSignedIn(wallet, ledger, () => allBookings(wallet.address));
    reload();
  });
  if (value !== undefined) return <List bookings={value} />;
  if ((error as PlugpactError | undefined)?.code === 'signIn.missing') {
    return (
      <Stack className="pp-card" gap="xs">
        <Text size="sm">{t('history.signIn.why')}</Text>
        <Button loading={entry.busy} onClick={() => entry.act()}>
          {t('history.signIn')}
        </Button>
        <Failure error={entry.error} />
      </Stack>
    );
  }
  if (error !== undefined) return <Failure error={error} onRetry={reload} title={t('history.failed')} />;
  return <Skeleton height={240} radius={14} />;
}

/** All bookings of the account, on whatever device they were made, with sums and downloads. */
export default function HistoryPanel() {
  const { wallet } = useWallet();
  return (
    <Stack gap="md">
      <PageHead title={t('history.title')} about={t('history.says')} />
      {wallet === undefined ? <Text className="pp-card">{t('history.noAccount')}</Text> : <Bookings />}
    </Stack>
  );
}
