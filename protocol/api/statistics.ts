import { z } from 'zod';
import { connectorHealth } from '../link.ts';
import { hex32 } from '../schemas.ts';
import { mineQuery } from './accounts.ts';
import { operation } from './operation.ts';
import { cursorOf, H3_CELL, NUMBER, nextCursor, pageQuery } from './pages.ts';
import { count, unixSec } from './shapes.ts';

/** Below this many searches a day, a cell is not shown: few searches could be one person's. */
export const MIN_SEARCHES = 5;
/** H3: about 250 km² a cell. */
export const DEMAND_RESOLUTION = 5;
export const STATISTICS_DAYS = 30;

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .describe('UTC.');

const state = z
  .strictObject({ at: unixSec, status: z.string(), health: connectorHealth.nullable() })
  .meta({ id: 'ConnectorState', description: 'How a connector was at some time.' });
export type ConnectorState = z.infer<typeof state>;

/** Demand is ordered by cell, the history of a connector by time. */
export const CELL_CURSOR = cursorOf(H3_CELL);
export const TIME_CURSOR = cursorOf(NUMBER);

export const statistics = {
  getStatistics: operation({
    operationId: 'getStatistics',
    method: 'get',
    path: '/statistics',
    tag: 'statistics',
    summary: 'How much is lent and charged on this market',
    answers: {
      200: {
        description: 'The last 30 days, the present one first.',
        schema: z
          .strictObject({
            chargers: count,
            liveChargers: count,
            daily: z.array(z.strictObject({ day, completedSessions: count, energyWh: count })),
          })
          .meta({ id: 'Statistics' }),
      },
    },
    problems: [],
  }),
  getDemand: operation({
    operationId: 'getDemand',
    method: 'get',
    path: '/demand',
    tag: 'statistics',
    summary: 'Where people searched for a charge and found none',
    description:
      'Counted per H3 cell of resolution 5 and day, without who searched; below 5 searches a cell is left out. The present day is not shown.',
    query: z.object({
      ...pageQuery(CELL_CURSOR, { most: 1_000 }),
      day: day.optional().describe('Yesterday by default; within 90 days.'),
    }),
    answers: {
      200: {
        description: 'Cells.',
        schema: z.strictObject({
          day,
          cells: z.array(z.strictObject({ cell: z.string(), searchCount: count })),
          cursor: nextCursor,
        }),
      },
    },
    problems: [],
  }),
  getHealthHistory: operation({
    operationId: 'getHealthHistory',
    method: 'get',
    path: '/me/health/{listingId}',
    tag: 'statistics',
    summary: 'How a connector of the signed-in host was within 30 days, newest first',
    description: 'A row for each change of status or error, and one an hour.',
    params: z.object({ listingId: hex32 }),
    query: mineQuery.extend(pageQuery(TIME_CURSOR, { most: 500 })),
    answers: {
      200: {
        description: 'States.',
        schema: z.strictObject({ states: z.array(state), cursor: nextCursor }),
      },
    },
    problems: ['signIn.missing', 'listing.notHost'],
    security: 'session',
  }),
};
