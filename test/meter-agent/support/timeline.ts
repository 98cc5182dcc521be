import type { Hex } from 'viem';
import { auditLedger } from '../../../audit/command.ts';
import type { AgentOptions } from '../../../meter-agent/agent.ts';
import type { Session } from '../../../meter-agent/session/types.ts';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { Reading } from '../../../protocol/reading.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { rpc, startAnvil } from '../../support/anvil.ts';
import {
  book,
  clientOf,
  deployTestMarket,
  fundDriver,
  makeBooking,
  publish,
  type TestBooking,
} from '../../support/market.ts';
import { StablePort } from '../../support/stable-port.ts';
import { ApiPeer } from './api-peer.ts';
import { DriverDevice } from './driver-device.ts';
import { consentTo, listingOf } from './ledger-fixture.ts';
import { RpcProxy } from './rpc-proxy.ts';
import { ScriptedChargePoint } from './scripted-charge-point.ts';
import { type Scope, startAgent, testConfig } from './start-agent.ts';

const ANSWERS = {
  RemoteStartTransaction: { status: 'Accepted' },
  RemoteStopTransaction: { status: 'Accepted' },
  SetChargingProfile: { status: 'Accepted' },
};
/** What a charge of these tests delivers, and how long it takes. */
export const CHARGE_WH = 100;
const CHARGE_SEC = 120;

/**
 * A ledger behind a line that can be cut, an API on a port that it comes back to, an agent that can be started again,
 * and a charge point that does what it is told. The clocks of ledger and agent go on by days.
 */
export async function timeline(scope: Scope, log?: AgentOptions['log']) {
  const anvil = await startAnvil();
  scope.onEnd(() => anvil.stop());
  const { proxy, url: rpcUrl } = await RpcProxy.start(scope, anvil.url);
  const market = await deployTestMarket(anvil.url);
  let api = new ApiPeer(market.ref, anvil.url);
  await api.listen();
  scope.onEnd(() => api.close());
  const apiPort = await StablePort.open();
  scope.onEnd(() => apiPort.close());
  apiPort.target = api.port;
  const apiUrl = `http://127.0.0.1:${apiPort.port}`;
  const dataDir = scope.dir();
  const { market: address, deployBlock } = market;
  const config = testConfig({ rpcUrl, market: address, deployBlock, apiUrl, dataDir });
  let skippedSec = 0;
  const nowSec = () => Math.floor(Date.now() / 1000) + skippedSec;
  const run = async () => {
    const started = await startAgent(scope, config, { nowSec, ...(log && { log }) });
    const chargePoint = new ScriptedChargePoint(started.port, 'CP1', ANSWERS);
    scope.onEnd(async () => void (await chargePoint.close()));
    await chargePoint.connect();
    return { agent: started.agent, chargePoint };
  };
  let running = await run();
  await waitFor('the agent to be connected', () => api.of('heartbeat').length > 0);
  const { account } = running.agent.key;
  const listing = listingOf(account.address);
  consentTo(running.agent);
  const listingId = await publish(market, account, listing);
  const firstSlot = Math.floor(nowSec() / SLOT_SEC);

  /** Booked for an hour so many slots from now, by a driver of its own. */
  const booked = async (slotsAhead: number): Promise<TestBooking> => {
    const driver = await fundDriver(market);
    const change = { firstSlot: firstSlot + slotsAhead };
    const made = await makeBooking(market, listingId, listing, driver.address, change);
    await book(market, driver, listing, made.booking);
    await waitFor('the agent to add the booking', () => running.agent.sessions.get(made.bookingId));
    return made;
  };
  const session = ({ bookingId }: TestBooking): Session => {
    const found = running.agent.sessions.get(bookingId);
    if (found === undefined) throw new Error('the session is gone');
    return found;
  };
  const skipTo = (at: number) => {
    skippedSec += at - nowSec();
  };
  const jumpLedger = async (at: number) => {
    await rpc(anvil.url, 'evm_setNextBlockTimestamp', [at]);
    await rpc(anvil.url, 'evm_mine');
  };
  /** Started by the code of the receipt, with nobody else in reach; `halfway` happens while power flows. */
  const charge = async (
    made: TestBooking,
    halfway: () => Promise<void> = async () => {},
  ): Promise<Reading> => {
    const { agent } = running;
    agent.starts.byCode(startCodeOf(made.secret));
    const { idTag } = await running.chargePoint.wasAsked('RemoteStartTransaction');
    const { transactionId } = await running.chargePoint.start(String(idTag), 1_000);
    await running.chargePoint.status('Charging');
    skippedSec += CHARGE_SEC / 2;
    await running.chargePoint.meter(transactionId, String(1_000 + CHARGE_WH / 2));
    await halfway();
    skippedSec += CHARGE_SEC / 2;
    await running.chargePoint.stop(transactionId, 1_000 + CHARGE_WH, { reason: 'Local' });
    // The car leaves.
    await running.chargePoint.status('Available');
    await waitFor('the final reading', () => session(made).phase === 'FINAL');
    return waitFor('it to be signed', () => {
      const stored = running.agent.journal.reading(made.bookingId, session(made).nextSeq - 1);
      return stored?.agentSignature == null ? undefined : stored.reading;
    });
  };
  return {
    ...{ anvil, proxy, market, config, dataDir, apiUrl, nowSec, booked, session, skipTo, jumpLedger, charge },
    get agent() {
      return running.agent;
    },
    get api() {
      return api;
    },
    /** The agent ends and starts again, `between` the two; its charge point connects anew. */
    restart: async (between: () => void = () => {}) => {
      await running.chargePoint.close();
      await running.agent.close();
      between();
      running = await run();
    },
    apiGone: () => api.close(),
    /** The API is there again, with nothing of what it knew; `made` is a driver whose device listens. */
    apiBack: async (made: TestBooking): Promise<DriverDevice> => {
      api = new ApiPeer(market.ref, anvil.url);
      const driver = new DriverDevice(api, market.ref, made);
      await api.listen();
      apiPort.target = api.port;
      await waitFor('the agent to be connected', () => api.of('heartbeat').length > 0, { timeoutMs: 60_000 });
      return driver;
    },
    /** What the ledger ended, in its order. */
    ends: async () => {
      const client = clientOf(anvil.url, localAccount('deployer'));
      const logs = await client.getContractEvents({
        ...{ address, abi: plugpactMarketAbi, fromBlock: 0n },
      });
      return logs
        .filter(({ eventName }) => ['Settled', 'SettledAlone', 'Finalised', 'Expired'].includes(eventName))
        .map(({ eventName, args }) => [eventName, (args as { bookingId: Hex }).bookingId]);
    },
    reconciles: async () => (await auditLedger({ rpcUrl: anvil.url, market: address })).reconciles,
  };
}
