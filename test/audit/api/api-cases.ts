import type { AuditReport } from '../../../audit/audit-report.ts';
import { verdict } from '../../../audit/lib/discrepancy.ts';
import { type AuditCase, codesIn } from '../left-out/cases.ts';
import type { Load } from '../rules/vector-checks.ts';
import {
  answering,
  at,
  type Body,
  type Case,
  type ComparedApi,
  INVENTED,
  jsonOf,
  type LieOf,
  type Plan,
  starting,
} from './lies.ts';
import { entryOf, PARTS, type Part } from './parts.ts';
import { OF_AREAS, OF_OCPI, OF_QUOTES, OF_RATINGS, OF_STATISTICS, OF_TILES } from './sampled-cases.ts';
import { TILE_CASES } from './tile-cases.ts';

const listingOf = ({ report }: { report: AuditReport }) => [...report.book.listings.values()][0]!;

const isConfig = (path: string) => path === '/config';
const isHead = (path: string) => path === '/ledger/head';
const isPermanent = (path: string) => path === '/ledger/permanent';
const isBooking = starting('/bookings/');
const isCharger = (path: string) => /^\/chargers\/0x\w+$/.test(path);
const isWorld = starting('/chargers?bbox=-180,-90');
const isOfHost = starting('/chargers?host');
const isTheCharger = (path: string, compared: ComparedApi) =>
  path === `/chargers/${listingOf(compared).listingId}`;
const isFast = (path: string, { chargers }: ComparedApi) => path === `/chargers/${chargers.fast.listingId}`;
const isRevoked = (path: string, { chargers }: ComparedApi) =>
  path === `/chargers/${chargers.revoked.listingId}`;

const LATE_SLOT = 2 ** 31;

/** The last event is in the audited block, which the index has not reached. */
const withLateEvent = (report: AuditReport): AuditReport => ({
  ...report,
  events: () =>
    report
      .events()
      .map((event, index, { length }) =>
        index < length - 1 ? event : { ...event, blockNumber: Number(report.pin.blockNumber) },
      ),
});

const indexedTo = (back: number): LieOf =>
  at(isHead, (head, { report }) => ({
    ...head,
    indexedTo: Number(report.pin.blockNumber) - back,
    verifiedTo: 0,
  }));

/** A map of two pages, of which the second has a charger that is nowhere on the ledger. */
const secondPage: LieOf = (compared) => {
  const first = at(isWorld, (list) => ({ ...list, cursor: 'next' }))(compared);
  return (answer, path) =>
    path.includes('cursor=')
      ? jsonOf(answer, { chargers: [{ listingId: INVENTED }], cursor: null })
      : first(answer, path);
};

const events = (change: (rows: Body['events']) => object[]): LieOf =>
  at(isPermanent, (body) => ({ ...body, events: change(body.events) }));

const OF_CONFIG: readonly Case[] = [
  [
    'another symbol of the token',
    ['api.mismatch'],
    at(isConfig, (config) => ({ ...config, token: { ...config.token, symbol: 'X' } })),
  ],
  ['another market', ['ends: audit.otherMarket'], at(isConfig, (config) => ({ ...config, chainId: 1 }))],
  ['no market', ['ends: audit.api'], at(isConfig, () => ({}))],
  ['an event too few', ['api.missing'], events((rows) => rows.slice(1))],
  ['an event twice', ['api.extra'], events((rows) => [...rows, rows[0]!])],
  [
    'another time of its newest block',
    ['api.mismatch'],
    at(isHead, (head) => ({ ...head, blockTimestamp: 1 })),
  ],
  [
    'more verified than indexed',
    ['api.mismatch'],
    at(isHead, (head) => ({ ...head, verifiedTo: head.indexedTo + 1 })),
  ],
];

