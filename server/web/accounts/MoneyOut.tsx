import { Button, Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconArrowUpRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Address, zeroAddress } from 'viem';
import { depositAddressOf } from '../../../protocol/depositAddress.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import type { Purse } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { Steps, useSteps } from '../app/Steps.tsx';
import { exactMoney, shortHex } from '../app/units.ts';
import { t } from '../app/words.ts';
import { type NoReceivers, readAmount, readReceiver, typedAmount } from './amounts.ts';
import { PURSE_COUNT } from './holdings.ts';
import { networkWords } from './networkWords.ts';
import type { Wallet } from './wallet.ts';
import { withdrawalTerms, withdrawPurse } from './withdraw.ts';

/** A relayer holds to what it told for five minutes. */
const ASK_AGAIN_MS = 120_000;

function useNoReceivers(wallet: Wallet): NoReceivers {
  const { config } = useMarket();
  const factory = config.depositAddresses;
  const purses = Array.from({ length: PURSE_COUNT }, (_, purse) => purse);
  return {
    token: config.token.address,
    market: config.market,
    deposit:
      factory === null
        ? []
        : [
            factory as Address,
            ...purses.map((purse) => depositAddressOf(factory as Address, wallet.address, purse)),
          ],
    account: wallet.kind === 'passkey' ? wallet.address : undefined,
  };
}

interface Props {
  wallet: Wallet;
  purses: readonly Purse[];
  onDone: () => void;
}

function Form({ wallet, purses, onDone }: Props) {
  const { config, ledger } = useMarket();
  const { token } = config;
  const richest = purses.reduce((best, purse) => (purse.balance > best.balance ? purse : best));
  const [index, setIndex] = useState(richest.index);
  const purse = purses.find((one) => one.index === index) ?? richest;
  const [amountText, setAmountText] = useState('');
  const [toText, setToText] = useState(wallet.kind === 'browser' ? wallet.address : '');
  const [isAsked, setAsked] = useState(false);
  const terms = useQuery({
    queryKey: ['withdrawalTerms', config.market],
    queryFn: () => withdrawalTerms(config, 'withdrawBySignature'),
    refetchInterval: ASK_AGAIN_MS,
  });
  const fee = terms.data?.fee ?? 0n;
  const amount = readAmount(amountText, token.decimals, purse.balance, fee);
  const receiver = readReceiver(toText, useNoReceivers(wallet));
  const { steps, run } = useSteps(onDone);
  const money = (units: bigint) => exactMoney(units, token);
  const { act, busy, error, clear } = useAction(async () => {
    setAsked(true);
    if (amount.problem !== undefined || receiver.problem !== undefined || terms.data === undefined) return;
    const { units } = amount;
    const name = t('accounts.money.out.step', { amount: money(units), to: shortHex(receiver.to) });
    const { data } = terms;
    await run([name], async (report) => {
      const what = { purse: purse.index, amount: units, to: receiver.to };
      const moved = movedWords(units, receiver.to);
      await withdrawPurse({ wallet, ledger, config }, what, data, (change) =>
        report({ ...change, ...(change.phase === 'done' && { moved }) }),
      );
      setAmountText('');
      setAsked(false);
    });
  });
  const movedWords = (units: bigint, to: Address) =>
    t('accounts.money.out.moved', { amount: money(units - fee), to: shortHex(to) });
  const amountError = problemWords(amount.problem, isAsked, (problem) =>
    t(`accounts.money.amount.${problem}`, {
      most: money(purse.balance),
      fee: money(fee),
      decimals: token.decimals,
    }),
  );
  const toError = problemWords(receiver.problem, isAsked, (problem) =>
    t(`accounts.money.to.${problem}`, { token: token.symbol }),
  );
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        clear();
        void act();
      }}
    >
      <Stack gap="sm">
        {purses.length === 1 ? null : (
          <NativeSelect
            label={t('accounts.money.out.from')}
            value={String(purse.index)}
            onChange={(event) => setIndex(Number(event.currentTarget.value))}
            data={purses.map((one) => ({
              value: String(one.index),
              label: t('accounts.money.out.purse', { purse: one.index + 1, amount: money(one.balance) }),
            }))}
          />
        )}
        <Group align="flex-end" gap="xs" wrap="nowrap">
          <TextInput
            style={{ flex: 1 }}
            label={t('accounts.money.out.amount', { token: token.symbol })}
            inputMode="decimal"
            autoComplete="off"
            value={amountText}
            error={amountError}
            onChange={(event) => setAmountText(event.currentTarget.value)}
          />
          <Button
            variant="default"
            aria-label={t('accounts.money.out.maxLabel')}
            onClick={() => setAmountText(typedAmount(purse.balance, token.decimals))}
          >
            {t('accounts.money.out.max')}
          </Button>
        </Group>
        <TextInput
          label={t('accounts.money.out.to')}
          description={t('accounts.money.out.toHint', {
            network: networkWords(config),
          })}
          autoComplete="off"
          spellCheck={false}
          autoCapitalize="none"
          value={toText}
          error={toError}
          onChange={(event) => setToText(event.currentTarget.value)}
        />
        {amount.problem === undefined ? (
          <Text size="sm" data-arrives={String(amount.units - fee)}>
            {fee === 0n
              ? t('accounts.money.out.free', { amount: money(amount.units) })
              : t('accounts.money.out.fee', { amount: money(amount.units - fee), fee: money(fee) })}
          </Text>
        ) : null}
        <Button type="submit" loading={busy} disabled={terms.data === undefined}>
          {t('accounts.money.out.sign')}
        </Button>
        <Steps steps={steps} />
        <Failure
          error={terms.error ?? undefined}
          onRetry={() => void terms.refetch()}
          moved={t('accounts.money.nothingMoved')}
        />
        <Failure error={error} steps={steps} />
      </Stack>
    </form>
  );
}

/** What is missing is said once the reader has asked; what is wrong, at once. */
function problemWords<Problem extends string>(
  problem: Problem | undefined,
  isAsked: boolean,
  words: (problem: Problem) => string,
): string | undefined {
  return problem === undefined || (problem === 'empty' && !isAsked) ? undefined : words(problem);
}

/** How money goes out: to any address, by a signature that a relayer carries. */
export function MoneyOut(props: Props) {
  const { config } = useMarket();
  const [isOpen, setOpen] = useState(false);
  const full = props.purses.filter(({ balance }) => balance > 0n);
  return (
    <Stack
      component="section"
      className="pp-card pp-money"
      gap="sm"
      aria-label={t('accounts.money.out.title')}
    >
      <Title order={2} size="h4">
        {t('accounts.money.out.title')}
      </Title>
      <Text size="sm">
        {config.relayer === zeroAddress ? t('accounts.money.out.wordsByHand') : t('accounts.money.out.words')}
      </Text>
      {full.length === 0 && !isOpen ? (
        <Text size="sm" c="dimmed">
          {t('accounts.money.out.empty')}
        </Text>
      ) : isOpen ? (
        <Form {...props} purses={full.length === 0 ? props.purses.slice(0, 1) : full} />
      ) : (
        <Button
          variant="light"
          onClick={() => setOpen(true)}
          leftSection={<IconArrowUpRight size={18} aria-hidden />}
        >
          {t('accounts.money.out.open')}
        </Button>
      )}
    </Stack>
  );
}
