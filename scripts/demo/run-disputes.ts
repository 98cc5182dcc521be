import { RESERVED_STATE, toBookingStruct, unpackHead } from '../../protocol/booking.ts';
import { toCompact } from '../../protocol/signature.ts';
import { proofEnd } from '../../protocol/slots.ts';
import { formatKwh } from '../../protocol/units.ts';
import { auditLedger } from '../audit.ts';
import { deployTestMarket } from '../client/local-market.ts';
import { startAnvil } from '../lib/anvil.ts';
import { act, actRefused, jumpTo, RELAYER, stateAfter, type Theatre } from './demo-ledger.ts';
import {
  challenge,
  claimAlone,
  claimCosigned,
  endOf,
  meterRecord,
  openScene,
  type Scene,
  signId,
  windows,
} from './dispute-steps.ts';
import type { Report, Step } from './report.ts';

/** How one dispute ended. Money in token units, as text. */
export interface DisputeStory {
  name: string;
  energyWh: number;
  hostEarned: string;
  driverPaid: string;
}

export interface DisputeResult {
  steps: Step[];
  stories: DisputeStory[];
  audit: { reconciles: boolean };
}

const COSIGNED_WH = 2_000;
const CLAIMED_WH = 6_400;

/** Three disputes on a ledger that is thrown away, whose clock alone is moved; then the audit of all of them. */
export async function tellDisputes(report: Report): Promise<DisputeResult> {
  report.symbol = 'DUSD';
  report.say('Starting a throw-away ledger with the real contracts …');
  report.say('Deadlines are hours away: this demo moves the clock of that ledger, and of nothing else.');
  const anvil = await startAnvil();
  try {
    const theatre = { market: await deployTestMarket(anvil.url), report };
    const stories = [
      await provenByMeter(theatre),
      await lostWithoutProof(theatre),
      await noShowBeaten(theatre),
    ];
    const { market } = theatre.market;
    const { reconciles, discrepancies } = await auditLedger({ rpcUrl: anvil.url, market });
    const codes = [...new Set(discrepancies.map(({ code }) => code))].join(', ');
    const verdict = 'every kWh and every token unit recomputed from the ledger alone: it reconciles';
    report.event('audit', reconciles ? verdict : `it does NOT reconcile: ${codes}`);
    return { steps: report.steps, stories, audit: { reconciles } };
  } finally {
    await anvil.stop();
  }
}

async function provenByMeter(theatre: Theatre): Promise<DisputeStory> {
  headline(theatre, "1. A challenge, won by the meter's own record");
  const scene = await openScene(theatre, true);
  const challenged = await disputed(scene);
  const { record, meterKey } = meterRecord(scene, CLAIMED_WH);
  const proof = { secret: scene.made.secret, meterKey, records: [record] };
  const args = [toBookingStruct(scene.made.booking), challenged, proof];
  const what = `the meter's OCMF record (${(record.payload.length - 2) / 2} bytes, secp256r1) shows all of it: the claim is paid, the bond goes to the host`;
  await act(scene, 'prove', RELAYER, { functionName: 'prove', args }, what);
  return endStory(scene, 'challenge-won-by-meter-proof');
}

async function lostWithoutProof(theatre: Theatre): Promise<DisputeStory> {
  headline(theatre, '2. A challenge that the host loses for lack of a proof');
  const scene = await openScene(theatre, false);
  const challenged = await disputed(scene);
  const challengedAt = Number(unpackHead(challenged.head).challengedAt);
  await jumpTo(scene, proofEnd(challengedAt, scene.times.closes, windows), 'nobody proved anything in time');
  const args = [toBookingStruct(scene.made.booking), challenged];
  const what = 'back to what was co-signed, and the bond back to the driver; anyone may call it';
  await act(scene, 'finalise', RELAYER, { functionName: 'finalise', args }, what);
  return endStory(scene, 'challenge-lost-without-proof');
}

async function noShowBeaten(theatre: Theatre): Promise<DisputeStory> {
  headline(theatre, '3. A no-show claim, beaten by "arrived"');
  const scene = await openScene(theatre, false);
  const booking = toBookingStruct(scene.made.booking);
  await jumpTo(scene, scene.times.start + 60, 'the driver stands at the charger, but the box is off');
  const here = { functionName: 'arrived', args: [booking, RESERVED_STATE, await signId(scene, 'Arrived')] };
  const receipt = await act(scene, 'arrived', RELAYER, here, "the driver's phone says so, by signature");
  const state = stateAfter(receipt, 'Arrived');
  await jumpTo(scene, scene.times.noShowFrom, 'the no-show timeout is over');
  const agentSignature = toCompact(await signId(scene, 'NoShow', scene.agent));
  const noShow = { functionName: 'claimNoShow', args: [booking, state, agentSignature] };
  const errorName = 'Claim_DriverArrived';
  await actRefused(scene, 'noShow', { ...noShow, errorName }, 'the agent says that nobody came');
  await jumpTo(scene, scene.times.reportBy, 'nobody reported a charge in time');
  const expire = { functionName: 'expire', args: [booking, state] };
  await act(scene, 'expire', RELAYER, expire, 'cap and bond go back to the driver; anyone may call it');
  return endStory(scene, 'no-show-beaten-by-arrived');
}

/** The phone dies half-way; the agent claims the rest alone, and the driver disputes that. */
async function disputed(scene: Scene) {
  const { report, times } = scene;
  await jumpTo(scene, times.start + 1_000, 'a quarter of an hour of charging, then the phone dies');
  const cosigned = await claimCosigned(
    scene,
    COSIGNED_WH,
    `${formatKwh(COSIGNED_WH)} kWh, signed by agent and driver: ${report.money(500_000n)}`,
  );
  await jumpTo(scene, times.closes, 'the booking is over');
  const claimed = await claimAlone(
    scene,
    cosigned,
    CLAIMED_WH,
    `${formatKwh(CLAIMED_WH)} kWh says the agent alone: ${report.money(1_600_000n)}`,
  );
  return challenge(scene, claimed);
}

async function endStory(scene: Scene, name: string): Promise<DisputeStory> {
  const { hostEarned, energyWh, driverHas, driverPaid } = await endOf(scene);
  const { report } = scene;
  report.event(
    'money',
    `host ${report.money(hostEarned)} for ${formatKwh(energyWh)} kWh; the driver's purse holds ${report.money(driverHas)}`,
  );
  return { name, energyWh, hostEarned: String(hostEarned), driverPaid: String(driverPaid) };
}

const headline = ({ report }: Theatre, text: string): void => report.say(`\n── ${text} ──`);