const OF_CHARGERS: readonly Case[] = [
  [
    'another version of a charger',
    ['api.mismatch'],
    at(isTheCharger, (charger) => ({ ...charger, version: 99 })),
  ],
  ['no charger', ['api.missing'], answering(isCharger, { status: 404 })],
  ['chargers that fail', ['ends: audit.api'], answering(isCharger, { status: 500 })],
  [
    'a listed charger that is removed',
    ['api.mismatch'],
    at(isTheCharger, (charger) => ({ ...charger, status: 'REMOVED' })),
  ],
  [
    'a revoked charger that is shown',
    ['api.mismatch'],
    at(isRevoked, (charger) => ({ ...charger, status: 'AVAILABLE' })),
  ],
  [
    'a key of another agent',
    ['api.mismatch'],
    at(isTheCharger, (charger) => ({ ...charger, agentPublicKey: `0x04${'11'.repeat(64)}` })),
  ],
  [
    'a slot that is not taken',
    ['api.mismatch'],
    at(isTheCharger, (charger) => ({ ...charger, takenSlots: [...charger.takenSlots, LATE_SLOT] })),
  ],
  ['no taken slots', ['api.mismatch'], at(isCharger, (charger) => ({ ...charger, takenSlots: [] }))],
  [
    'a word in place of taken slots',
    ['api.mismatch'],
    at(isFast, (charger) => ({ ...charger, takenSlots: '' })),
  ],
  ['no free slots', ['api.mismatch'], at(isCharger, (charger) => ({ ...charger, freeSlots: [] }))],
  [
    'free slots without an end',
    ['api.mismatch'],
    at(isCharger, (charger) => ({ ...charger, freeSlots: [...charger.freeSlots, [1]] })),
  ],
  [
    'taken slots that are free',
    ['api.mismatch'],
    at(isCharger, (charger) => ({
      ...charger,
      freeSlots: [...charger.freeSlots, ...charger.takenSlots.map((slot) => [slot, 1])],
    })),
  ],
  [
    'a list of its host without a charger',
    ['api.missing'],
    at(isOfHost, (list) => ({ ...list, chargers: list.chargers.slice(1) })),
  ],
  ['a map without chargers', ['api.missing'], at(isWorld, (list) => ({ ...list, chargers: [] }))],
  [
    'a charger that only the API has',
    ['api.extra'],
    at(isWorld, (list) => ({
      ...list,
      chargers: [...list.chargers, { ...list.chargers[0], listingId: INVENTED }],
    })),
  ],
  [
    'a charger twice',
    ['api.extra'],
    at(isWorld, (list) => ({ ...list, chargers: [...list.chargers, ...list.chargers] })),
  ],
  [
    'another price in a list',
    ['api.mismatch'],
    at(isWorld, (list) => ({
      ...list,
      chargers: list.chargers.map((each) => ({ ...each, pricePerKwh: '1' })),
    })),
  ],
  ['a page behind the first one', ['api.extra'], secondPage],
];

/** The last event came after the audited block. */
const withoutLastBlock = (report: AuditReport): AuditReport => {
  const last = report.events().findLast(({ eventName }) => eventName === 'ListingStatusChanged')!;
  return { ...report, pin: { ...report.pin, blockNumber: BigInt(last.blockNumber) - 1n } };
};

const [moreChargers] = OF_STATISTICS.map(([, , plan]) => plan as LieOf);

const OF_THE_WHOLE: readonly Case[] = [
  ['an API that says what the ledger says', [], {}],
  ['no index', ['ends: audit.api'], at(isHead, (head) => ({ ...head, indexedTo: null }))],
  [
    'an index that is far behind',
    ['ends: api.behind'],
    at(isHead, (head) => ({ ...head, indexedTo: 1, verifiedTo: 0 })),
  ],
  ['an index that is a block behind', ['api.behind'], { lie: indexedTo(1), report: withLateEvent }],
  ['another sum of a booking', ['api.mismatch'], at(isBooking, (booking) => ({ ...booking, cap: '1' }))],
  ['no booking', ['api.missing'], answering(isBooking, { status: 404 })],
  ['an event too few, among all', ['api.missing'], events((rows) => rows.slice(1))],
  ['a count that changes', ['api.moving'], { lie: moreChargers!, report: withoutLastBlock }],
];

const OF_PARTS: Readonly<Record<Exclude<Part, 'whole'>, readonly Case[]>> = {
  config: OF_CONFIG,
  statistics: OF_STATISTICS,
  ratings: OF_RATINGS,
  chargers: OF_CHARGERS,
  areas: OF_AREAS,
  ocpi: OF_OCPI,
  tiles: OF_TILES,
  quotes: OF_QUOTES,
};

/** A case of each part, which the whole comparison says as well. */
const OF_EACH_PART = Object.entries(OF_PARTS).flatMap(([part, cases]) =>
  cases
    .filter(([, says]) => says.length > 0)
    .slice(0, 1)
    .map(([what, says, plan]): Case => [`${what}, among all of ${part}`, says, plan]),
);

/** Parts in the order of how long they take. */
const CASES: readonly [Part, readonly Case[]][] = [
  ...(Object.entries(OF_PARTS) as [Part, readonly Case[]][]),
  ['whole', [...OF_THE_WHOLE, ...OF_EACH_PART]],
];

async function codesOfApi(load: Load, part: Part, compared: ComparedApi, plan: Plan | LieOf) {
  const { lie, report } = typeof plan === 'function' ? ({ lie: plan } as Plan) : plan;
  const changed = { ...compared, report: report?.(compared.report) ?? compared.report };
  const { api } = compared;
  api.lie = lie?.(changed);
  try {
    return codesIn(verdict(await PARTS[part](load, changed)));
  } finally {
    api.lie = undefined;
  }
}

/** Answers of an API, each of which is wrong in one way; what takes the least time comes first. */
export const apiCases = (compared: () => ComparedApi): AuditCase[] => [
  ...TILE_CASES,
  ...CASES.flatMap(([part, cases]) =>
    cases.map(([what, says, plan]) => ({
      what,
      says,
      entry: entryOf(part),
      run: (load: Load) => codesOfApi(load, part, compared(), plan),
    })),
  ),
];
