import { Button, Divider, Group, Stack, Text } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { NeedSlider } from '../app/NeedSlider.tsx';
import { duration, energy, moneyUnit, whenOf } from '../app/units.ts';
import { useNeedWh } from '../map/ChargerList.tsx';
import { ConfirmBooking } from './ConfirmBooking.tsx';
import type { Charger } from './charger.ts';
import { type Quote, quoteOf, slotsForEnergy } from './quote.ts';
import { SlotPicker } from './SlotPicker.tsx';
import { type Calendar, canBegin, firstBookable } from './slotChoice.ts';

/** One cent of the token, in token units. */
export const centOf = (decimals: number): bigint => 10n ** BigInt(Math.max(0, decimals - 2));

/** Why more is locked than the need can cost. */
function raisedWords({ raisedBy, cap }: Quote, text: (units: bigint) => string): string {
  if (raisedBy === undefined) return '';
  return raisedBy === 'NO_SHOW_FEE'
    ? ` For this time at least ${text(cap)} is locked, because of the fee for not coming.`
    : ` For this time the host asks that at least ${text(cap)} is locked.`;
}

function QuoteLines({ quote, needWh }: { quote: Quote; needWh: number }) {
  const { config } = useMarket();
  const text = (units: bigint) => moneyUnit(units, config.token);
  const lines: [string, bigint][] = [
    [`${energy(needWh, 0)} of energy`, quote.energyCost],
    [`${duration(quote.chargingSec)} of charging`, quote.timeCost],
    ['Flat fee', quote.flatFee],
  ];
  return (
    <Stack gap={4}>
      {lines
        .filter(([, units], index) => units > 0n || index === 0)
        .map(([name, units]) => (
          <Group key={name} justify="space-between">
            <Text size="sm" c="dimmed">
              {name}
            </Text>
            <Text size="sm">{text(units)}</Text>
          </Group>
        ))}
      <Group justify="space-between" align="baseline">
        <Text fw={600}>About</Text>
        <Text fw={700} size="xl">
          {text(quote.expected)}
        </Text>
      </Group>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <IconLock size={15} style={{ marginTop: 2, flexShrink: 0 }} aria-hidden />
        <Text size="xs" c="dimmed">
          At most {text(quote.cap)}
          {quote.overstayReserve > 0n ? `, of which ${text(quote.overstayReserve)} is for overstay only` : ''}
          . This is locked on the ledger
          {quote.bond > 0n ? `, plus a bond of ${text(quote.bond)} that is returned` : ''}. What you do not
          use is refunded at the end.{raisedWords(quote, text)}
        </Text>
      </Group>
    </Stack>
  );
}

/** The form of a booking: energy, time and quote. */
export function BookingForm({ charger, onBooked }: { charger: Charger; onBooked: () => void }) {
  const { config } = useMarket();
  const { terms, hours, detail } = charger;
  const nowSec = useNow(15_000);
  const calendar: Calendar = useMemo(
    () => ({ terms: terms.bookingTerms, hours, taken: new Set(detail.takenSlots), nowSec }),
    [terms, hours, detail.takenSlots, nowSec],
  );
  const [needWh, setNeedWh] = useNeedWh();
  const [slots, setSlots] = useState(() => {
    const slotCount = slotsForEnergy(terms, needWh);
    return { slotCount, firstSlot: firstBookable(calendar, slotCount), byHand: false };
  });
  const [confirming, setConfirming] = useState(false);
  const quote = quoteOf(
    terms,
    { energyWh: needWh, slotCount: slots.slotCount },
    BigInt(config.bondMax),
    centOf(config.token.decimals),
  );
  const fits = quote.mostEnergyWh >= needWh;
  const ready = slots.firstSlot !== undefined && canBegin(calendar, slots.firstSlot, slots.slotCount);
  // Time passes and others book: a start that the reader did not choose moves to the next possible one.
  useEffect(() => {
    if (ready || slots.byHand || confirming) return;
    setSlots((old) => ({ ...old, firstSlot: firstBookable(calendar, old.slotCount) }));
  }, [ready, slots.byHand, confirming, calendar]);
  const changeNeed = (wh: number) => {
    setNeedWh(wh);
    if (slots.byHand) return;
    const slotCount = slotsForEnergy(terms, wh);
    setSlots({ slotCount, firstSlot: firstBookable(calendar, slotCount), byHand: false });
  };
  const closed = detail.listingStatus !== 'OPEN';
  return (
    <Stack className="pp-card" gap="md">
      <div>
        <NeedSlider needWh={needWh} onChange={changeNeed} />
      </div>
      <SlotPicker
        calendar={calendar}
        firstSlot={slots.firstSlot}
        slotCount={slots.slotCount}
        onChange={(firstSlot, slotCount) => setSlots({ firstSlot, slotCount, byHand: true })}
      />
      <Divider />
      <QuoteLines quote={quote} needWh={needWh} />
      {fits ? null : (
        <Text size="sm" c="orange" role="status">
          In {duration(slots.slotCount * SLOT_SEC)} this charger delivers at most{' '}
          {energy(quote.mostEnergyWh, 1)}. Choose a longer time or less energy.
        </Text>
      )}
      <Button size="md" disabled={!ready || closed} onClick={() => setConfirming(true)}>
        {closed
          ? 'Closed for new bookings'
          : slots.firstSlot === undefined
            ? 'Choose a start time'
            : `Book ${whenOf(slots.firstSlot * SLOT_SEC, nowSec)}, ${duration(slots.slotCount * SLOT_SEC)}`}
      </Button>
      {slots.firstSlot === undefined ? null : (
        <ConfirmBooking
          opened={confirming}
          onClose={() => setConfirming(false)}
          onBooked={onBooked}
          order={{ charger, quote, needWh, firstSlot: slots.firstSlot, slotCount: slots.slotCount }}
        />
      )}
    </Stack>
  );
}
