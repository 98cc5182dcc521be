import { Button, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { NoticesResponse } from '../../../protocol/api.ts';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { signIn } from '../accounts/signIn.ts';
import type { Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import { useSetting } from '../app/config.tsx';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded, useNow } from '../app/hooks.ts';
import { NoticeList } from '../charging/NoticeList.tsx';

const ASK_AGAIN_SEC = 30;

function SignIn({ wallet, onDone }: { wallet: Wallet; onDone: () => void }) {
  const { ledger } = useSetting();
  const { act, busy, error } = useAction(async () => {
    await signIn(wallet, ledger);
    onDone();
  });
  return (
    <>
      <Button variant="subtle" loading={busy} onClick={() => act()}>
        Show what your wallboxes tell you
      </Button>
      <Text size="xs" c="dimmed" ta="center">
        Signs you in; the signature moves no money.
      </Text>
      <Failure error={error} />
    </>
  );
}

/** What the agents of the host's chargers tell the host. */
export function HostNotices({ wallet }: { wallet: Wallet }) {
  const nowSec = useNow(5_000);
  const { value, error, reload } = useLoaded(`notices:${wallet.address}`, () =>
    api<NoticesResponse>('GET', `/me/notices?account=${wallet.address.toLowerCase()}`),
  );
  const round = Math.floor(nowSec / ASK_AGAIN_SEC);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again as the round changes
  useEffect(reload, [round, reload]);
  const isOut = (error as PlugpactError | undefined)?.code === 'signIn.missing';
  return (
    <Stack className="pp-card" gap="xs">
      <Text fw={600}>From your wallboxes</Text>
      {isOut ? (
        <SignIn wallet={wallet} onDone={reload} />
      ) : value === undefined ? (
        <Failure error={error} onRetry={reload} title="Their notices did not load" />
      ) : value.notices.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing to tell: your wallboxes work, or have nothing listed yet.
        </Text>
      ) : (
        <NoticeList notices={value.notices} nowSec={nowSec} />
      )}
    </Stack>
  );
}
