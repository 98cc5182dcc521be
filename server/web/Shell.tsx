import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { WalletPill } from './accounts/WalletPill.tsx';
import { lazyPart } from './app/Boundary.tsx';
import { Failure } from './app/Failure.tsx';
import { useAllWords, useLoaded } from './app/hooks.ts';
import { checkLedger } from './app/ledgerClient.ts';
import { useMarket } from './app/MarketProvider.tsx';
import mark from './app/mark.svg';
import { Navigation } from './app/Navigation.tsx';
import { OperatorLinks } from './app/OperatorLinks.tsx';
import { go, type Route, useRoute } from './app/route.ts';
import { Settings } from './app/Settings.tsx';
import { SheetGrip } from './app/Sheet.tsx';
import type { Stop } from './app/stops.ts';
import { t } from './app/words.ts';
import { ChargerList } from './map/ChargerList.tsx';
import { useMap } from './map/MapContext.tsx';
import { MapFrame } from './map/MapFrame.tsx';
import { useAfterList } from './map/useAfterList.ts';
import './app/shell.css';
import './app/sheet.css';

// The list is what a reader waits for first; all else comes when it is shown.
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

/** A look at the ledger takes as much of a slow line as the list: it begins so long after the chargers have come. */
const LEDGER_LOOK_MS = 1_000;

function LedgerWarning() {
  const { ledger } = useMarket();
  const isDue = useAfterList(LEDGER_LOOK_MS);
  useAllWords(isDue);
  const { error, reload } = useLoaded(isDue ? 'ledger' : undefined, () => checkLedger(ledger));
  useEffect(() => {
    if (error === undefined) return;
    const timer = setTimeout(reload, 5_000);
    return () => clearTimeout(timer);
  }, [error, reload]);
  return error === undefined ? null : (
    <Failure error={error} onRetry={reload} title={t('app.ledger.unreachable')} />
  );
}

/**
 * Titles the page and begins it at its top, the list where the reader left it; takes the focus where it was on something
 * that is gone.
 */
function usePageBegin(page: Route['page'], scroll: RefObject<HTMLElement | null>): void {
  const isFirst = useRef(true);
  const listTop = useRef(0);
  // Before the browser draws: what scrolls because the list is gone is not where the reader left it.
  useLayoutEffect(() => {
    const element = scroll.current;
    document.title = t('app.title', { page: t(`app.title.${page}`) });
    element?.scrollTo({ top: page === 'map' ? listTop.current : 0 });
    // Not at first: the reader's first Tab shall come to the skip link and the header.
    if (!isFirst.current && document.activeElement === document.body) element?.focus({ preventScroll: true });
    isFirst.current = false;
    if (page !== 'map') return;
    const keep = () => {
      listTop.current = element?.scrollTop ?? 0;
    };
    element?.addEventListener('scroll', keep, { passive: true });
    return () => element?.removeEventListener('scroll', keep);
  }, [page, scroll]);
}

/** Where the sheet of a phone stands. A page that was opened is never left at the bottom of the screen. */
function useStop(route: Route, isPlacing: boolean) {
  const [stop, setStop] = useState<Stop>('half');
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page, or another charger, opens the sheet
  useEffect(() => setStop((old) => (old === 'peek' || isPlacing ? 'half' : old)), [route.page, isPlacing]);
  return [stop, setStop] as const;
}

/** The map stands beside these pages; once it was shown it stays, since it takes long to draw. */
function useHasMap(route: Route, isPlacing: boolean): { isShown: boolean; isKept: boolean } {
  const isShown = route.page === 'map' || route.page === 'charger' || isPlacing;
  const wasShown = useRef(false);
  wasShown.current ||= isShown;
  return { isShown, isKept: wasShown.current };
}

/** Header, the panel of the current page, and the map beside it; on a phone the panel is a sheet over the map. */
export function Shell() {
  const route = useRoute();
  const sheet = useRef<HTMLElement>(null);
  const scroll = useRef<HTMLDivElement>(null);
  const isPlacing = useMap().onLocation !== undefined;
  const [stop, setStop] = useStop(route, isPlacing);
  const map = useHasMap(route, isPlacing);
  useEscape(route);
  usePageBegin(route.page, scroll);
  return (
    <div className="pp-shell" data-map={map.isShown ? 'shown' : 'none'} data-stop={stop}>
      <button type="button" className="pp-skip" onClick={() => scroll.current?.focus()}>
        {t('app.skip')}
      </button>
      <header className="pp-header">
        <a className="pp-brand" href="#/" aria-label="Plugpact">
          <img src={mark} width={28} height={28} alt="" />
          <span>Plugpact</span>
        </a>
        <Navigation page={route.page} />
        <Settings />
        <WalletPill />
      </header>
      <main className="pp-panel" ref={sheet} data-stop={stop} id="panel">
        <SheetGrip stop={stop} onStop={setStop} sheet={sheet} />
        {/* biome-ignore lint/a11y/noStaticElementInteractions: what takes the focus must be seen */}
        <div
          className="pp-scroll"
          ref={scroll}
          tabIndex={-1}
          onFocus={() => stop === 'peek' && setStop('half')}
        >
          <div className="pp-page">
            <LedgerWarning />
            <Page route={route} />
            <OperatorLinks />
          </div>
        </div>
      </main>
      {map.isKept ? (
        <MapFrame
          selected={route.page === 'charger' ? route.listingId : undefined}
          onPick={(listingId) => go({ page: 'charger', listingId })}
        />
      ) : null}
    </div>
  );
}
