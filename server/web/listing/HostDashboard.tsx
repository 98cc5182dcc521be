import { Button, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { HealthResponse, HostedHealth, HostedResponse, NoticesResponse } from '../../../protocol/api.ts';
import type { PlugpactError } from '../../../protocol/errors.ts';
import type { Notice } from '../../../protocol/notices.ts';
import { signIn } from '../accounts/signIn.ts';
import type { Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { type Loaded, useAction, useLoaded, useNow } from '../app/hooks.ts';
import { useSetting } from '../app/MarketProvider.tsx';
import { NoticeList } from '../charging/NoticeList.tsx';
import { useMap } from '../map/MapContext.tsx';
import { HostBookings } from './HostBookings.tsx';

const ASK_AGAIN_SEC = 30;

/** What only the host may see: who comes, how the chargers are, and what their agents tell. */
interface Desk {
  hosted: HostedResponse;
  notices: Notice[];
  health: HostedHealth[];
}

function SignIn({ wallet, onDone }: { wallet: Wallet; onDone: () => void }) {
  const { ledger } = useSetting();
  const { act, busy, error } = useAction(async () => {
    await signIn(wallet, ledger);
    onDone();
  });
  return (
    <Stack className="pp-card" gap="xs">
      <Button variant="subtle" loading={busy} onClick={() => act()}>
        Show bookings and how your wallboxes are
      </Button>
      <Text size="xs" c="dimmed" ta="center">
        Signs you in; the signature moves no money.
      </Text>
      <Failure error={error} />
    </Stack>
  );
}

async function loadDesk({ address }: Wallet): Promise<Desk> {
  const account = address.toLowerCase();
  const [hosted, { notices }, { connectors }] = await Promise.all([
    api<HostedResponse>('GET', `/me/hosted?account=${account}`),
    api<NoticesResponse>('GET', `/me/notices?account=${account}`),
    api<HealthResponse>('GET', `/me/health?account=${account}`),
  ]);
  return { hosted, notices, health: connectors };
}

/** Asked again now and then, and as soon as the map hears that one of the host's chargers changed. */
export function useDesk(wallet: Wallet | undefined): Loaded<Desk> {
  const nowSec = useNow(5_000);
  const { chargers } = useMap();
  const desk = useLoaded(wallet && `desk:${wallet.address}`, () => loadDesk(wallet!));
  const { value, reload } = desk;
  const round = Math.floor(nowSec / ASK_AGAIN_SEC);
  const own = chargers.all
    .filter(({ listingId }) => value?.health.some((told) => told.listingId === listingId))
    .map(({ status, freshness }) => `${status} ${freshness}`)
    .join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again as the round or an own charger changes
  useEffect(reload, [round, own, reload]);
  return desk;
}

/** Who comes, and what the agents tell; signs the host in first. */
export function HostDesk({ wallet, desk }: { wallet: Wallet; desk: Loaded<Desk> }) {
  const nowSec = useNow(5_000);
  const { value, error, reload } = desk;
  if ((error as PlugpactError | undefined)?.code === 'signIn.missing') {
    return <SignIn wallet={wallet} onDone={reload} />;
  }
  if (value === undefined)
    return <Failure error={error} onRetry={reload} title="Your bookings did not load" />;
  return (
    <>
      <Stack className="pp-card" gap="xs">
        <Text fw={600}>Booked with you</Text>
        <HostBookings hosted={value.hosted} wallet={wallet} />
      </Stack>
      <Stack className="pp-card" gap="xs">
        <Text fw={600}>From your wallboxes</Text>
        {value.notices.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nothing to tell: your wallboxes work, or have nothing listed yet.
          </Text>
        ) : (
          <NoticeList notices={value.notices} nowSec={nowSec} as="host" />
        )}
      </Stack>
    </>
  );
}
