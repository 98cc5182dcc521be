import { afterEach, expect, test, vi } from 'vitest';
import type { Agent } from '../../../meter-agent/agent.ts';
import type { Reading } from '../../../protocol/reading.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { rpc } from '../../support/anvil.ts';
import type { TestBooking, TestMarket } from '../../support/market.ts';
import { booked, ledgerFixture } from '../support/ledger-fixture.ts';
import { noticeLog } from '../support/notice-log.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

/** The end of a session, signed by both, straight into the journal: 100 Wh in a minute. */
async function finish(agent: Agent, market: TestMarket, { bookingId, sessionKey }: TestBooking) {
  const endedAt = Math.floor(Date.now() / 1000);
  const zero = `0x${'00'.repeat(32)}` as const;
  const reading: Reading = {
    bookingId,
    seq: 0,
    energyWh: 100,
    beganAt: endedAt - 60,
    endedAt,
    overstaySec: 0,
    isFinal: true,
    evidenceHash: zero,
    registersCommitment: zero,
  };
  const agentSignature = await signMessageOf(agent.key.account, market.ref, 'Reading', reading);
  const sessionSignature = await signMessageOf(sessionKey, market.ref, 'Reading', reading);
  agent.journal.addReading(reading);
  agent.journal.signReading(bookingId, 0, agentSignature);
  agent.journal.cosignReading(bookingId, 0, sessionSignature);
}

test('a relay that asks for patience gets it; the host is notified what is at risk; own gas settles in time', async () => {
  const { notices, log } = noticeLog();
  const fixture = await ledgerFixture(scope, { agent: { log } });
  const { market, api, agent, anvil, proxy } = fixture;
  const { made } = await booked(market, agent);
  const { bookingId } = made;
  const session = await waitFor('the agent to add the booking', () => agent.sessions.get(bookingId));
  const { address } = agent.key.account;
  api.relayAnswer = () => ({
    status: 429,
    headers: { 'retry-after': '600' },
    body: { code: 'limit.reached' },
  });
  await finish(agent, market, made);
  await waitFor('the relay to be asked', () => api.relayed === 1);
  // Another try finds the key without ether.
  await waitFor('the own gas to be looked for', () => proxy.count('eth_getBalance') >= 2);
  expect(api.relayed).toBe(1);
  expect(notices).toEqual([]);
  const { reportBy, closes } = session.plan.times;
  await rpc(anvil.url, 'evm_setNextBlockTimestamp', [closes + Math.ceil((reportBy - closes) * 0.8)]);
  await rpc(anvil.url, 'evm_mine');
  const risk = await waitFor('the notice to the host', () =>
    notices.find(({ code }) => code === 'CLAIM_AT_RISK'),
  );
  expect(risk).toMatchObject({ to: 'host', bookingId, listingId: session.plan.listingId });
  // 0.05 flat, 25,000 for the energy, 1,666 for the minute.
  expect(risk.params).toEqual({ action: 'settle', amount: '76666', endsAt: reportBy, agentKey: address });
  await rpc(anvil.url, 'anvil_setBalance', [address, '0xde0b6b3a7640000']);
  await waitFor('the ledger to pay', () => agent.ledger.booking(bookingId)?.ended === 'FULFILLED');
  await waitFor('the notice to the host', () => notices.find(({ code }) => code === 'PAID'));
  expect(notices.map(({ code }) => code)).toEqual(['CLAIM_AT_RISK', 'SETTLE_SENT', 'PAID']);
  expect(api.relayed).toBe(1);
});

test('a relay that says it sent what the ledger never shows is not believed a third time: own gas settles', async () => {
  const fixture = await ledgerFixture(scope);
  const { market, api, agent, anvil } = fixture;
  const { made } = await booked(market, agent);
  await rpc(anvil.url, 'anvil_setBalance', [agent.key.account.address, '0xde0b6b3a7640000']);
  api.relayAnswer = () => ({ status: 200, headers: {}, body: { transactionHash: `0x${'99'.repeat(32)}` } });
  // Nobody waits for real until the ledger should have shown it.
  const now = performance.now.bind(performance);
  let skippedMs = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + skippedMs);
  scope.onEnd(() => clock.mockRestore());
  await waitFor('the agent to add the booking', () => agent.sessions.get(made.bookingId));
  await finish(agent, market, made);
  for (const relayed of [1, 2]) {
    await waitFor('the relay to be asked', () => api.relayed === relayed);
    skippedMs += 20_000;
  }
  await waitFor('the ledger to pay', () => agent.ledger.booking(made.bookingId)?.ended === 'FULFILLED');
  expect(api.relayed).toBe(2);
});
