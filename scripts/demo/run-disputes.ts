import { auditLedger } from '../../audit/command.ts';
import { toBookingStruct } from '../../protocol/booking.ts';
import type { Reading } from '../../protocol/reading.ts';
import { toCompact } from '../../protocol/signature.ts';
import { challengeEnd, proofEnd } from '../../protocol/slots.ts';
import { type BookingStateStruct, sinceOf } from '../../protocol/state.ts';
import { formatKwh } from '../../protocol/units.ts';
import { deployTestMarket } from '../client/local-market.ts';
import { startAnvil } from '../lib/anvil.ts';
import { type PasskeyOutcome, showAccounts } from './account-steps.ts';
import { type DemoLedger, jumpTo, RELAYER, sendStep, stateAfter } from './demo-ledger.ts';
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
  passkey: PasskeyOutcome;
  stories: DisputeOutcome[];
  audit: { reconciles: boolean };
}

const COSIGNED_WH = 4_000;
const CLAIMED_WH = 6_400;
/** A quarter of an hour of overstay that never was. */
const INVENTED_SEC = 900;

/** Four disputes on a temporary ledger, whose clock is moved; then the audit of all of them. */
export async function runDisputes(report: Report): Promise<DisputeResult> {
  report.symbol = 'DUSD';
  report.say('Starting a throw-away ledger with the real contracts …');
  report.say('Deadlines are hours away: this demo moves the clock of that ledger, and of nothing else.');
  const anvil = await startAnvil();
  try {
    const demoLedger = { market: await deployTestMarket(anvil.url), report };
    headline(demoLedger, 'First: a purse filled by a plain transfer, and a booking by a passkey');
    const passkey = await showAccounts(demoLedger);
    const stories = [
      await provenByMeter(demoLedger),
      await lostWithoutProof(demoLedger),
      await inventedOverstay(demoLedger),
      await noShowContested(demoLedger),
    ];
    const { market } = demoLedger.market;
    const { reconciles, discrepancies } = await auditLedger({ rpcUrl: anvil.url, market });
    const codes = [...new Set(discrepancies.map(({ code }) => code))].join(', ');
    const verdict = 'every kWh and every token unit recomputed from the ledger alone: it reconciles';
    report.event('audit', reconciles ? verdict : `it does NOT reconcile: ${codes}`);
    return { steps: report.steps, passkey, stories, audit: { reconciles } };
  } finally {
    await anvil.stop();
  }
}

async function provenByMeter(demoLedger: DemoLedger): Promise<DisputeOutcome> {
  headline(demoLedger, "1. A challenge, won by the meter's own record");
  const dispute = await openDispute(demoLedger, true);
  const challenged = await disputed(dispute, { energyWh: CLAIMED_WH, overstaySec: 0 });
  const { bytes, call } = proofOf(dispute, challenged, CLAIMED_WH);
  const what = `the meter's OCMF record (${bytes} bytes, secp256r1) shows all of it: the claim is paid, and as much of the bond as was disputed goes to the host`;
  await sendStep(dispute, 'prove', RELAYER, call, what);
  return outcomeOf(dispute, 'challenge-won-by-meter-proof');
}

async function lostWithoutProof(demoLedger: DemoLedger): Promise<DisputeOutcome> {
  headline(demoLedger, '2. A challenge that the host loses for lack of a proof');
  const dispute = await openDispute(demoLedger, false);
  const challenged = await disputed(dispute, { energyWh: CLAIMED_WH, overstaySec: 0 });
  await endChallenge(dispute, challenged, 'nobody proved anything in time');
  return outcomeOf(dispute, 'challenge-lost-without-proof');
}

