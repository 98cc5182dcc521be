import { z } from 'zod';
import { FAULT_KINDS } from '../faultKinds.ts';
import { hex32 } from '../schemas.ts';
import { mineQuery } from './accounts.ts';
import { bookingPath } from './bookings.ts';
import { operation } from './operation.ts';
import { nextCursor, pageQuery, TIME_AND_ID } from './pages.ts';
import { personText, unixSec } from './shapes.ts';

const reported = {
  faultId: hex32,
  listingId: hex32,
  kind: z.enum(FAULT_KINDS),
  reportedAt: unixSec,
  resolvedAt: unixSec.nullable().describe('When the host said that it is repaired.'),
};

const fault = z
  .strictObject(reported)
  .meta({ id: 'Fault', description: 'A fault of a charger that a driver reported, without the driver.' });
export type FaultJson = z.infer<typeof fault>;

const hostFault = z
  .strictObject({ ...reported, bookingId: hex32, comment: z.string() })
  .meta({ id: 'HostFault', description: 'A fault as its host reads it.' });
export type HostFaultJson = z.infer<typeof hostFault>;

const faultPath = z.object({ faultId: hex32 });

export const faults = {
  reportFault: operation({
    operationId: 'reportFault',
    method: 'post',
    path: '/bookings/{bookingId}/faults',
    tag: 'people',
    summary: 'Reports a fault of the charger to its host, and on the map',
    description:
      'By the booking’s driver, from its slot until a week after it. The map shows the kind alone.',
    params: bookingPath,
    query: mineQuery,
    body: z.strictObject({ kind: z.enum(FAULT_KINDS), comment: personText(500) }),
    answers: { 201: { description: 'The report.', schema: fault } },
    problems: ['signIn.missing', 'booking.unknown', 'booking.notDriver', 'fault.time', 'fault.reported'],
    security: 'session',
  }),
  withdrawFault: operation({
    operationId: 'withdrawFault',
    method: 'delete',
    path: '/faults/{faultId}',
    tag: 'people',
    summary: 'Takes a report back',
    params: faultPath,
    query: mineQuery,
    answers: { 204: { description: 'It is gone.' } },
    problems: ['signIn.missing', 'fault.unknown', 'fault.notReporter'],
    security: 'session',
  }),
  resolveFault: operation({
    operationId: 'resolveFault',
    method: 'post',
    path: '/faults/{faultId}/resolution',
    tag: 'people',
    summary: 'The host says that a fault is repaired',
    params: faultPath,
    query: mineQuery,
    answers: { 200: { description: 'The fault.', schema: hostFault } },
    problems: ['signIn.missing', 'fault.unknown', 'listing.notHost'],
    security: 'session',
  }),
  listFaultsOfCharger: operation({
    operationId: 'listFaultsOfCharger',
    method: 'get',
    path: '/chargers/{listingId}/faults',
    tag: 'people',
    summary: 'Faults of a charger within 90 days, newest first',
    params: z.object({ listingId: hex32 }),
    answers: {
      200: { description: 'At most 50.', schema: z.strictObject({ faults: z.array(fault) }) },
    },
    problems: [],
  }),
  listMyFaults: operation({
    operationId: 'listMyFaults',
    method: 'get',
    path: '/me/faults',
    tag: 'people',
    summary: 'Faults of the signed-in host’s chargers, newest first',
    query: mineQuery.extend(pageQuery(TIME_AND_ID, { most: 50 })),
    answers: {
      200: {
        description: 'Faults.',
        schema: z.strictObject({ faults: z.array(hostFault), cursor: nextCursor }),
      },
    },
    problems: ['signIn.missing'],
    security: 'session',
  }),
};
