import { z } from 'zod';
import { ASSURANCE_LEVELS } from '../link.ts';
import { CONNECTOR_STANDARDS, POWER_TYPES } from '../listing.ts';
import { connector, hex32, hexBytes } from '../schemas.ts';
import { operation } from './operation.ts';
import { eventsQuery, listQuery, quoteQuery } from './queries.ts';
import { count, degrees, money, terms, unixSec } from './shapes.ts';

const FRESHNESS = ['LIVE', 'STALE', 'OFFLINE'] as const;
/** LIVE, STALE (no heartbeat for 90 s) or OFFLINE (10 min). */
export type Freshness = (typeof FRESHNESS)[number];

/** OCPI EVSE status words, as the map shows them. */
const CHARGER_STATUSES = [
  'AVAILABLE',
  'BLOCKED',
  'CHARGING',
  'INOPERATIVE',
  'OUTOFORDER',
  'RESERVED',
  'UNKNOWN',
  'REMOVED',
] as const;
export type ChargerStatus = (typeof CHARGER_STATUSES)[number];

export const listingPath = z.object({ listingId: hex32 });

const summaryShape = {
  listingId: hex32,
  status: z.enum(CHARGER_STATUSES),
  freshness: z.enum(FRESHNESS).describe('STALE: no heartbeat of its agent for 90 s; OFFLINE: for 10 min.'),
  h3Cell: z.string().regex(/^[0-9a-f]{15,16}$/),
  latitude: degrees.describe('Centre of the cell, never the house. Degrees, as decimal text.'),
  longitude: degrees,
  connectorStandard: z.enum(CONNECTOR_STANDARDS),
  powerType: z.enum(POWER_TYPES),
  maxPowerW: count,
  pricePerKwh: money,
  pricePerHour: money,
  flatFee: money,
};

const chargerSummary = z
  .strictObject(summaryShape)
  .meta({ id: 'ChargerSummary', description: 'A charger on the map.' });
export type ChargerSummary = z.infer<typeof chargerSummary>;

const slotRange = z
  .tuple([count, count])
  .describe('Consecutive slots: the first one (unix seconds / 900), and how many.');
/** Consecutive slots: the first one (unix seconds / 900), and how many. */
export type SlotRange = z.infer<typeof slotRange>;

const listingRecord = z
  .strictObject({
    completedSessions: count.describe('Sessions that were settled.'),
    energyWh: count.describe('What they paid for.'),
    canceledByHost: count,
    canceledByDriver: count,
    noShows: count.describe('The driver did not come, by the agent’s word, which the driver did not deny.'),
    contestedNoShows: count.describe('Agent and driver contradict each other about a no-show.'),
    expired: count.describe('Nobody reported until the deadline: the driver got everything back.'),
  })
  .meta({ id: 'ListingRecord', description: 'How the ended bookings of a listing ended, by the ledger.' });
export type ListingRecord = z.infer<typeof listingRecord>;

const chargerDetail = z
  .strictObject({
    ...summaryShape,
    terms,
    weeklyHours: hex32,
    placeHash: hex32,
    place: z
      .strictObject({ connector, location: hex32, placeCommitment: hex32 })
      .describe('Preimage of placeHash, so that the host can update.'),
    meterKey: hexBytes(64),
    version: count,
    listingStatus: z.enum(['OPEN', 'CLOSED', 'REVOKED']),
    agentPublicKey: hexBytes(65)
      .nullable()
      .describe(
        'Uncompressed secp256k1 key of the agent, once it was seen: the start secret is sealed to it.',
      ),
    takenSlots: z.array(count).describe('Unix seconds / 900, from now to the horizon.'),
    freeSlots: z.array(slotRange).describe('What a booking made now can take, up to the horizon, in order.'),
    record: listingRecord,
    contestedNoShows: count.describe('The same as in `record`.'),
    updatedAt: unixSec,
  })
  .meta({ id: 'ChargerDetail', description: 'All that a booking needs of a charger.' });
export type ChargerDetail = z.infer<typeof chargerDetail>;

