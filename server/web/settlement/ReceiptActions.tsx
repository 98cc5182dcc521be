import { Button, Group } from '@mantine/core';
import { IconDownload, IconPrinter, IconShare } from '@tabler/icons-react';
import { useState } from 'react';
import { download } from '../app/download.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { hrefOf } from '../app/route.ts';
import { t } from '../app/words.ts';
import type { EndedBooking } from './loadReceipt.ts';

/** Where anybody sees a receipt's public facts. */
const linkOf = ({ made: { bookingId } }: EndedBooking): string =>
  `${location.origin}${location.pathname}${hrefOf({ page: 'receipt', bookingId })}`;

/** By the device's own way where there is one, else to the clipboard. Leaving its dialog shares nothing, and is no error. */
async function shareLink(url: string): Promise<boolean> {
  if (navigator.share !== undefined) {
    await navigator.share({ title: t('settlement.receipt'), url }).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error;
    });
    return false;
  }
  await navigator.clipboard.writeText(url);
  return true;
}

/** Print, PDF, and the link that anybody can open. `meter`: what was found of the meter's record. */
export function ReceiptActions({ ended, meter }: { ended: EndedBooking; meter: string | undefined }) {
  const { config } = useMarket();
  const [copied, setCopied] = useState(false);
  const file = useAction(async () => {
    const [{ makePdf }, { receiptDocument }] = await Promise.all([
      import('../app/pdf.ts'),
      import('./receiptPdf.ts'),
    ]);
    const made = receiptDocument(ended, config, { link: linkOf(ended), meter });
    download(`plugpact-${ended.made.bookingId.slice(2, 10)}.pdf`, await makePdf(made));
  });
  const link = useAction(async () => setCopied(await shareLink(linkOf(ended))));
  return (
    <>
      <Group gap="xs" className="pp-noprint">
        <Button variant="default" leftSection={<IconPrinter size={17} />} onClick={() => window.print()}>
          {t('settlement.print')}
        </Button>
        <Button
          variant="default"
          leftSection={<IconDownload size={17} />}
          loading={file.busy}
          onClick={() => file.act()}
        >
          {t('settlement.savePdf')}
        </Button>
        <Button
          variant="default"
          leftSection={<IconShare size={17} />}
          loading={link.busy}
          onClick={() => link.act()}
        >
          <span aria-live="polite">{copied ? t('settlement.copied') : t('settlement.share')}</span>
        </Button>
      </Group>
      <Failure error={file.error ?? link.error} />
    </>
  );
}
