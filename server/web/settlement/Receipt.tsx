import { Alert, Button, Code, Divider, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconCheck, IconPrinter, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { useSetting } from '../app/MarketProvider.tsx';
import { Failure } from '../app/Failure.tsx';
import { useLoaded } from '../app/hooks.ts';
import { plainCost } from '../app/uncappedCost.ts';
import { dayOf, duration, energy, exactMoney, timeOf } from '../app/units.ts';
import type { Ending, KeptBooking } from '../booking/storedBookings.ts';
import { type ReceiptFacts, receiptFacts } from './receiptFacts.ts';

const OUTCOME_WORDS = {
  Settled: 'Paid by a final reading that both sides signed.',
  Canceled: 'Cancelled.',
  Finalised: 'Ended by its deadline.',
  Expired: 'Nobody reported a charge: everything came back.',
} as const;

/** A visit that ended without a charge: the co-signed zero. */
function outcomeWords({ outcome, paid }: ReceiptFacts): string {
  if (outcome === 'Settled' && paid === 0n)
    return 'Nothing was charged: both sides signed that, and everything came back.';
  return OUTCOME_WORDS[outcome];
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

function Breakdown({ kept, facts }: { kept: KeptBooking; facts: ReceiptFacts }) {
  const { config } = useSetting();
  const { tariff } = fromTermsStruct(kept.booking.terms);
  const { reading } = facts;
  const text = (units: bigint) => exactMoney(units, config.token);
  if (reading === undefined) return null;
  const timeSec = reading.endedAt - reading.beganAt;
  const parts: [string, bigint][] = [
    [
      `${energy(reading.energyWh, 3)} × ${text(tariff.pricePerKwh)}`,
      plainCost({ ...tariff, flatFee: 0n }, reading.energyWh, 0),
    ],
    [
      `${duration(timeSec)} × ${text(tariff.pricePerHour)} per hour`,
      plainCost({ ...tariff, flatFee: 0n }, 0, timeSec),
    ],
    ['Once per visit', tariff.flatFee],
    [
      `${duration(reading.overstaySec)} too long`,
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
        // A visit without a charge costs nothing, not even what is due once.
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

function Facts({ kept, facts }: { kept: KeptBooking; facts: ReceiptFacts }) {
  const { config } = useSetting();
  return (
    <Stack className="pp-card" gap="sm" data-receipt={facts.outcome}>
      <Group justify="space-between">
        <Text fw={700} size="lg">
          Receipt
        </Text>
        <Text size="sm" c="dimmed">
          {dayOf(facts.at)}, {timeOf(facts.at)}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        {outcomeWords(facts)}
      </Text>
      <Divider />
      <Breakdown kept={kept} facts={facts} />
      <Line name="Paid to the host" strong>
        {exactMoney(facts.paid, config.token)}
      </Line>
      <Line name="Back in your purse" strong>
        {exactMoney(facts.refunded, config.token)}
      </Line>
      <Stack gap={4} mt={4}>
        {facts.checks.map(({ name, ok }) => (
          <Group key={name} gap={6} wrap="nowrap" c={ok ? 'var(--pp-good)' : 'red'}>
            {ok ? <IconCheck size={16} aria-hidden /> : <IconX size={16} aria-hidden />}
            <Text size="xs">
              {ok ? 'Checked on this device' : 'NOT true'}: {name}
            </Text>
          </Group>
        ))}
      </Stack>
      <Divider />
      <Long name={`Transaction, block ${facts.blockNumber}`} value={facts.transactionHash} />
      <Long name="Booking" value={kept.bookingId} />
      {facts.reading === undefined ? null : (
        <Long name="Evidence (sha256)" value={facts.reading.evidenceHash} />
      )}
      {facts.reading === undefined ? null : <Long name="Start code" value={startCodeOf(kept.secret)} />}
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

/** What was paid for what, read from the ledger and recomputed on this device. */
export function Receipt({ kept, ending }: { kept: KeptBooking; ending: Ending }) {
  const { ledger } = useSetting();
  const endedTx = ending.endedTx;
  const { value, error, reload } = useLoaded(endedTx ?? undefined, () =>
    receiptFacts(ledger, kept, endedTx!),
  );
  if (endedTx === null) {
    return <Alert color="gray">The booking ended; the ledger’s transaction is not known yet.</Alert>;
  }
  if (error !== undefined) return <Failure error={error} onRetry={reload} title="The receipt did not load" />;
  return value === undefined ? <Skeleton height={360} radius={14} /> : <Facts kept={kept} facts={value} />;
}
