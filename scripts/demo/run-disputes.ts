import { RESERVED_STATE, toBookingStruct, unpackHead } from '../../protocol/booking.ts';
import { toCompact } from '../../protocol/signature.ts';
import { proofEnd } from '../../protocol/slots.ts';
import { formatKwh } from '../../protocol/units.ts';
import { auditLedger } from '../audit.ts';
import { deployTestMarket } from '../client/local-market.ts';
import { startAnvil } from '../lib/anvil.ts';
import { type DemoLedger, jumpTo, RELAYER, sendRefusedStep, sendStep, stateAfter } from './demo-ledger.ts';
import {
  challenge,
  claimAlone,
  claimCosigned,
  type Dispute,
  meterRecord,
  openDispute,
  signId,
  totalsOf,
  windows,
} from './dispute-steps.ts';
import type { Report, Step } from './report.ts';

/** How one dispute ended. Money in token units, as text. */
export interface DisputeOutcome {
  name: string;
  energyWh: number;
  hostEarned: string;
  driverPaid: string;
}

export interface DisputeResult {
  steps: Step[];
  stories: DisputeOutcome[];
  audit: { reconciles: boolean };
}

const COSIGNED_WH = 2_000;
const CLAIMED_WH = 6_400;

/** Three disputes on a temporary ledger, whose clock is moved; then the audit of all of them. */
export async function runDisputes(report: Report): Promise<DisputeResult> {
  report.symbol = 'DUSD';
  report.say('Starting a throw-away ledger with the real contracts …');
  report.say('Deadlines are hours away: this demo moves the clock of that ledger, and of nothing else.');
  const anvil = await startAnvil();
  try {
    const demoLedger = { market: await deployTestMarket(anvil.url), report };
    const stories = [
      await provenByMeter(demoLedger),
      await lostWithoutProof(demoLedger),
      await noShowRefuted(demoLedger),
    ];
    const { market } = demoLedger.market;
    const { reconciles, discrepancies } = await auditLedger({ rpcUrl: anvil.url, market });
    const codes = [...new Set(discrepancies.map(({ code }) => code))].join(', ');
    const verdict = 'every kWh and every token unit recomputed from the ledger alone: it reconciles';
    report.event('audit', reconciles ? verdict : `it does NOT reconcile: ${codes}`);
    return { steps: report.steps, stories, audit: { reconciles } };
  } finally {
    await anvil.stop();
  }
}

async function provenByMeter(demoLedger: DemoLedger): Promise<DisputeOutcome> {
  headline(demoLedger, "1. A challenge, won by the meter's own record");
  const dispute = await openDispute(demoLedger, true);
  const challenged = await disputed(dispute);
  const { record, meterKey } = meterRecord(dispute, CLAIMED_WH);
  const proof = { secret: dispute.made.secret, meterKey, records: [record] };
  const args = [toBookingStruct(dispute.made.booking), challenged, proof];
  const what = `the meter's OCMF record (${(record.payload.length - 2) / 2} bytes, secp256r1) shows all of it: the claim is paid, the bond goes to the host`;
  await sendStep(dispute, 'prove', RELAYER, { functionName: 'prove', args }, what);
  return outcomeOf(dispute, 'challenge-won-by-meter-proof');
}

async function lostWithoutProof(demoLedger: DemoLedger): Promise<DisputeOutcome> {
  headline(demoLedger, '2. A challenge that the host loses for lack of a proof');
  const dispute = await openDispute(demoLedger, false);
  const challenged = await disputed(dispute);
  const challengedAt = Number(unpackHead(challenged.head).challengedAt);
  await jumpTo(
    dispute,
    proofEnd(challengedAt, dispute.times.closes, windows),
    'nobody proved anything in time',
  );
  const args = [toBookingStruct(dispute.made.booking), challenged];
  const what = 'back to what was co-signed, and the bond back to the driver; anyone may call it';
  await sendStep(dispute, 'finalise', RELAYER, { functionName: 'finalise', args }, what);
  return outcomeOf(dispute, 'challenge-lost-without-proof');
}

async function noShowRefuted(demoLedger: DemoLedger): Promise<DisputeOutcome> {
  headline(demoLedger, '3. A no-show claim, beaten by "arrived"');
  const dispute = await openDispute(demoLedger, false);
  const booking = toBookingStruct(dispute.made.booking);
  await jumpTo(dispute, dispute.times.start + 60, 'the driver is at the charger, but the wallbox is off');
  const here = { functionName: 'arrived', args: [booking, RESERVED_STATE, await signId(dispute, 'Arrived')] };
  const receipt = await sendStep(
    dispute,
    'arrived',
    RELAYER,
    here,
    "the driver's phone says so, by signature",
  );
  const state = stateAfter(receipt, 'Arrived');
  await jumpTo(dispute, dispute.times.noShowFrom, 'the no-show timeout is over');
  const agentSignature = toCompact(await signId(dispute, 'NoShow', dispute.agent));
  const noShow = { functionName: 'claimNoShow', args: [booking, state, agentSignature] };
  const errorName = 'Claim_DriverArrived';
  await sendRefusedStep(dispute, 'noShow', { ...noShow, errorName }, 'the agent says that nobody came');
  await jumpTo(dispute, dispute.times.reportBy, 'nobody reported a charge in time');
  const expire = { functionName: 'expire', args: [booking, state] };
  await sendStep(
    dispute,
    'expire',
    RELAYER,
    expire,
    'cap and bond go back to the driver; anyone may call it',
  );
  return outcomeOf(dispute, 'no-show-beaten-by-arrived');
}

/** The phone dies half-way; the agent claims the rest alone, and the driver disputes that. */
async function disputed(dispute: Dispute) {
  const { report, times } = dispute;
  await jumpTo(dispute, times.start + 1_000, 'a quarter of an hour of charging, then the phone dies');
  const cosigned = await claimCosigned(
    dispute,
    COSIGNED_WH,
    `${formatKwh(COSIGNED_WH)} kWh, signed by agent and driver: ${report.money(500_000n)}`,
  );
  await jumpTo(dispute, times.closes, 'the booking is over');
  const claimed = await claimAlone(
    dispute,
    cosigned,
    CLAIMED_WH,
    `${formatKwh(CLAIMED_WH)} kWh says the agent alone: ${report.money(1_600_000n)}`,
  );
  return challenge(dispute, claimed);
}

async function outcomeOf(dispute: Dispute, name: string): Promise<DisputeOutcome> {
  const { hostEarned, energyWh, driverHas, driverPaid } = await totalsOf(dispute);
  const { report } = dispute;
  report.event(
    'money',
    `host ${report.money(hostEarned)} for ${formatKwh(energyWh)} kWh; the driver's purse holds ${report.money(driverHas)}`,
  );
  return { name, energyWh, hostEarned: String(hostEarned), driverPaid: String(driverPaid) };
}

const headline = ({ report }: DemoLedger, text: string): void => report.say(`\n── ${text} ──`);
