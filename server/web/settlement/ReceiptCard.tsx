import { Code, Divider, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import type { PdfRow } from '../app/pdf.ts';
import { dayOf, timeOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import type { EndedBooking } from './loadReceipt.ts';
import type { ReceiptFacts } from './receiptFacts.ts';
import { type ReceiptRows, receiptRows } from './receiptRows.ts';
import { checkWords, endWords } from './receiptWords.ts';
import { Transaction } from './Transaction.tsx';
import './settlement.css';

function Row({ row: { name, value, isStrong = false } }: { row: PdfRow }) {
  return (
    <Group justify="space-between" wrap="nowrap" align="baseline">
      <Text size="sm" c={isStrong ? undefined : 'dimmed'} fw={isStrong ? 600 : 400}>
        {name}
      </Text>
      <Text size="sm" fw={isStrong ? 700 : 500} className="pp-receipt-value">
        {value}
      </Text>
    </Group>
  );
}

/** What was used, what it cost part by part, and where the money went. */
export function Rows({ rows: { usage, parts, totals } }: { rows: ReceiptRows }) {
  return (
    <>
      {[...usage, ...parts].map((row) => (
        <Row key={row.name} row={row} />
      ))}
      {usage.length === 0 ? null : <Divider />}
      {totals.map((row) => (
        <Row key={row.name} row={row} />
      ))}
    </>
  );
}

function Long({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Code className="pp-receipt-hash" fz="xs">
        {children}
      </Code>
    </div>
  );
}

function Checks({ checks }: Pick<ReceiptFacts, 'checks'>) {
  return (
    <Stack gap={4} mt={4}>
      <Text size="xs" fw={600}>
        {t('settlement.checkedHere')}
      </Text>
      {checks.map((check) => (
        <Group key={check.name} gap={6} wrap="nowrap" c={check.ok ? 'var(--pp-good)' : 'red'}>
          {check.ok ? <IconCheck size={16} aria-hidden /> : <IconX size={16} aria-hidden />}
          <Text size="xs">{checkWords(check)}</Text>
        </Group>
      ))}
    </Stack>
  );
}

/** Transactions, hashes and codes: for those who check. `secret`: only the driver's own device has it. */
function Proof({ ended: { made, facts, story }, secret }: { ended: EndedBooking; secret?: `0x${string}` }) {
  const { config } = useMarket();
  return (
    <details className="pp-receipt-proof">
      <Text component="summary" size="sm" fw={600}>
        {t('settlement.proof.title')}
      </Text>
      <Stack gap="xs" mt="xs">
        {story.map(({ name, at, transactionHash }) => (
          <Text size="xs" key={`${name} ${transactionHash}`} data-transaction={name}>
            {t(`settlement.course.${name}`)}, {dayOf(at)}, {timeOf(at)}:{' '}
            <Transaction config={config} hash={transactionHash} />
          </Text>
        ))}
        <Long name={t('settlement.proof.transaction', { block: String(facts.blockNumber) })}>
          {facts.transactionHash}
        </Long>
        <Long name={t('settlement.proof.booking')}>{made.bookingId}</Long>
        <Long name={t('settlement.proof.host')}>{made.booking.terms.host}</Long>
        {facts.reading === undefined ? null : (
          <Long name={t('settlement.proof.evidence')}>{facts.reading.evidenceHash}</Long>
        )}
        {facts.reading === undefined || secret === undefined ? null : (
          <Long name={t('settlement.proof.startCode')}>{startCodeOf(secret)}</Long>
        )}
      </Stack>
    </details>
  );
}

/** The payment and its parts, read from the ledger and recomputed on this device. */
export function ReceiptCard({
  ended,
  secret,
  children,
}: {
  ended: EndedBooking;
  secret?: `0x${string}`;
  children?: ReactNode;
}) {
  const { config } = useMarket();
  const { facts, vat } = ended;
  return (
    <Stack className="pp-card pp-receipt" gap="sm" data-receipt={facts.event}>
      <Group justify="space-between">
        <Text fw={700} size="lg">
          {t('settlement.receipt')}
        </Text>
        <Text size="sm" c="dimmed">
          {dayOf(facts.at)}, {timeOf(facts.at)}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        {endWords(facts)}
      </Text>
      <Divider />
      <Rows rows={receiptRows(ended, config.token, secret !== undefined)} />
      {vat === undefined ? (
        <Text size="xs" c="dimmed">
          {t('settlement.noVat')}
        </Text>
      ) : null}
      <Checks checks={facts.checks} />
      {children}
      <Divider />
      <Proof ended={ended} {...(secret === undefined ? {} : { secret })} />
    </Stack>
  );
}
