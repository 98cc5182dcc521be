import { Alert, Button, Code, Divider, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconCheck, IconPrinter, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { Failure } from '../app/Failure.tsx';
import { useLoaded } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { uncappedCost } from '../app/uncappedCost.ts';
import { dayOf, duration, energy, exactMoney, timeOf } from '../app/units.ts';
import type { Outcome, StoredBooking } from '../booking/storedBookings.ts';
import { type ReceiptFacts, receiptFacts } from './receiptFacts.ts';

const EVENT_WORDS = {
  Settled: 'Paid according to a final reading that both sides signed.',
  SettledAlone: 'Paid on the charger’s word, within what you allowed.',
  Canceled: 'Cancelled.',
  Finalised: 'Settled at its deadline.',
  NoShowContested:
    'The host says that nobody came, you say that you were there. The fee went to nobody; the rest is back.',
  Expired: 'No charge was reported. You got a full refund.',
} as const;

/** A session without energy ends by a final reading of 0 kWh that both sides signed. */
function eventWords({ event, paid }: ReceiptFacts): string {
  if (event === 'Settled' && paid === 0n)
    return 'No energy was charged: both sides signed this, and you got a full refund.';
  return EVENT_WORDS[event];
}

function Line({ name, children, strong = false }: { name: string; children: ReactNode; strong?: boolean }) {
  return (
    <Group justify="space-between" wrap="nowrap" align="baseline">
      <Text size="sm" c={strong ? undefined : 'dimmed'} fw={strong ? 600 : 400}>
        {name}
      </Text>
      <Text size="sm" fw={strong ? 700 : 500} ta="right">
        {children}
      </Text>
    </Group>
  );
}

function Long({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Code style={{ overflowWrap: 'anywhere' }} fz="xs">
        {value}
      </Code>
    </div>
  );
}

function Breakdown({ stored, facts }: { stored: StoredBooking; facts: ReceiptFacts }) {
  const { config } = useMarket();
  const { tariff } = fromTermsStruct(stored.booking.terms);
  const { reading } = facts;
  const text = (units: bigint) => exactMoney(units, config.token);
  if (reading === undefined) return null;
  const timeSec = reading.endedAt - reading.beganAt;
  const parts: [string, bigint][] = [
    [
      `${energy(reading.energyWh, 3)} × ${text(tariff.pricePerKwh)} per kWh`,
      uncappedCost({ ...tariff, flatFee: 0n }, reading.energyWh, 0),
    ],
    [
      `${duration(timeSec)} × ${text(tariff.pricePerHour)} per hour`,
      uncappedCost({ ...tariff, flatFee: 0n }, 0, timeSec),
    ],
    ['Flat fee', tariff.flatFee],
    [
      `${duration(reading.overstaySec)} of overstay`,
      (BigInt(reading.overstaySec) * tariff.overstayPerHour) / 3_600n,
    ],
  ];
  return (
    <>
      <Line name="Energy" strong>
        {energy(reading.energyWh, 3)}
      </Line>
      <Line name="Charging">
        {timeOf(reading.beganAt)} – {timeOf(reading.endedAt)} ({duration(timeSec)})
      </Line>
      {parts
        // A session without energy costs nothing, not even the flat fee.
        .filter(([, units], index) => index === 0 || (units > 0n && facts.paid > 0n))
        .map(([name, units]) => (
          <Line key={name} name={name}>
            {text(units)}
          </Line>
        ))}
      <Divider />
    </>
  );
}

function Facts({ stored, facts }: { stored: StoredBooking; facts: ReceiptFacts }) {
  const { config } = useMarket();
  const { relayFee } = stored.booking.money;
  return (
    <Stack className="pp-card" gap="sm" data-receipt={facts.event}>
      <Group justify="space-between">
        <Text fw={700} size="lg">
          Receipt
        </Text>
        <Text size="sm" c="dimmed">
          {dayOf(facts.at)}, {timeOf(facts.at)}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        {eventWords(facts)}
      </Text>
      <Divider />
      <Breakdown stored={stored} facts={facts} />
      <Line name={facts.event === 'NoShowContested' ? 'Fee, paid to nobody' : 'Paid to the host'} strong>
        {exactMoney(facts.paid, config.token)}
      </Line>
      <Line name="Refunded to your purse" strong>
        {exactMoney(facts.refunded, config.token)}
      </Line>
      {relayFee === 0n ? null : (
        <Line name="Relay fee, paid when you booked">{exactMoney(relayFee, config.token)}</Line>
      )}
      <Stack gap={4} mt={4}>
        {facts.checks.map(({ name, ok }) => (
          <Group key={name} gap={6} wrap="nowrap" c={ok ? 'var(--pp-good)' : 'red'}>
            {ok ? <IconCheck size={16} aria-hidden /> : <IconX size={16} aria-hidden />}
            <Text size="xs">
              {ok ? 'Checked on this device' : 'Check failed'}: {name}
            </Text>
          </Group>
        ))}
      </Stack>
      <Divider />
      <Long name={`Transaction, block ${facts.blockNumber}`} value={facts.transactionHash} />
      <Long name="Booking" value={stored.bookingId} />
      {facts.reading === undefined ? null : (
        <Long name="Evidence (sha256)" value={facts.reading.evidenceHash} />
      )}
      {facts.reading === undefined ? null : <Long name="Start code" value={startCodeOf(stored.secret)} />}
      <Button
        className="pp-noprint"
        variant="default"
        leftSection={<IconPrinter size={17} />}
        onClick={() => window.print()}
      >
        Print or save as PDF
      </Button>
    </Stack>
  );
}

/** The payment and its parts, read from the ledger and recomputed on this device. */
export function Receipt({ stored, outcome }: { stored: StoredBooking; outcome: Outcome }) {
  const { ledger } = useMarket();
  const endedTx = outcome.endedTx;
  const { value, error, reload } = useLoaded(endedTx ?? undefined, () =>
    receiptFacts(ledger, stored, endedTx!),
  );
  if (endedTx === null) {
    return <Alert color="gray">The booking has ended. Its transaction on the ledger is not known yet.</Alert>;
  }
  if (error !== undefined)
    return <Failure error={error} onRetry={reload} title="Could not load the receipt" />;
  return value === undefined ? (
    <Skeleton height={360} radius={14} />
  ) : (
    <Facts stored={stored} facts={value} />
  );
}
