import './watch.css';
import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconBolt, IconCar, IconListCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ShownCharge, ShownStep } from '../../../protocol/api.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { energy, exactMoney, shortHex, type Token } from '../app/units.ts';
import { t } from '../app/words.ts';

const POLL_MS = 1_000;
const KEY = ['shown charge'];

const SIDES = [
  ['DRIVER', IconCar],
  ['HOST', IconBolt],
  ['LEDGER', IconListCheck],
] as const;

/** A driver, a host's wallbox and the ledger during one charge, side by side: on the local ledger alone. */
export default function WatchPanel() {
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => api('readShownCharge'),
    enabled: (query) => query.state.data !== undefined,
    refetchInterval: ({ state }) => (state.data?.state === 'RUNNING' ? POLL_MS : false),
  });
  const { act, busy, error } = useAction(async () => {
    queries.setQueryData(KEY, await api('beginShownCharge', { body: {} }));
  });
  const isRunning = data?.state === 'RUNNING';
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        {t('demo.title')}
      </Title>
      <Text size="sm">{t('demo.about')}</Text>
      <Group>
        <Button onClick={() => act()} loading={busy} disabled={isRunning}>
          {t(data === undefined || data === null ? 'demo.begin' : 'demo.again')}
        </Button>
        <State shown={data} />
      </Group>
      <Failure error={error} />
      <div className="pp-watch">
        {SIDES.map(([side, Icon]) => (
          <section key={side} className="pp-card" aria-label={t(`demo.side.${side}`)}>
            <Group gap="xs">
              <Icon size={20} aria-hidden />
              <Text fw={600}>{t(`demo.side.${side}`)}</Text>
            </Group>
            <Steps steps={data?.steps.filter((step) => step.side === side) ?? []} />
          </section>
        ))}
      </div>
    </Stack>
  );
}

function State({ shown }: { shown: ShownCharge | null | undefined }) {
  if (shown === undefined || shown === null) return null;
  if (shown.state === 'FAILED') {
    const isBegun = shown.steps.length > 0;
    return <Alert color={isBegun ? 'red' : 'gray'}>{t(isBegun ? 'demo.failed' : 'demo.noneFree')}</Alert>;
  }
  const seconds = Math.round((shown.steps.at(-1)?.atMs ?? 0) / 1_000);
  return (
    <Text size="sm" role="status">
      {shown.state === 'DONE' ? t('demo.done') : t('demo.running', { seconds })}
    </Text>
  );
}

function Steps({ steps }: { steps: ShownStep[] }) {
  const { token } = useMarket().config;
  if (steps.length === 0) {
    return (
      <Text size="sm" c="dimmed" mt="xs">
        {t('demo.nothing')}
      </Text>
    );
  }
  return (
    <ol>
      {steps.map((step) => (
        <li key={`${step.code}${step.seq ?? ''}`} data-step={step.code}>
          <Text size="sm" c="dimmed">
            {`${Math.round(step.atMs / 1_000)}\u00a0s`}
          </Text>
          <div>
            <Text size="sm">{wordsOf(step, token)}</Text>
            {step.transactionHash === undefined ? null : <Proof hash={step.transactionHash} />}
          </div>
        </li>
      ))}
    </ol>
  );
}

const Proof = ({ hash }: { hash: string }) => (
  <details>
    <summary>{t('demo.proof')}</summary>
    <Text size="sm" ff="monospace" title={hash}>
      {shortHex(hash)}
    </Text>
  </details>
);

const wordsOf = ({ code, amount, energyWh, seq }: ShownStep, token: Token): string =>
  t(`demo.step.${code}`, {
    amount: amount === undefined ? '' : exactMoney(amount, token),
    energy: energyWh === undefined ? '' : energy(energyWh),
    seq,
  });