async function inventedOverstay(demoLedger: DemoLedger): Promise<DisputeOutcome> {
  headline(demoLedger, '3. Overstay that never was, and a meter that proves energy only');
  const dispute = await openDispute(demoLedger, true);
  const challenged = await disputed(dispute, { energyWh: COSIGNED_WH, overstaySec: INVENTED_SEC });
  const { call } = proofOf(dispute, challenged, COSIGNED_WH);
  const what = `the meter proves ${formatKwh(COSIGNED_WH)} kWh, which both had signed; it cannot prove overstay`;
  const receipt = await sendStep(dispute, 'prove', RELAYER, call, what);
  await endChallenge(dispute, stateAfter(receipt, 'Proven'), 'nobody proved more in time');
  return outcomeOf(dispute, 'invented-overstay-falls');
}

function proofOf(dispute: Dispute, challenged: BookingStateStruct, energyWh: number) {
  const { record, meterKey } = meterRecord(dispute, energyWh);
  const proof = { secret: dispute.made.secret, meterKey, records: [record] };
  const args = [toBookingStruct(dispute.made.booking), challenged, proof];
  return { bytes: (record.payload.length - 2) / 2, call: { functionName: 'prove', args } };
}

/** The proof window ends, and with it the challenge. */
async function endChallenge(dispute: Dispute, state: BookingStateStruct, why: string): Promise<void> {
  await jumpTo(dispute, proofEnd(sinceOf(state), dispute.times.closes, windows), why);
  const args = [toBookingStruct(dispute.made.booking), state];
  const what = 'back to what was co-signed, and the bond back to the driver; anyone may call it';
  await sendStep(dispute, 'finalise', RELAYER, { functionName: 'finalise', args }, what);
}

async function noShowContested(demoLedger: DemoLedger): Promise<DisputeOutcome> {
  headline(demoLedger, '4. A no-show that the driver contests: the fee goes to nobody');
  const dispute = await openDispute(demoLedger, false);
  const booking = toBookingStruct(dispute.made.booking);
  await jumpTo(dispute, dispute.times.noShowFrom, 'the no-show timeout is over');
  const agentSignature = toCompact(await signId(dispute, 'NoShow', dispute.agent));
  const noShow = { functionName: 'claimNoShow', args: [booking, dispute.booked, agentSignature] };
  const claim = await sendStep(dispute, 'noShow', RELAYER, noShow, 'the agent says that nobody came');
  const claimed = stateAfter(claim, 'NoShowClaimed');
  const here = { functionName: 'arrived', args: [booking, claimed, await signId(dispute, 'Arrived')] };
  const what = 'the driver was there, and says so by signature; nobody can decide it';
  const contested = stateAfter(await sendStep(dispute, 'arrived', RELAYER, here, what), 'Arrived');
  const end = challengeEnd(sinceOf(contested), dispute.times.closes, windows);
  await jumpTo(dispute, end, 'the window of the claim is over');
  const finalise = { functionName: 'finalise', args: [booking, contested] };
  const toNobody =
    'the fee goes to a purse that nobody can empty, the rest back to the driver; anyone may call it';
  await sendStep(dispute, 'finalise', RELAYER, finalise, toNobody);
  return outcomeOf(dispute, 'no-show-contested');
}

/** The phone dies half-way; the agent claims more alone, and the driver disputes that. */
async function disputed(
  dispute: Dispute,
  claim: Pick<Reading, 'energyWh' | 'overstaySec'>,
): Promise<BookingStateStruct> {
  const { report, times } = dispute;
  await jumpTo(dispute, times.start + 1_600, '25 minutes of charging, then the phone dies');
  const cosigned = await claimCosigned(
    dispute,
    COSIGNED_WH,
    `${formatKwh(COSIGNED_WH)} kWh, signed by agent and driver: ${report.money(1_000_000n)}`,
  );
  await jumpTo(dispute, times.closes + claim.overstaySec, 'the booking is over');
  const overstay = claim.overstaySec === 0 ? '' : ` and ${claim.overstaySec / 60} minutes of overstay`;
  const claimed = await claimAlone(
    dispute,
    cosigned,
    claim,
    `${formatKwh(claim.energyWh)} kWh${overstay}, says the agent alone`,
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
