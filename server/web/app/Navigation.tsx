import { IconCalendarEvent, IconHomeBolt, IconMap2, IconShieldCheck, IconWallet } from '@tabler/icons-react';
import { hrefOf, type Route } from './route.ts';
import { t } from './words.ts';

const NAV = [
  { page: 'map', Icon: IconMap2 },
  { page: 'bookings', Icon: IconCalendarEvent },
  { page: 'host', Icon: IconHomeBolt },
  { page: 'accounts', Icon: IconWallet },
  { page: 'audit', Icon: IconShieldCheck },
] as const;

/** Pages that belong under another heading of the navigation. */
const HEADING: Partial<Record<Route['page'], Route['page']>> = {
  charger: 'map',
  booking: 'bookings',
  history: 'bookings',
  receipt: 'bookings',
};

/** The main pages: in the header, on a phone at the bottom. */
export function Navigation({ page }: { page: Route['page'] }) {
  const current = HEADING[page] ?? page;
  return (
    <nav className="pp-nav" aria-label={t('app.nav')}>
      {NAV.map(({ page: to, Icon }) => (
        <a key={to} href={hrefOf({ page: to })} aria-current={current === to ? 'page' : undefined}>
          <Icon size={20} stroke={1.7} aria-hidden />
          <span>{t(`app.nav.${to}`)}</span>
        </a>
      ))}
    </nav>
  );
}
