import { Skeleton, Stack, Text } from '@mantine/core';
import type { Hex } from 'viem';
import { Failure } from '../app/Failure.tsx';
import { useLoaded } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { PageHead } from '../app/PageHead.tsx';
import { t } from '../app/words.ts';
import { loadPublicReceipt } from './loadReceipt.ts';
import { ReceiptActions } from './ReceiptActions.tsx';
import { ReceiptCard } from './ReceiptCard.tsx';

/** A receipt for anyone who has its link: what the ledger says of a booking, checked on this device, without any key. */
export default function PublicReceipt({ bookingId }: { bookingId: Hex }) {
  const { config, ledger } = useMarket();
  const { value, error, loading, reload } = useLoaded(bookingId, () =>
    loadPublicReceipt(ledger, bookingId, config),
  );
  return (
    <Stack gap="md" data-public-receipt>
      <PageHead title={t('settlement.receipt')} about={t('settlement.public.says')} />
      {error === undefined ? null : (
        <Failure error={error} onRetry={reload} title={t('settlement.notLoaded')} />
      )}
      {value === undefined ? null : (
        <ReceiptCard ended={value}>
          <ReceiptActions ended={value} meter={undefined} />
        </ReceiptCard>
      )}
      {value === undefined && error === undefined ? (
        loading ? (
          <Skeleton height={360} radius={14} />
        ) : (
          <Text className="pp-card">{t('settlement.public.open')}</Text>
        )
      ) : null}
    </Stack>
  );
}
