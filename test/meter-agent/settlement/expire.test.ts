import type { Hex } from 'viem';
import { afterEach, expect, test } from 'vitest';
import { auditLedger } from '../../../audit/command.ts';
import { calldataOf } from '../../../meter-agent/settlement/calldata.ts';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { readCall } from '../../../server/relay/relayCall.ts';
import { reachTime } from '../../support/anvil.ts';
import { clientOf } from '../../support/market.ts';
import { booked, ledgerFixture } from '../support/ledger-fixture.ts';
import { noticeLog } from '../support/notice-log.ts';
import { Scope, startAgent } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

type Fixture = Awaited<ReturnType<typeof ledgerFixture>>;

async function jumpTo({ market }: Fixture, timeSec: number): Promise<void> {
  await reachTime(market.rpcUrl, timeSec);
}

/** What the ledger gave back, once it has. */
const refundOf = ({ market }: Fixture, bookingId: Hex) =>
  waitFor('the booking to expire', async () => {
    const client = clientOf(market.rpcUrl, localAccount('deployer'));
    const filter = { address: market.market, abi: plugpactMarketAbi, eventName: 'Expired' } as const;
    const [expired] = await client.getContractEvents({ ...filter, args: { bookingId }, fromBlock: 0n });
    return (expired?.args as { refunded: bigint } | undefined)?.refunded;
  });

test('a booking that could not be served is given back after reportBy, by the agent itself, once', async () => {
  const { notices, log } = noticeLog();
  const fixture = await ledgerFixture(scope, { agent: { log } });
  const { market, api, agent } = fixture;
  const { made } = await booked(market, agent);
  const { bookingId } = made;
  const { times } = (await waitFor('the agent to add the booking', () => agent.sessions.get(bookingId))).plan;
  await jumpTo(fixture, times.reportBy - 1);
  const fact = await waitFor('the booking', () => agent.ledger.booking(bookingId));
  const parts = {
    ref: market.ref,
    account: agent.key.account,
    bookingId,
    fact,
    newest: undefined,
    giveBackFrom: undefined,
  };
  const data = await calldataOf('expire', { ...parts, claim: undefined as never });
  expect(readCall(market, market.market, data).functionName).toBe('expire');
  expect(api.relayed).toBe(0);
  await jumpTo(fixture, times.reportBy);
  // Cap and bond.
  expect(await refundOf(fixture, bookingId)).toBe(5_000_000n + 1_000_000n);
  await waitFor('the notice', () => notices.find(({ code }) => code === 'PAID'));
  expect(notices.map(({ code, to }) => [code, to])).toEqual([
    ['EXPIRE_SENT', 'both'],
    ['PAID', 'both'],
  ]);
  expect(agent.sessions.get(bookingId)?.phase).toBe('ENDED');
  expect(api.relayed).toBe(1);
  const { reconciles } = await auditLedger({ rpcUrl: market.rpcUrl, market: market.market });
  expect(reconciles).toBe(true);
});

test('an agent that was dead for the whole window gives the money back when it is there again', async () => {
  const fixture = await ledgerFixture(scope);
  const { market, agent, config } = fixture;
  const { made } = await booked(market, agent);
  const session = await waitFor('the agent to add the booking', () => agent.sessions.get(made.bookingId));
  await agent.close();
  await jumpTo(fixture, session.plan.times.reportBy + 86_400);
  await startAgent(scope, config);
  expect(await refundOf(fixture, made.bookingId)).toBe(6_000_000n);
  const { reconciles } = await auditLedger({ rpcUrl: market.rpcUrl, market: market.market });
  expect(reconciles).toBe(true);
});