const chargerPage = z
  .strictObject({
    chargers: z.array(chargerSummary),
    cursor: z.string().nullable().describe('Give it back for the next page; null at the end.'),
    truncated: z.boolean().describe('Whether there is a next page.'),
  })
  .meta({
    id: 'ChargerPage',
    description: 'A page that filters may hold fewer chargers than asked for, and none, and others follow.',
  });
/** `GET /chargers?bbox=` or `?host=`: a page. One that filters may hold fewer than asked for, and none, and go on. */
export type ChargerPage = z.infer<typeof chargerPage>;

const geoJson = z
  .looseObject({ type: z.literal('FeatureCollection'), features: z.array(z.looseObject({})) })
  .meta({ id: 'ChargerFeatures', description: 'RFC 7946; `cursor` and `truncated` are foreign members.' });

const none = z.strictObject({});
const mapEvent = z
  .discriminatedUnion('event', [
    z.strictObject({ event: z.enum(['ready', 'reset']), data: none }),
    z.strictObject({ event: z.literal('charger'), data: chargerSummary }),
    z.strictObject({ event: z.literal('removed'), data: z.strictObject({ listingId: hex32 }) }),
  ])
  .meta({
    id: 'MapEvent',
    description:
      'Its id is the number of its change. `ready`: changes are sent from here on. `reset`: too much was missed, read the view again.',
  });
export type MapEvent = z.infer<typeof mapEvent>;

const quote = z.strictObject({
  charger: chargerSummary,
  assuranceLevel: z
    .enum(ASSURANCE_LEVELS)
    .describe('What can be proved of a charge there, as a filter takes it.'),
  energyWh: count.describe('What was asked for, or what the charger gives in the time that was.'),
  cost: money.describe(
    'Energy, time while it charges, and flat fee, rounded as the ledger does. No overstay.',
  ),
  startsAt: unixSec,
  finishesAt: unixSec.describe('When the charge has its energy at full power.'),
  distanceM: count.describe('To the centre of the charger’s cell, along the great circle.'),
  firstSlot: count.describe('The slots to book for it.'),
  slotCount: count,
});
export type QuoteJson = z.infer<typeof quote>;

const quotes = z
  .strictObject({
    quotes: z.array(quote),
    searchedRadiusM: count.describe('Less than was asked for where there are very many chargers.'),
  })
  .meta({ id: 'Quotes' });
export type QuotesResponse = z.infer<typeof quotes>;

export const chargers = {
  listChargers: operation({
    operationId: 'listChargers',
    method: 'get',
    path: '/chargers',
    tag: 'map',
    summary: 'Chargers in a box, or of a host',
    description:
      'By `bbox` or by `host`. Filters go with `bbox` alone. As GeoJSON where `Accept: application/geo+json` asks for it.',
    query: listQuery,
    answers: {
      200: {
        description: 'A page of chargers.',
        schema: chargerPage,
        alternatives: { 'application/geo+json': geoJson },
      },
    },
    problems: [],
  }),
  getCharger: operation({
    operationId: 'getCharger',
    method: 'get',
    path: '/chargers/{listingId}',
    tag: 'map',
    summary: 'A charger: terms, hours, free slots, and record',
    params: listingPath,
    answers: { 200: { description: 'The charger as it is now.', schema: chargerDetail } },
    problems: ['charger.unknown'],
  }),
  listQuotes: operation({
    operationId: 'listQuotes',
    method: 'get',
    path: '/quotes',
    tag: 'map',
    summary: 'What a charge would cost around a place, and when',
    description: 'A quote binds nobody: the ledger decides as it is booked.',
    query: quoteQuery,
    answers: { 200: { description: 'The best quotes.', schema: quotes } },
    problems: [],
  }),
  watchMap: operation({
    operationId: 'watchMap',
    method: 'get',
    path: '/map/events',
    tag: 'map',
    summary: 'Changes of the map, as server-sent events',
    description: '`Last-Event-ID` brings what was missed in the box.',
    query: eventsQuery,
    answers: { 200: { description: 'Events.', schema: mapEvent, contentType: 'text/event-stream' } },
    problems: ['streams.tooMany'],
  }),
};
