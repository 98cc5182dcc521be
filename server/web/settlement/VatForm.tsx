import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { asSignedIn } from '../accounts/asSignedIn.ts';
import type { Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded } from '../app/hooks.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';
import { basisPointsOf, vatRate } from './vat.ts';

/** States it in the host's profile, whose other words stay; an empty rate states none. */
async function state(wallet: Wallet, ledger: Ledger, rate: string, number: string): Promise<void> {
  const account = wallet.address;
  const { name, about, photoId } = await api('getProfile', { params: { account } });
  const basisPoints = basisPointsOf(rate);
  const vat = basisPoints === undefined ? null : { basisPoints, number };
  const request = { query: { account }, body: { name, about, photoId, vat } };
  await asSignedIn(wallet, ledger, () => api('putProfile', request));
}

/** A host who owes VAT states rate and number once: receipts of later bookings then name the tax. */
export function VatForm({ wallet }: { wallet: Wallet }) {
  const { ledger } = useMarket();
  const { value, reload } = useLoaded(wallet.address, () =>
    api('getProfile', { params: { account: wallet.address } }),
  );
  const [typed, setTyped] = useState<{ rate?: string; number?: string }>({});
  const stated = value?.vat;
  const rate = typed.rate ?? (stated ? vatRate(stated) : '');
  const number = typed.number ?? stated?.number ?? '';
  const isWrong = rate.trim() !== '' && basisPointsOf(rate) === undefined;
  const { act, busy, error } = useAction(async () => {
    await state(wallet, ledger, rate, number);
    setTyped({});
    reload();
  });
  return (
    <details className="pp-card" data-vat={stated?.basisPoints ?? 0}>
      <Text component="summary" size="sm" fw={600}>
        {stated ? t('settlement.vat.is', { rate: vatRate(stated) }) : t('settlement.vat.title')}
      </Text>
      <Stack gap="xs" mt="xs">
        <Text size="sm" c="dimmed">
          {t('settlement.vat.says')}
        </Text>
        <TextInput
          label={t('settlement.vat.rate')}
          value={rate}
          error={isWrong ? t('settlement.vat.wrong') : undefined}
          inputMode="decimal"
          onChange={(event) => setTyped({ ...typed, rate: event.currentTarget.value })}
        />
        <TextInput
          label={t('settlement.vat.number')}
          value={number}
          maxLength={40}
          onChange={(event) => setTyped({ ...typed, number: event.currentTarget.value })}
        />
        <Button
          variant="default"
          loading={busy}
          disabled={isWrong || value === undefined || Object.keys(typed).length === 0}
          onClick={() => act()}
        >
          {t('settlement.vat.state')}
        </Button>
        <Failure error={error} moved={t('settlement.vat.noMoney')} />
      </Stack>
    </details>
  );
}
