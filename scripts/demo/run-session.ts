import type { Hex } from 'viem';
import { auditLedger } from '../../audit/command.ts';
import type { BookingResponse, ChargerDetail, ReadingJson } from '../../protocol/api.ts';
import { connectorHash } from '../../protocol/listing.ts';
import { formatKwh } from '../../protocol/units.ts';
import { ApiClient } from '../client/api-client.ts';
import { HeadlessDriver } from '../client/headless-driver.ts';
import { firstPairingCode, listCharger, withdrawEarnings } from '../client/host.ts';
import { LedgerAccess } from '../client/ledger-access.ts';
import { localAccount } from '../lib/local-accounts.ts';
import { waitFor } from '../lib/wait.ts';
import type { LocalWallbox, Stack } from '../start/stack.ts';
import type { Report, Step } from './report.ts';

const DEPOSIT = 10_000_000n;
const CAP = 5_000_000n;
const SLOTS = 4;

/** Energy after which the driver of the demo stops: with the reading of the first minute at these wallboxes. */
const ENOUGH_WH = 60;

export interface DemoResult {
  steps: Step[];
  energyWh: number;
  paid: string;
  refunded: string;
  audit: { reconciles: boolean };
}

/** The simulated wallbox that was paired: either may have shown its code first. */
function wallboxOf(stack: Stack, connector: Hex): LocalWallbox {
  const wallbox = stack.wallboxes.find((one) => connectorHash(one.chargePointId, 1) === connector);
  if (wallbox === undefined) throw new Error(`No wallbox of this stack has the connector ${connector}.`);
  return wallbox;
}

/** list, fund, book, plug in, charge, settle, withdraw, audit. */
export async function runSession(stack: Stack, report: Report): Promise<DemoResult> {
  const api = new ApiClient(stack.origin);
  const config = await api.call('getConfig');
  report.decimals = config.token.decimals;
  report.symbol = config.token.symbol;
  const ledger = new LedgerAccess(api, config);
  const { listingId, offer } = await list(api, ledger, report);
  const wallbox = wallboxOf(stack, offer.connector);
  const driver = new HeadlessDriver(api, ledger);
  const charger = await bookIt(api, driver, listingId, report);
  const booking = await charge(wallbox, driver, charger, report);
  await settled(ledger, booking, report);
  await withdraw(ledger, driver, listingId, report);
  const audit = await auditLedger({ rpcUrl: stack.rpcUrl, market: config.market });
  report.event(
    'audit',
    audit.reconciles
      ? 'every kWh and every token unit recomputed from the ledger alone: it reconciles'
      : `it does NOT reconcile: ${audit.discrepancies.map((d) => d.code).join(', ')}`,
  );
  return {
    steps: report.steps,
    energyWh: booking.energyWh ?? 0,
    paid: booking.paid ?? '0',
    refunded: booking.refunded ?? '0',
    audit: { reconciles: audit.reconciles },
  };
}

async function list(api: ApiClient, ledger: LedgerAccess, report: Report) {
  const code = await waitFor('a wallbox to show its pairing code', () => firstPairingCode(api));
  report.event('pair', `the wallbox waits; its agent shows the code ${code}, the homeowner types it`);
  const listed = await listCharger(api, ledger, localAccount('host'), code);
  report.step(
    'list',
    listed.receipt,
    `a ${listed.offer.maxPowerW / 1000} kW charger at ${report.money(250_000n)} per kWh`,
  );
  return listed;
}

async function bookIt(api: ApiClient, driver: HeadlessDriver, listingId: Hex, report: Report) {
  const funded = await driver.fund(DEPOSIT);
  report.step('fund', funded, `a driver puts ${report.money(DEPOSIT)} into a purse`);
  const charger = await waitFor('the charger to be on the map with its agent', async () => {
    const found = await api.call('getCharger', { params: { listingId } });
    return found.agentPublicKey !== null && found.freshness === 'LIVE' && found;
  });
  const booked = await driver.book(charger, SLOTS, CAP);
  report.step('book', booked, `an hour from now, by signature; at most ${report.money(CAP)}, locked`);
  await waitFor('the booking to be on the map', () =>
    api.call('getBooking', { params: { bookingId: driver.bookingId } }),
  );
  return charger;
}

async function charge(wallbox: LocalWallbox, driver: HeadlessDriver, charger: ChargerDetail, report: Report) {
  let isStopping = false;
  const stopWhenEnough = async (reading: ReadingJson) => {
    if (isStopping || reading.energyWh < ENOUGH_WH) return;
    isStopping = true;
    report.event('stop', 'the driver has enough');
    await driver.stop();
    await fetch(`${wallbox.controlUrl}/unplug`, { method: 'POST' });
    report.event('unplug', 'the cable is out: the last reading is signed');
  };
  const following = driver.follow({
    reading: (reading, cost) => {
      report.say(
        `           reading ${reading.seq}: ${formatKwh(reading.energyWh)} kWh, ${report.money(cost)}, co-signed${reading.isFinal ? ', final' : ''}`,
      );
      stopWhenEnough(reading).catch((error: Error) => report.say(`stop was refused: ${error.message}`));
    },
    allowance: (cost) =>
      report.say(
        `           allowed: ${report.money(cost)} at most on the agent's word, so that the phone may sleep`,
      ),
    session: (state, powerW, detail) =>
      report.say(
        `           ${state} ${(powerW / 1000).toFixed(1)} kW${detail === '' ? '' : ` (${detail})`}`,
      ),
  });
  await fetch(`${wallbox.controlUrl}/plug`, { method: 'POST' });
  report.event('plug in', 'the cable is in; the driver hands over the start secret, sealed to the agent');
  await waitFor('the agent to take the start', async () => {
    await driver.start(charger.agentPublicKey as Hex);
    return true;
  });
  report.event('charge', 'real time at the simulated wallbox, each reading co-signed');
  return following;
}

async function settled(ledger: LedgerAccess, booking: BookingResponse, report: Report): Promise<void> {
  const receipt = await ledger.mined(booking.endedTx as Hex);
  const energy = `${formatKwh(booking.energyWh ?? 0)} kWh`;
  const [paid, refunded] = [
    report.money(BigInt(booking.paid ?? 0)),
    report.money(BigInt(booking.refunded ?? 0)),
  ];
  report.step(
    'settle',
    receipt,
    `${energy}: ${paid} to the host, ${refunded} of cap and bond back to the driver`,
  );
}

async function withdraw(ledger: LedgerAccess, driver: HeadlessDriver, listingId: Hex, report: Report) {
  const host = await withdrawEarnings(ledger, localAccount('host'), listingId);
  report.step('withdraw', host.receipt, `the host takes ${report.money(host.earned)}`);
  const rest = await driver.withdraw();
  report.step('withdraw', rest.receipt, `the driver takes ${report.money(rest.balance)}`);
}
