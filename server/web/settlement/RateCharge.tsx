import { Button, Stack, Text, Textarea } from '@mantine/core';
import { IconStar, IconStarFilled } from '@tabler/icons-react';
import { useState } from 'react';
import { asSignedIn } from '../accounts/asSignedIn.ts';
import { useWallet } from '../accounts/WalletProvider.tsx';
import { signAs, type Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded } from '../app/hooks.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';
import { isDriver, type StoredBooking } from '../booking/storedBookings.ts';

const MOST_LETTERS = 500;

interface Given {
  stars: number;
  comment: string;
}

/** One for each booking, signed by its driver, so that everybody can check it; a later one takes its place. */
async function rate(wallet: Wallet, ledger: Ledger, stored: StoredBooking, { stars, comment }: Given) {
  const { bookingId, outcome } = stored;
  const ratedAt = Math.max(Math.floor(Date.now() / 1_000), outcome?.endedAt ?? 0);
  const message = { bookingId, stars, comment, ratedAt: BigInt(ratedAt) };
  const signature = await signAs(wallet, ledger, 'Rating', message);
  const body = { stars, comment, ratedAt, signature };
  const request = { params: { bookingId }, query: { account: wallet.address }, body };
  await asSignedIn(wallet, ledger, () => api('putRating', request));
}

async function ratingOf({ bookingId, booking: { listingId } }: StoredBooking): Promise<Given | undefined> {
  const { ratings } = await api('listRatings', { params: { listingId } });
  return ratings.find((one) => one.bookingId === bookingId);
}

/** Five radio buttons, each as large as a thumb. */
function Stars({ value, onChange }: { value: number; onChange: (stars: number) => void }) {
  return (
    <fieldset className="pp-stars">
      <legend className="pp-stars-legend">{t('settlement.rate.title')}</legend>
      {[1, 2, 3, 4, 5].map((count) => (
        <label key={count}>
          <input
            type="radio"
            name="stars"
            value={count}
            checked={count === value}
            aria-label={t('settlement.rate.stars', { count })}
            onChange={() => onChange(count)}
          />
          {count <= value ? <IconStarFilled size={28} aria-hidden /> : <IconStar size={28} aria-hidden />}
        </label>
      ))}
    </fieldset>
  );
}

/** Asks how a finished charge was. The rating is public and names the account. */
export function RateCharge({ stored }: { stored: StoredBooking }) {
  const { ledger } = useMarket();
  const { wallet } = useWallet();
  const { value: given, reload } = useLoaded(stored.bookingId, () => ratingOf(stored));
  const [changed, setChanged] = useState<Partial<Given>>({});
  const stars = changed.stars ?? given?.stars ?? 0;
  const comment = changed.comment ?? given?.comment ?? '';
  const { act, busy, error } = useAction(async () => {
    await rate(wallet!, ledger, stored, { stars, comment });
    setChanged({});
    reload();
  });
  if (wallet === undefined || !isDriver(stored, wallet.address)) return null;
  const isGiven = given !== undefined && Object.keys(changed).length === 0;
  return (
    <Stack className="pp-card pp-noprint" gap="xs" data-rating={given?.stars ?? 0}>
      <Text fw={600}>{isGiven ? t('settlement.rate.thanks') : t('settlement.rate.title')}</Text>
      <Stars value={stars} onChange={(chosen) => setChanged({ ...changed, stars: chosen })} />
      <Textarea
        label={t('settlement.rate.comment')}
        maxLength={MOST_LETTERS}
        autosize
        value={comment}
        onChange={(event) => setChanged({ ...changed, comment: event.currentTarget.value })}
      />
      <Text size="xs" c="dimmed">
        {t('settlement.rate.public')}
      </Text>
      <Button variant="default" loading={busy} disabled={stars === 0 || isGiven} onClick={() => act()}>
        {t('settlement.rate.send')}
      </Button>
      <Failure error={error} title={t('settlement.rate.failed')} moved={t('settlement.rate.noMoney')} />
    </Stack>
  );
}
