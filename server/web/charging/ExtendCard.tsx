import { Button, Stack, Text } from '@mantine/core';
import { IconClockPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { lazyPart } from '../app/Boundary.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { duration, timeOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { centOf } from '../booking/cent.ts';
import { type Charger, loadCharger } from '../booking/charger.ts';
import { quoteOf } from '../booking/quote.ts';
import { canBegin, freeRun } from '../booking/slotChoice.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';
import { timesOf } from '../booking/times.ts';
import type { Offer } from '../booking/WhatItCosts.tsx';

const ConfirmBooking = lazyPart(() => import('../booking/ConfirmBooking.tsx'), null);

/** An hour more is offered, or what is free of it. */
const MOST_SLOTS = 4;
const ASK_AGAIN_SEC = 60;

/** The next slots after a booking, as an offer of a second booking; undefined where the first of them is taken. */
export function nextOffer(
  charger: Charger,
  endSlot: number,
  nowSec: number,
  bondMax: bigint,
  centUnits: bigint,
): Offer | undefined {
  const { terms, hours, detail } = charger;
  const calendar = { terms: terms.bookingTerms, hours, taken: new Set(detail.takenSlots), nowSec };
  const slotCount = Math.min(MOST_SLOTS, freeRun(calendar, endSlot));
  if (slotCount === 0 || !canBegin(calendar, endSlot, slotCount)) return undefined;
  const needWh = Math.floor((Number(terms.metering.maxPowerW) * slotCount * SLOT_SEC) / 3_600);
  const quote = quoteOf(terms, { energyWh: needWh, slotCount }, bondMax, centUnits);
  return { charger, quote, firstSlot: endSlot, slotCount, needWh };
}

/** Stays longer, by a booking of the next slots at the prices of now. */
export function ExtendCard({ stored }: { stored: StoredBooking }) {
  const { config, ledger } = useMarket();
  const nowSec = useNow(5_000);
  const [isConfirming, setConfirming] = useState(false);
  const { listingId } = stored.booking;
  const { end } = timesOf(stored, config.windows);
  const isOpen = stored.cosigned !== undefined && !stored.cosigned.reading.isFinal && nowSec < end;
  const round = Math.floor(nowSec / ASK_AGAIN_SEC);
  const key = isOpen ? `extend:${listingId}:${round}` : undefined;
  const { value, reload } = useLoaded(key, () => loadCharger(ledger, listingId));
  const cent = centOf(config.token.decimals);
  const offer =
    value?.detail.listingStatus === 'OPEN' && value.onLedger
      ? nextOffer(value, end / SLOT_SEC, nowSec, BigInt(config.bondMax), cent)
      : undefined;
  if (!isOpen || offer === undefined) return null;
  return (
    <Stack className="pp-card pp-noprint" gap="xs" data-extend={offer.slotCount}>
      <Text fw={600}>{t('charging.extend.title')}</Text>
      <Text size="sm" c="dimmed">
        {t('charging.extend.how')}
      </Text>
      <Button
        variant="default"
        mih={44}
        leftSection={<IconClockPlus size={18} aria-hidden />}
        onClick={() => setConfirming(true)}
      >
        {t('charging.extend.book', {
          duration: duration(offer.slotCount * SLOT_SEC),
          time: timeOf(end + offer.slotCount * SLOT_SEC),
        })}
      </Button>
      {isConfirming ? (
        <ConfirmBooking offer={offer} onClose={() => setConfirming(false)} onBooked={reload} />
      ) : null}
    </Stack>
  );
}
