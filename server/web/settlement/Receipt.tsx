import { Alert, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconHourglass } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { costRoundedDown } from '../../../protocol/cost.ts';
import type { Reading } from '../../../protocol/reading.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { Failure } from '../app/Failure.tsx';
import { useLoaded } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { energy } from '../app/units.ts';
import { t } from '../app/words.ts';
import { allowedNow } from '../booking/allowance.ts';
import type { Outcome, StoredBooking } from '../booking/storedBookings.ts';
import { type EndedBooking, loadReceipt } from './loadReceipt.ts';
import { MeterRecord } from './MeterRecord.tsx';
import type { MeterVerdict } from './meterRecord.ts';
import { RateCharge } from './RateCharge.tsx';
import { ReceiptActions } from './ReceiptActions.tsx';
import { ReceiptCard, Rows } from './ReceiptCard.tsx';
import { pendingRows } from './receiptRows.ts';
import { meterWords } from './receiptWords.ts';
import { storedReceipt, storeReceipt } from './storedReceipts.ts';

/** Whether this final reading ends the booking without another word of the driver: co-signed, or within the allowance. */
export function endsBooking(stored: StoredBooking, reading: Reading | undefined): boolean {
  if (!reading?.isFinal) return false;
  if (stored.cosigned?.reading.isFinal) return true;
  const { tariff } = fromTermsStruct(stored.booking.terms);
  return costRoundedDown(tariff, reading, stored.booking.money.cap) <= allowedNow(stored);
}

/** The receipt before the ledger has it. `latest`: the newest reading that came, co-signed or not. */
export function PendingReceipt({ stored, latest }: { stored: StoredBooking; latest: Reading | undefined }) {
  const { config } = useMarket();
  const cosigned = stored.cosigned?.reading;
  const reading = cosigned?.isFinal ? cosigned : latest;
  if (reading === undefined || !endsBooking(stored, reading)) return null;
  const rows = pendingRows(stored, reading, BigInt(config.bondMax), config.token);
  return (
    <Stack className="pp-card" gap="sm" data-receipt-pending>
      <Group gap="xs">
        <IconHourglass size={18} aria-hidden />
        <Text fw={700} size="lg">
          {t('settlement.receipt')}
        </Text>
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {t('settlement.settling')}
      </Text>
      <Rows rows={rows} />
    </Stack>
  );
}

function Ended({ ended, stored }: { ended: EndedBooking; stored: StoredBooking }) {
  const [verdict, setVerdict] = useState<MeterVerdict>();
  const onVerdict = useCallback((found: MeterVerdict) => setVerdict(found), []);
  const proven = verdict?.tier === 'VERIFIED' ? energy(Number(verdict.provenWh), 3) : '';
  const meter = verdict && meterWords(verdict, proven);
  return (
    <>
      <ReceiptCard ended={ended} secret={stored.secret}>
        <MeterRecord ended={ended} verdict={verdict} onVerdict={onVerdict} />
        <ReceiptActions ended={ended} meter={meter} />
      </ReceiptCard>
      {stored.outcome?.reservationStatus === 'FULFILLED' ? <RateCharge stored={stored} /> : null}
    </>
  );
}

/** Read and checked now, or, while the ledger cannot be asked, as this device read it before. */
function useReceipt(stored: StoredBooking, endedTx: Outcome['endedTx']) {
  const { config, ledger } = useMarket();
  const known = useMemo(() => storedReceipt(stored.bookingId), [stored.bookingId]);
  // Without the keys of this booking: only what the ledger said is stored.
  const { bookingId, ref, booking, bookedTx } = stored;
  const loaded = useLoaded(endedTx ?? undefined, async () => {
    const made = { bookingId, ref, booking };
    const ended = await loadReceipt(ledger, made, { bookedTx, endedTx: endedTx! }, config);
    storeReceipt(ended);
    return ended;
  });
  return { ...loaded, known };
}

/** The payment and its parts, read from the ledger and recomputed on this device. */
export function Receipt({ stored, outcome }: { stored: StoredBooking; outcome: Outcome }) {
  const { endedTx } = outcome;
  const { value, error, reload, known } = useReceipt(stored, endedTx);
  if (endedTx === null) return <Alert color="gray">{t('settlement.noTransaction')}</Alert>;
  const shown = value ?? known;
  if (shown === undefined && error === undefined) return <Skeleton height={360} radius={14} />;
  return (
    <>
      {error === undefined ? null : (
        <Failure error={error} onRetry={reload} title={t('settlement.notLoaded')} />
      )}
      {value === undefined && known !== undefined ? (
        <Text size="sm" c="dimmed" role="status" data-stored>
          {t('settlement.stored')}
        </Text>
      ) : null}
      {shown === undefined ? null : <Ended ended={shown} stored={stored} />}
    </>
  );
}
