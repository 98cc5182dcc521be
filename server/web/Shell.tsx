import { Alert, Center, Loader, Text } from '@mantine/core';
import { IconCalendarEvent, IconHomeBolt, IconMap2, IconShieldCheck, IconWallet } from '@tabler/icons-react';
import { useEffect, useMemo, useRef } from 'react';
import { WalletPill } from './accounts/WalletPill.tsx';
import { lazyPart } from './app/Boundary.tsx';
import { Failure } from './app/Failure.tsx';
import { useLoaded } from './app/hooks.ts';
import { checkLedger } from './app/ledgerClient.ts';
import { useMarket } from './app/MarketProvider.tsx';
import mark from './app/mark.svg';
import { OperatorLinks } from './app/OperatorLinks.tsx';
import { go, hrefOf, type Route, useRoute } from './app/route.ts';
import { t } from './app/words.ts';
import { ChargerList } from './map/ChargerList.tsx';
import { ForeignCard, ForeignSwitch } from './map/Foreign.tsx';
import { useMap } from './map/MapContext.tsx';
import { TownSearch } from './map/TownSearch.tsx';
import { hasWebGl } from './map/webgl.ts';

// The list is what a reader waits for first; all else comes when it is shown.
const MapView = lazyPart(() => import('./map/MapView.tsx'), <MapLoading />);
const ChargerPanel = lazyPart(async () => ({
  default: (await import('./booking/ChargerPanel.tsx')).ChargerPanel,
}));
const BookingsPage = lazyPart(() => import('./BookingsPage.tsx'));
const BookingPanel = lazyPart(async () => ({ default: (await import('./BookingPanel.tsx')).BookingPanel }));
const HostPanel = lazyPart(() => import('./listing/HostPanel.tsx'));
const AccountPage = lazyPart(() => import('./AccountPage.tsx'));
const AuditPanel = lazyPart(async () => ({ default: (await import('./audit/AuditPanel.tsx')).AuditPanel }));
const WatchPanel = lazyPart(() => import('./demo/WatchPanel.tsx'));
const HistoryPanel = lazyPart(() => import('./history/HistoryPanel.tsx'));
const PublicReceipt = lazyPart(() => import('./settlement/PublicReceipt.tsx'));

const NAV = [
  { page: 'map', label: 'Map', Icon: IconMap2 },
  { page: 'bookings', label: 'Bookings', Icon: IconCalendarEvent },
  { page: 'host', label: 'Lend', Icon: IconHomeBolt },
  { page: 'accounts', label: 'Accounts', Icon: IconWallet },
  { page: 'audit', label: 'Audit', Icon: IconShieldCheck },
] as const;

/** Pages that belong under another heading of the navigation. */
const HEADING: Partial<Record<Route['page'], Route['page']>> = {
  charger: 'map',
  booking: 'bookings',
  history: 'bookings',
  receipt: 'bookings',
};

const TITLES: Record<Route['page'], string> = {
  map: 'Map',
  charger: 'Charger',
  bookings: 'Your bookings',
  booking: 'Booking',
  receipt: 'Receipt',
  history: 'History',
  host: 'Lend your charger',
  accounts: 'Accounts',
  audit: 'Audit',
  watch: t('demo.title'),
};

function Navigation({ page }: { page: Route['page'] }) {
  const current = HEADING[page] ?? page;
  return (
    <nav className="pp-nav" aria-label="Main">
      {NAV.map(({ page: to, label, Icon }) => (
        <a key={to} href={hrefOf({ page: to })} aria-current={current === to ? 'page' : undefined}>
          <Icon size={20} stroke={1.7} aria-hidden />
          {label}
        </a>
      ))}
    </nav>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'map':
      return <ChargerList />;
    case 'charger':
      return <ChargerPanel key={route.listingId} listingId={route.listingId} />;
    case 'bookings':
      return <BookingsPage />;
    case 'booking':
      return <BookingPanel key={route.bookingId} bookingId={route.bookingId} />;
    case 'receipt':
      return <PublicReceipt key={route.bookingId} bookingId={route.bookingId} />;
    case 'history':
      return <HistoryPanel />;
    case 'host':
      return <HostPanel />;
    case 'accounts':
      return <AccountPage />;
    case 'audit':
      return <AuditPanel />;
    case 'watch':
      return <WatchPanel />;
  }
}

