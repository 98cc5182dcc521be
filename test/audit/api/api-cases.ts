import type { Hex } from 'viem';
import type * as own from '../../../audit/api/compare-api.ts';
import type { ApiSource } from '../../../audit/api/source.ts';
import type { AuditReport } from '../../../audit/audit-report.ts';
import { type AuditCase, codesIn } from '../left-out/cases.ts';
import type { ApiAnswer, ApiLie, RecordedApi } from './recorded-api.ts';

/** What an API is compared with, and the answers of one that is right. */
export interface ComparedApi {
  api: RecordedApi;
  source: ApiSource;
  report: AuditReport;
}

/** What the changes below read of the answers: each has some of it. */
interface Body {
  token: object;
  indexedTo: number;
  chargers: { listingId?: Hex }[];
  takenSlots: number[];
  freeSlots: [first: number, count: number][];
}

interface Plan {
  lie?: (compared: ComparedApi) => ApiLie;
  /** Another report, as an audit of another ledger would have made it. */
  report?: (report: AuditReport) => AuditReport;
}

type Case = [what: string, says: string[], plan: Plan];

const jsonOf = (value: object): ApiAnswer => ({ status: 200, body: Buffer.from(JSON.stringify(value)) });

/** Changes the answers of these paths. */
const at =
  (
    isIt: (path: string, compared: ComparedApi) => boolean,
    change: (body: Body, compared: ComparedApi) => object,
  ) =>
  (compared: ComparedApi): ApiLie =>
  (answer, path) =>
    isIt(path, compared) ? jsonOf(change(JSON.parse(answer.body.toString()), compared)) : answer;

const answering = (isIt: (path: string) => boolean, status: number) => (): ApiLie => (answer, path) =>
  isIt(path) ? { ...answer, status } : answer;

const both =
  (...lies: ((compared: ComparedApi) => ApiLie)[]) =>
  (compared: ComparedApi): ApiLie => {
    const each = lies.map((lie) => lie(compared));
    return (answer, path) => each.reduce((changed, lie) => lie(changed, path), answer);
  };

const listingOf = ({ report }: { report: AuditReport }) => [...report.book.listings.values()][0]!;

const isConfig = (path: string) => path === '/config';
const isHead = (path: string) => path === '/ledger/head';
const isBooking = (path: string) => path.startsWith('/bookings/');
const isCharger = (path: string) => path.startsWith('/chargers/');
const isWorld = (path: string) => path.startsWith('/chargers?bbox');
const isOfHost = (path: string) => path.startsWith('/chargers?host');
const isTheCharger = (path: string, compared: ComparedApi) =>
  path === `/chargers/${listingOf(compared).listingId}`;

const INVENTED: Hex = `0x${'ab'.repeat(32)}`;
const REVOKED = 3;
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

const indexedTo = (back: number) =>
  at(isHead, (head, { report }) => ({
    ...head,
    indexedTo: Number(report.pin.blockNumber) - back,
    verifiedTo: 0,
  }));

/** A report in which the first listing is revoked, and answers that know it but for the status. */
const revoked = (report: AuditReport): AuditReport => {
  const listing = listingOf({ report });
  const listings = new Map(report.book.listings).set(listing.listingId, { ...listing, status: REVOKED });
  return { ...report, book: { ...report.book, listings } };
};

const knownAsRevoked = both(
  at(isTheCharger, (charger) => ({ ...charger, listingStatus: 'REVOKED', freeSlots: [] })),
  at(isWorld, (list, compared) => ({
    ...list,
    chargers: list.chargers.filter((each) => each.listingId !== listingOf(compared).listingId),
  })),
);

/** A map of two pages, of which the second has a charger that is nowhere on the ledger. */
const secondPage = (compared: ComparedApi): ApiLie => {
  const first = at(isWorld, (list) => ({ ...list, cursor: 'next' }))(compared);
  const second = jsonOf({ chargers: [{ listingId: INVENTED }], cursor: null });
  return (answer, path) => (path.includes('cursor=') ? second : first(answer, path));
};

