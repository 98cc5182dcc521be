import { t } from '../app/words.ts';
import type { MeterVerdict } from './meterRecord.ts';
import type { ReceiptFacts } from './receiptFacts.ts';

/** How the booking ended, in a sentence. Without energy it ends by a final reading of 0 kWh that both sides signed. */
export function endWords({ event, paid }: Pick<ReceiptFacts, 'event' | 'paid'>): string {
  return event === 'Settled' && paid === 0n ? t('settlement.end.none') : t(`settlement.end.${event}`);
}

export function checkWords({ name, ok }: ReceiptFacts['checks'][number]): string {
  const what = t(`settlement.check.${name}`);
  return ok ? what : t('settlement.checkFailed', { what });
}

/** What this device found of the meter's own record. `energy`: what it proves, as text. */
export function meterWords(verdict: MeterVerdict, provenText: string): string {
  switch (verdict.tier) {
    case 'VERIFIED':
      return t('settlement.meter.verified', { energy: provenText, records: verdict.records });
    case 'NOT_VERIFIED':
      return t('settlement.meter.notVerified', {
        why: verdict.faults.map((fault) => t(`settlement.meterFault.${fault}`)).join('; '),
      });
    case 'NOT_THERE':
      return t(`settlement.meterMissing.${verdict.why}`);
  }
}
