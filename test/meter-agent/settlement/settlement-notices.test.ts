import { afterEach, expect, test } from 'vitest';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { TOKEN_NOTE } from '../../../meter-agent/ledger/token.ts';
import type { BookingFact } from '../../../meter-agent/session/booking-facts.ts';
import { SettlementNotices } from '../../../meter-agent/settlement/settlement-notices.ts';
import { FLAG, PHASE } from '../../../protocol/booking.ts';
import { type Notice, notice as noticeSchema } from '../../../protocol/link.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const AGENT_KEY = `0x${'22'.repeat(20)}` as const;
const MOST = 2n ** 64n - 1n;

/** A journal that knows what money is called, and who tells people from it. */
async function telling() {
  const { agent, config } = await agentFixture(scope);
  const { bookingId, fact } = bookOn(agent);
  await agent.close();
  let journal = new Journal(config.dataDir);
  scope.onEnd(() => journal.close());
  journal.setNote(TOKEN_NOTE, { symbol: 'DUSD', decimals: 6 });
  const told: Notice[] = [];
  const make = () =>
    new SettlementNotices({
      journal,
      agentKey: AGENT_KEY,
      notice: (said) => void told.push(noticeSchema.parse(said)),
      nowSec: () => 1_800_000_000,
    });
  return {
    bookingId,
    fact,
    told,
    codes: () => told.map(({ code }) => code),
    make,
    restart: () => {
      journal.close();
      journal = new Journal(config.dataDir);
      return make();
    },
  };
}

const withHead = (fact: BookingFact, head: bigint): BookingFact => ({ ...fact, state: { head, claim: 0n } });

test('each call and its outcome is told once, in tokens and in units, also over restarts', async () => {
  const { bookingId, fact, told, codes, make, restart } = await telling();
  make().sent(bookingId, fact, 'claim', 1_250_000n);
  make().sent(bookingId, fact, 'claim', 1_250_000n);
  expect(told[0]).toMatchObject({ to: 'host', code: 'CLAIM_SENT', bookingId, listingId: fact.listingId });
  expect(told[0]?.text).toContain('1.25 DUSD (1250000 token units)');
  make().look(() => fact);
  expect(codes()).toEqual(['CLAIM_SENT']);
  const claimed = withHead(fact, PHASE.CLAIMED);
  restart().look(() => claimed);
  expect(codes()).toEqual(['CLAIM_SENT', 'CLAIMED']);
  const again = restart();
  again.sent(bookingId, claimed, 'claim', 1_250_000n);
  again.look(() => claimed);
  again.sent(bookingId, claimed, 'claimAlone', 1_500_000n);
  const alone = withHead(fact, PHASE.CLAIMED | (FLAG.AGENT_ALONE << 8n));
  again.look(() => alone);
  expect(told.slice(2).map(({ code, to }) => [code, to])).toEqual([
    ['CLAIM_ALONE_SENT', 'both'],
    ['CLAIMED_ALONE', 'both'],
  ]);
  const ended = { ...alone, ended: 'FULFILLED', paid: 1_500_000n };
  restart().look(() => ended);
  restart().look(() => ended);
  expect(told.slice(4)).toMatchObject([{ code: 'PAID', to: 'both' }]);
  expect(told[4]?.text).toContain('1.50 DUSD');
});

test('of a booking that the ledger lost, or ended by other means, nothing is made up', async () => {
  const { bookingId, fact, told, codes, make } = await telling();
  make().sent(bookingId, fact, 'settle', 10n);
  make().look(() => ({ ...fact, lostAt: 1 }));
  make().look(() => undefined);
  expect(codes()).toEqual(['SETTLE_SENT']);
  make().look(() => ({ ...fact, ended: 'CANCELED', paid: 0n }));
  expect(told[1]?.text).toContain('CANCELED');
  expect(told[1]?.text).toContain('0.00 DUSD');
});

test('what is at risk names the amount, the end and the key to fund; every text fits a notice', async () => {
  const { bookingId, fact, told, make } = await telling();
  const teller = make();
  teller.atRisk(bookingId, fact, 'claimAlone', MOST, 1_800_003_600);
  teller.atRisk(bookingId, fact, 'claimAlone', MOST, 1_800_003_600);
  expect(told).toHaveLength(1);
  expect(told[0]?.text).toMatch(/^18446744073709\.551615 DUSD .*2027-01-15 09:00 UTC.*0x2222/s);
  teller.refused(bookingId, fact, 'claimNoShow', 'x'.repeat(1_000));
  teller.needsGas(bookingId, fact, 'prove');
  for (const call of [
    'settle',
    'claim',
    'claimAlone',
    'claimNoShow',
    'prove',
    'finalise',
    'expire',
  ] as const) {
    teller.sent(bookingId, fact, call, MOST);
  }
  teller.look(() => withHead(fact, PHASE.CHALLENGED | ((FLAG.AGENT_ALONE | FLAG.NO_SHOW) << 8n)));
  teller.look(() => ({ ...fact, ended: 'FULFILLED', paid: MOST }));
  expect(told.length).toBeGreaterThanOrEqual(13);
  for (const { text } of told) expect(text.length).toBeLessThanOrEqual(300);
});
