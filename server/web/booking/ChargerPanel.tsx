import { ActionIcon, Badge, Button, Group, Skeleton, Stack, Text, Title, Tooltip } from '@mantine/core';
import { IconShieldCheck, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Hex } from 'viem';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { lazyPart } from '../app/Boundary.tsx';
import { Failure } from '../app/Failure.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { go, hrefOf } from '../app/route.ts';
import { power, shortHex, whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { StatusLine } from '../map/ChargerList.tsx';
import { connectorWords, FRESHNESS_WORDS, powerTypeWords, statusWords } from '../map/chargerWords.ts';
import { useMap } from '../map/MapContext.tsx';
import { BookingForm } from './BookingForm.tsx';
import { type Charger, loadCharger } from './charger.ts';
import { hoursWords } from './hoursWords.ts';
import { Prices } from './Prices.tsx';
import { recordWords } from './recordWords.ts';
import { firstBookable } from './slotChoice.ts';
import { useStoredBookings } from './storedBookings.ts';
import { TermsInWords } from './TermsInWords.tsx';
import { timesOf } from './times.ts';

/** The next possible start: a charger that is idle now may be booked for now. */
function nextStartWords({ detail, hours, terms }: Charger): string {
  const nowSec = Math.floor(Date.now() / 1_000);
  const calendar = { terms: terms.bookingTerms, hours, taken: new Set(detail.takenSlots), nowSec };
  const next = firstBookable(calendar, Number(terms.bookingTerms.minSlots));
  if (next === undefined) return t('booking.next.none');
  return next * SLOT_SEC <= nowSec
    ? t('booking.next.now')
    : t('booking.next.at', { time: whenOf(next * SLOT_SEC, nowSec) });
}

function Facts({ charger }: { charger: Charger }) {
  const { detail, hours, onLedger } = charger;
  const { explain } = statusWords(detail);
  return (
    <Stack className="pp-card" gap="xs">
      <Group justify="space-between">
        <StatusLine charger={detail} />
        <Tooltip label={FRESHNESS_WORDS[detail.freshness]} events={{ hover: true, focus: true, touch: true }}>
          <Badge variant="light" color={detail.freshness === 'LIVE' ? 'pine' : 'gray'} tabIndex={0}>
            {detail.freshness.toLowerCase()}
          </Badge>
        </Tooltip>
      </Group>
      <Text size="sm" c="dimmed">
        {explain}
      </Text>
      <Text size="sm">
        {hoursWords(hours)} {nextStartWords(charger)}
      </Text>
      <Prices tariff={charger.terms.tariff} />
      <Text size="sm">{recordWords(detail.record).join(' ')}</Text>
      <Group gap={6} wrap="nowrap" c={onLedger ? 'var(--pp-good)' : 'red'}>
        <IconShieldCheck size={16} aria-hidden />
        <Text size="xs">
          {onLedger ? t('booking.onLedger', { host: shortHex(detail.terms.host) }) : t('booking.notOnLedger')}
        </Text>
      </Group>
    </Stack>
  );
}

/** Loaded when somebody unfolds it. */
const QrCode = lazyPart(() => import('../accounts/QrCode.tsx'), null);

/** For a sticker at the wallbox: its link opens this very page. */
function StickerCode({ listingId }: { listingId: Hex }) {
  const [isOpen, setOpen] = useState(false);
  const link = `${location.origin}${location.pathname}${hrefOf({ page: 'charger', listingId })}`;
  return (
    <details className="pp-card pp-noprint" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('booking.qr.title')}</summary>
      <Text size="sm" c="dimmed" my="xs">
        {t('booking.qr.how')}
      </Text>
      {isOpen ? <QrCode text={link} label={t('booking.qr.title')} /> : null}
    </details>
  );
}

/** Who scans the code at the wallbox and has booked it finds the button that starts the charge. */
function OwnBooking({ listingId }: { listingId: Hex }) {
  const { config, ledger } = useMarket();
  const nowSec = useNow(10_000);
  const own = useStoredBookings(ledger.ref).find((stored) => {
    if (stored.booking.listingId !== listingId || stored.outcome !== undefined) return false;
    const { opens, closes } = timesOf(stored, config.windows);
    return nowSec >= opens - 3_600 && nowSec < closes;
  });
  if (own === undefined) return null;
  return (
    <Group className="pp-card" justify="space-between" data-own-booking>
      <Text fw={600}>{t('booking.here.title')}</Text>
      <Button component="a" mih={44} href={hrefOf({ page: 'booking', bookingId: own.bookingId })}>
        {t('booking.here.open')}
      </Button>
    </Group>
  );
}

/** One charger: status, price, booking form and terms. */
export function ChargerPanel({ listingId }: { listingId: Hex }) {
  const { ledger } = useMarket();
  const { chargers } = useMap();
  const { value, error, reload } = useLoaded(listingId, () => loadCharger(ledger, listingId));
  const live = chargers.all.find((c) => c.listingId === listingId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change on the map means that slots or terms may have changed
  useEffect(reload, [live?.status, live?.pricePerKwh, reload]);
  const charger = value && live ? { ...value, detail: { ...value.detail, ...live } } : value;
  return (
    <Stack gap="md">
      <Group justify="space-between" wrap="nowrap">
        <div>
          <Title order={1} size="h3">
            {charger === undefined
              ? t('booking.charger')
              : `${connectorWords(charger.detail.connectorStandard)} · ${power(charger.detail.maxPowerW)}`}
          </Title>
          <Text size="sm" c="dimmed">
            {charger === undefined
              ? '\u00a0'
              : t('booking.exactForBooked', { power: powerTypeWords(charger.detail.powerType) })}
          </Text>
        </div>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={44}
          aria-label={t('booking.close')}
          onClick={() => go({ page: 'map' })}
        >
          <IconX size={20} />
        </ActionIcon>
      </Group>
      {error === undefined ? null : <Failure error={error} onRetry={reload} title={t('booking.notLoaded')} />}
      {charger === undefined ? (
        error === undefined && (
          <>
            <Skeleton height={196} radius={14} />
            <Skeleton height={420} radius={14} />
          </>
        )
      ) : (
        <>
          <OwnBooking listingId={listingId} />
          <Facts charger={charger} />
          <BookingForm charger={charger} onBooked={reload} />
          <div className="pp-card">
            <Text fw={600} mb="xs">
              {t('booking.terms.title')}
            </Text>
            <TermsInWords terms={charger.terms} />
          </div>
          <StickerCode listingId={listingId} />
        </>
      )}
    </Stack>
  );
}
