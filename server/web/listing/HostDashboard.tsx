import { Button, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { HostedHealth, HostedResponse } from '../../../protocol/api.ts';
import type { PlugpactError } from '../../../protocol/errors.ts';
import type { Notice } from '../../../protocol/notices.ts';
import { signIn } from '../accounts/signIn.ts';
import type { Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { type Loaded, useAction, useLoaded, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';
import { NoticeList } from '../charging/NoticeList.tsx';
import { useMap } from '../map/MapContext.tsx';
import { HostBookings } from './HostBookings.tsx';

const ASK_AGAIN_SEC = 30;

/** What only the host may see: open bookings, health of the chargers, and notices of their agents. */
interface HostDashboardData {
  hosted: HostedResponse;
  notices: Notice[];
  health: HostedHealth[];
}

function SignIn({ wallet, onDone }: { wallet: Wallet; onDone: () => void }) {
  const { ledger } = useMarket();
  const { act, busy, error } = useAction(async () => {
    await signIn(wallet, ledger);
    onDone();
  });
  return (
    <Stack className="pp-card" gap="xs">
      <Button variant="subtle" loading={busy} onClick={() => act()}>
        {t('listing.signIn')}
      </Button>
      <Text size="sm" c="dimmed" ta="center">
        {t('listing.signIn.what')}
      </Text>
      <Failure error={error} />
    </Stack>
  );
}

async function loadHostDashboard({ address }: Wallet): Promise<HostDashboardData> {
  const account = address.toLowerCase();
  const [hosted, { notices }, { connectors }] = await Promise.all([
    api('listHosted', { query: { account } }),
    api('listMyNotices', { query: { account } }),
    api('getMyHealth', { query: { account } }),
  ]);
  return { hosted, notices, health: connectors };
}

/** Reloads every half minute, and whenever the map shows a change of one of the host's chargers. */
export function useHostDashboard(wallet: Wallet | undefined): Loaded<HostDashboardData> {
  const nowSec = useNow(5_000);
  const { chargers } = useMap();
  const dashboard = useLoaded(wallet && `dashboard:${wallet.address}`, () => loadHostDashboard(wallet!));
  const { value, reload } = dashboard;
  const round = Math.floor(nowSec / ASK_AGAIN_SEC);
  const own = chargers.all
    .filter(({ listingId }) => value?.health.some((hosted) => hosted.listingId === listingId))
    .map(({ status, freshness }) => `${status} ${freshness}`)
    .join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the round or one of the own chargers changes
  useEffect(reload, [round, own, reload]);
  return dashboard;
}

/** Bookings and notices of the host, after a sign-in. */
export function HostDashboard({
  wallet,
  dashboard,
}: {
  wallet: Wallet;
  dashboard: Loaded<HostDashboardData>;
}) {
  const nowSec = useNow(5_000);
  const { value, error, reload } = dashboard;
  if ((error as PlugpactError | undefined)?.code === 'signIn.missing') {
    return <SignIn wallet={wallet} onDone={reload} />;
  }
  if (value === undefined)
    return <Failure error={error} onRetry={reload} title={t('listing.bookings.unread')} />;
  return (
    <>
      <Stack className="pp-card" gap="xs">
        <Text fw={600}>{t('listing.booking.all')}</Text>
        <HostBookings hosted={value.hosted} wallet={wallet} />
      </Stack>
      <Stack className="pp-card" gap="xs">
        <Text fw={600}>{t('listing.notices')}</Text>
        {value.notices.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('listing.notices.none')}
          </Text>
        ) : (
          <NoticeList notices={value.notices} nowSec={nowSec} as="host" />
        )}
      </Stack>
    </>
  );
}
