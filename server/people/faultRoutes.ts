import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import { bytesToHex, type Hex } from 'viem';
import { faults } from '../../protocol/api/faultReports.ts';
import type { FaultKind } from '../../protocol/faultKinds.ts';
import type { BookingWithTerms } from '../booking/store.ts';
import { forgetDeleted } from '../db/forgetDeleted.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Services } from '../services.ts';
import {
  deleteFault,
  faultsOfHost,
  faultsOfListing,
  putFault,
  readFault,
  resolveFault,
} from './faultStore.ts';
import { requireDriver, requireHost } from './parties.ts';
import { signedIn } from './session.ts';

/** How long after its slot a driver may report what was wrong there. */
const LATE_SEC = 7 * 86_400;

/** Faults that drivers found: they reach the host, and the map shows their kind. */
export function faultRoutes(services: Services): Router {
  const { db, now } = services;
  const router = Router();
  operate(router, faults.reportFault, [], async ({ params: { bookingId }, body, req, res }) => {
    const booking = await requireDriver(services, req, res, bookingId);
    requireTime(booking, now());
    const { driver: reporter, listingId } = booking;
    const faultId = bytesToHex(randomBytes(32));
    const report = { faultId, listingId, bookingId, reporter, ...body, reportedAt: now() };
    if (!(await putFault(db, report))) throw reported(body.kind);
    return { faultId, listingId, kind: body.kind, reportedAt: report.reportedAt, resolvedAt: null };
  });
  operate(router, faults.withdrawFault, [], async ({ params: { faultId }, req, res }) => {
    const account = await signedIn(services, req, res);
    if ((await requireFault(services, faultId)).reporter !== account) throw notReporter();
    await deleteFault(db, faultId);
    await forgetDeleted(db);
    res.status(204).end();
  });
  operate(router, faults.resolveFault, [], async ({ params: { faultId }, req, res }) => {
    const account = await signedIn(services, req, res);
    const fault = await requireFault(services, faultId);
    await requireHost(db, fault.listingId, account);
    await resolveFault(db, faultId, now());
    const { reporter: _, ...shown } = await requireFault(services, faultId);
    return shown;
  });
  operate(router, faults.listFaultsOfCharger, [], async ({ params }) => ({
    faults: await faultsOfListing(db, params.listingId, now()),
  }));
  operate(router, faults.listMyFaults, [], async ({ query, req, res }) =>
    faultsOfHost(db, await signedIn(services, req, res), query),
  );
  return router;
}

async function requireFault({ db }: Services, faultId: Hex) {
  const fault = await readFault(db, faultId);
  if (fault !== undefined) return fault;
  throw new HttpProblem(404, {
    code: 'fault.unknown',
    value: faultId,
    rule: 'The report must be stored here.',
    remedy: 'Check the id. Its reporter may have taken it back.',
  });
}

function requireTime({ opensAt, endsAt }: BookingWithTerms, now: number): void {
  if (now >= opensAt && now < endsAt + LATE_SEC) return;
  throw new HttpProblem(409, {
    code: 'fault.time',
    value: String(now),
    rule: `A fault can be reported from ${opensAt} until ${endsAt + LATE_SEC}: by those who are there.`,
    remedy: 'Report it while you are at the charger.',
  });
}

const reported = (kind: FaultKind): HttpProblem =>
  new HttpProblem(409, {
    code: 'fault.reported',
    value: kind,
    rule: 'A booking has one open report of a kind.',
    remedy: 'Take the other one back first.',
  });

const notReporter = (): HttpProblem =>
  new HttpProblem(403, {
    code: 'fault.notReporter',
    rule: 'Only who reported a fault may take the report back.',
    remedy: 'Sign in with the account that reported it. The host may say that it is repaired.',
  });
