import { Button, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { HostedResponse, NoticesResponse } from '../../../protocol/api.ts';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { signIn } from '../accounts/signIn.ts';
import type { Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import { useSetting } from '../app/config.tsx';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded, useNow } from '../app/hooks.ts';
import { NoticeList } from '../charging/NoticeList.tsx';
import { HostBookings } from './HostBookings.tsx';

const ASK_AGAIN_SEC = 30;

function SignIn({ wallet, onDone }: { wallet: Wallet; onDone: () => void }) {
  const { ledger } = useSetting();
  const { act, busy, error } = useAction(async () => {
    await signIn(wallet, ledger);
    onDone();
  });
  return (
    <Stack className="pp-card" gap="xs">
      <Button variant="subtle" loading={busy} onClick={() => act()}>
        Show bookings and what your wallboxes tell you
      </Button>
      <Text size="xs" c="dimmed" ta="center">
        Signs you in; the signature moves no money.
      </Text>
      <Failure error={error} />
    </Stack>
  );
}

async function loadDesk({ address }: Wallet) {
  const account = address.toLowerCase();
  const [hosted, { notices }] = await Promise.all([
    api<HostedResponse>('GET', `/me/hosted?account=${account}`),
    api<NoticesResponse>('GET', `/me/notices?account=${account}`),
  ]);
  return { hosted, notices };
}

/** What only the host may see: who comes, and what the agents of the chargers tell. */
export function HostDesk({ wallet }: { wallet: Wallet }) {
  const nowSec = useNow(5_000);
  const { value, error, reload } = useLoaded(`desk:${wallet.address}`, () => loadDesk(wallet));
  const round = Math.floor(nowSec / ASK_AGAIN_SEC);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again as the round changes
  useEffect(reload, [round, reload]);
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
          <NoticeList notices={value.notices} nowSec={nowSec} />
        )}
      </Stack>
    </>
  );
}
