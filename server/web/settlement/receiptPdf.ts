import type { ConfigResponse } from '../../../protocol/api.ts';
import type { PdfBlock, PdfDocument } from '../app/pdf.ts';
import { dayOf, timeOf } from '../app/units.ts';
import { language, t } from '../app/words.ts';
import { transactionUrl } from './explorer.ts';
import type { EndedBooking } from './loadReceipt.ts';
import { receiptRows } from './receiptRows.ts';
import { checkWords, endWords } from './receiptWords.ts';

/** A receipt as a document. `link`: where anybody sees the same; `meter`: what this device found of the meter's record. */
export function receiptDocument(
  ended: EndedBooking,
  config: Pick<ConfigResponse, 'chainId' | 'explorerUrl' | 'token' | 'market'>,
  { link, meter }: { link: string; meter: string | undefined },
): PdfDocument {
  const { made, facts, story } = ended;
  const rows = receiptRows(ended, config.token, false);
  const title = t('settlement.pdf.title');
  const proof: PdfBlock[] = [
    [t('settlement.proof.booking'), made.bookingId],
    [t('settlement.proof.host'), made.booking.terms.host],
    [t('settlement.proof.driver'), made.booking.driver],
    [t('settlement.proof.market'), `${config.market} (${config.chainId})`],
    ...story.map((event): [string, string] => [
      `${t(`settlement.course.${event.name}`)}, ${dayOf(event.at)}, ${timeOf(event.at)}`,
      transactionUrl(config, event.transactionHash) ?? event.transactionHash,
    ]),
    ...(facts.reading === undefined
      ? []
      : [[t('settlement.proof.evidence'), facts.reading.evidenceHash] as [string, string]]),
  ].map(([name = '', value = '']): PdfBlock => ({ kind: 'small', text: `${name}: ${value}` }));
  return {
    title,
    language,
    blocks: [
      { kind: 'title', text: title },
      { kind: 'text', text: `${dayOf(facts.at)}, ${timeOf(facts.at)}` },
      { kind: 'text', text: endWords(facts) },
      { kind: 'line' },
      { kind: 'rows', rows: [...rows.usage, ...rows.parts] },
      ...(rows.usage.length === 0 ? [] : [{ kind: 'line' } as const]),
      { kind: 'rows', rows: rows.totals },
      ...(ended.vat === undefined ? [{ kind: 'small', text: t('settlement.noVat') } as const] : []),
      { kind: 'heading', text: t('settlement.checks') },
      ...facts.checks.map((check): PdfBlock => ({ kind: 'text', text: checkWords(check) })),
      ...(meter === undefined ? [] : [{ kind: 'text', text: meter } as const]),
      { kind: 'heading', text: t('settlement.proof.title') },
      ...proof,
      { kind: 'small', text: t('settlement.pdf.link', { link }) },
    ],
  };
}