const CASES: readonly Case[] = [
  ['an API that says what the ledger says', [], {}],
  [
    'another symbol of the token',
    ['api.mismatch'],
    { lie: at(isConfig, (config) => ({ ...config, token: { ...config.token, symbol: 'X' } })) },
  ],
  [
    'another market',
    ['ends: audit.otherMarket'],
    { lie: at(isConfig, (config) => ({ ...config, chainId: 1 })) },
  ],
  ['no market', ['ends: audit.api'], { lie: at(isConfig, () => ({})) }],
  [
    'another time of its newest block',
    ['api.mismatch'],
    { lie: at(isHead, (head) => ({ ...head, blockTimestamp: 1 })) },
  ],
  [
    'more verified than indexed',
    ['api.mismatch'],
    { lie: at(isHead, (head) => ({ ...head, verifiedTo: head.indexedTo + 1 })) },
  ],
  ['no index', ['ends: audit.api'], { lie: at(isHead, (head) => ({ ...head, indexedTo: null })) }],
  [
    'an index that is far behind',
    ['ends: api.behind'],
    { lie: at(isHead, (head) => ({ ...head, indexedTo: 1, verifiedTo: 0 })) },
  ],
  ['an index that is a block behind', ['api.behind'], { lie: indexedTo(1), report: withLateEvent }],
  [
    'another sum of a booking',
    ['api.mismatch'],
    { lie: at(isBooking, (booking) => ({ ...booking, cap: '1' })) },
  ],
  ['no booking', ['api.missing'], { lie: answering(isBooking, 404) }],
  ['bookings that fail', ['ends: audit.api'], { lie: answering(isBooking, 500) }],
  [
    'another version of a charger',
    ['api.mismatch'],
    { lie: at(isTheCharger, (charger) => ({ ...charger, version: 99 })) },
  ],
  ['no charger', ['api.missing'], { lie: answering(isCharger, 404) }],
  [
    'a listed charger that is removed',
    ['api.mismatch'],
    { lie: at(isTheCharger, (charger) => ({ ...charger, status: 'REMOVED' })) },
  ],
  ['a revoked charger that is shown', ['api.mismatch'], { lie: knownAsRevoked, report: revoked }],
  [
    'a key of another agent',
    ['api.mismatch'],
    { lie: at(isTheCharger, (charger) => ({ ...charger, agentPublicKey: `0x04${'11'.repeat(64)}` })) },
  ],
  [
    'a slot that is not taken',
    ['api.mismatch'],
    { lie: at(isTheCharger, (charger) => ({ ...charger, takenSlots: [...charger.takenSlots, LATE_SLOT] })) },
  ],
  ['no taken slots', ['api.mismatch'], { lie: at(isCharger, (charger) => ({ ...charger, takenSlots: [] })) }],
  ['no free slots', ['api.mismatch'], { lie: at(isCharger, (charger) => ({ ...charger, freeSlots: [] })) }],
  [
    'taken slots that are free',
    ['api.mismatch'],
    {
      lie: at(isCharger, (charger) => ({
        ...charger,
        freeSlots: [...charger.freeSlots, ...charger.takenSlots.map((slot) => [slot, 1])],
      })),
    },
  ],
  [
    'a list of its host without a charger',
    ['api.missing'],
    { lie: at(isOfHost, (list) => ({ ...list, chargers: list.chargers.slice(1) })) },
  ],
  ['a map without chargers', ['api.missing'], { lie: at(isWorld, (list) => ({ ...list, chargers: [] })) }],
  [
    'a charger that only the API has',
    ['api.extra'],
    {
      lie: at(isWorld, (list) => ({
        ...list,
        chargers: [...list.chargers, { ...list.chargers[0], listingId: INVENTED }],
      })),
    },
  ],
  [
    'a charger twice',
    ['api.extra'],
    { lie: at(isWorld, (list) => ({ ...list, chargers: [...list.chargers, ...list.chargers] })) },
  ],
  [
    'another price in a list',
    ['api.mismatch'],
    {
      lie: at(isWorld, (list) => ({
        ...list,
        chargers: list.chargers.map((each) => ({ ...each, pricePerKwh: '1' })),
      })),
    },
  ],
  ['a page behind the first one', ['api.extra'], { lie: secondPage }],
  [
    'a list without an end',
    ['ends: audit.api'],
    { lie: at(isOfHost, (list) => ({ ...list, chargers: [], cursor: 'next' })) },
  ],
];

async function codesOfApi(
  { api, source, report }: ComparedApi,
  plan: Plan,
  compare: typeof own.compareWithApi,
) {
  const changed = plan.report?.(report) ?? report;
  api.lie = plan.lie?.({ api, source, report: changed });
  try {
    return codesIn(await compare(changed, source));
  } finally {
    api.lie = undefined;
  }
}

/** Answers of an API, each of which is wrong in one way. */
export const apiCases = (compared: () => ComparedApi): AuditCase[] =>
  CASES.map(([what, says, plan]) => ({
    what,
    says,
    run: (load) => codesOfApi(compared(), plan, load<typeof own>('api/compare-api.ts').compareWithApi),
  }));
