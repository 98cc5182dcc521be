import { Radio, Stack, Text } from '@mantine/core';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { moneyUnit, timeOf } from '../app/units.ts';
import { allowanceLasts, allowedNow } from '../booking/allowance.ts';
import { type AllowChoice, type StoredBooking, updateBooking } from '../booking/storedBookings.ts';
import { timesOf } from '../booking/times.ts';
import { postRaise, raiseAfter, signRaise } from './raise.ts';

/** Until when the charge goes on while this device sleeps. */
function sleepWords(stored: StoredBooking, upTo: bigint, end: number, nowSec: number): string {
  const reading = stored.cosigned?.reading;
  const sec = allowanceLasts(stored.booking, reading, upTo);
  const begins = Math.max(nowSec, stored.booking.firstSlot * SLOT_SEC);
  const until = sec === undefined ? end : Math.min(end, begins + sec);
  return until >= end
    ? 'Your phone may sleep until the end of the charge'
    : `Your phone may sleep until about ${timeOf(until)}`;
}

/** What may be paid on the charger's word alone, as the driver chooses: one figure, or nothing that is not watched. */
export function AllowanceCard({ stored }: { stored: StoredBooking }) {
  const { config } = useMarket();
  const nowSec = useNow(10_000);
  const { allow } = stored;
  if (allow === undefined || stored.cosigned?.reading.isFinal) return null;
  const { end } = timesOf(stored, config.windows);
  const text = (units: bigint) => moneyUnit(units, config.token);
  const allowed = allowedNow(stored);
  const proposed = allow === 'STEP' ? (stored.proposedCost ?? 0n) : allow.upTo;
  const upTo = proposed > allowed ? proposed : allowed;
  const choose = async (choice: AllowChoice) => {
    updateBooking(stored.bookingId, { allow: choice });
    const reading = stored.cosigned?.reading;
    const cost =
      reading && reading.energyWh > 0 ? raiseAfter({ ...stored, allow: choice }, reading) : undefined;
    if (cost === undefined) return;
    await signRaise(stored, cost);
    await postRaise(stored.bookingId);
  };
  return (
    <Stack className="pp-card pp-noprint" gap="xs" data-allowed={String(allowed)}>
      <Radio.Group
        label="While you charge"
        value={allow === 'STEP' ? 'STEP' : 'UP_TO'}
        onChange={(value) => void choose(value === 'STEP' ? 'STEP' : { upTo })}
      >
        <Stack gap="xs" mt="xs">
          <Radio
            value="UP_TO"
            label={sleepWords(stored, upTo, end, nowSec)}
            description={`At most ${text(upTo)} is paid on the charger’s word.`}
          />
          <Radio
            value="STEP"
            label="Watch every step"
            description={`Keep this page open: it allows each step as it signs. At most ${text(allowed)} is paid on the charger’s word at this moment; the charge pauses while this device sleeps.`}
          />
        </Stack>
      </Radio.Group>
      <Text size="xs" c="dimmed">
        What was allowed once cannot be taken back.
      </Text>
    </Stack>
  );
}