function MapLoading() {
  return (
    <Center h="100%">
      <Loader aria-label="Loading the map" />
    </Center>
  );
}

function MapBox({ route }: { route: Route }) {
  const { chargers, onLocation, preview, destination, foreign } = useMap();
  const drawable = useMemo(hasWebGl, []);
  const selected = route.page === 'charger' ? route.listingId : undefined;
  if (!drawable) {
    return (
      <Center h="100%" p="lg">
        <Alert title="Map not available" color="gray" maw={420}>
          The map needs WebGL 2, which this browser does not provide. The list shows every charger. To see the
          map, enable hardware acceleration or use another browser.
        </Alert>
      </Center>
    );
  }
  return (
    <MapView
      chargers={chargers.all}
      isTiled={chargers.truncated}
      changes={chargers.changes}
      destination={destination}
      foreign={foreign}
      selected={selected}
      onPick={(listingId) => go({ page: 'charger', listingId })}
      onMove={chargers.look}
      onLocation={onLocation}
      preview={preview}
    />
  );
}

/** Esc closes a charger or a booking, like its close button. */
function useEscape(route: Route): void {
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('[role=dialog]')) return;
      if (route.page === 'charger') go({ page: 'map' });
      if (route.page === 'booking') go({ page: 'bookings' });
    };
    window.addEventListener('keydown', leave);
    return () => window.removeEventListener('keydown', leave);
  }, [route]);
}

function LedgerWarning() {
  const { ledger } = useMarket();
  const { error, reload } = useLoaded('ledger', () => checkLedger(ledger));
  useEffect(() => {
    if (error === undefined) return;
    const timer = setTimeout(reload, 5_000);
    return () => clearTimeout(timer);
  }, [error, reload]);
  if (error === undefined) return null;
  return (
    <div className="pp-mapnote">
      <Failure error={error} onRetry={reload} title="Ledger not reachable" />
    </div>
  );
}

/** Header, the panel of the current page, and the map beside it (above it on a phone). */
export function Shell() {
  const route = useRoute();
  const panel = useRef<HTMLElement>(null);
  const { onLocation } = useMap();
  useEscape(route);
  useEffect(() => {
    document.title = `${TITLES[route.page]} · Plugpact`;
    panel.current?.scrollTo({ top: 0 });
    // The focused element was removed with its page: move the focus to the new page.
    if (document.activeElement === document.body) panel.current?.focus({ preventScroll: true });
  }, [route.page]);
  const withMap = route.page === 'map' || route.page === 'charger' || onLocation !== undefined;
  return (
    <div className="pp-shell" data-map={withMap ? 'shown' : 'none'}>
      <button type="button" className="pp-skip" onClick={() => panel.current?.focus()}>
        {t('app.skip')}
      </button>
      <header className="pp-header">
        <a className="pp-brand" href="#/">
          <img src={mark} width={28} height={28} alt="" />
          Plugpact
        </a>
        <Navigation page={route.page} />
        <WalletPill />
      </header>
      <main className="pp-panel" ref={panel} tabIndex={-1} id="panel">
        <Page route={route} />
        <OperatorLinks />
      </main>
      <section className="pp-mapbox" aria-label="Map of chargers">
        <TownSearch />
        <ForeignSwitch />
        <ForeignCard />
        <LedgerWarning />
        {onLocation === undefined ? null : (
          <Text className="pp-mapnote pp-card" size="sm" fw={600}>
            Click on the location of your charger
          </Text>
        )}
        <MapBox route={route} />
      </section>
    </div>
  );
}
