import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployMarket } from '../../scripts/deploy/deploy-market.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { type TestMarket, write } from '../support/market.ts';
import { guardian } from './bookings-in-each-state.ts';
import { attempt, expectRefusal, nowOf, read } from './fixture.ts';

const DAY_SEC = 86_400;
const WEEK_SEC = 7 * DAY_SEC;

let anvil: Anvil;
let market: TestMarket;
/** Unix seconds of the first block in which the guardian has no role. */
let endsAt: number;
beforeAll(async () => {
  anvil = await startAnvil();
  endsAt = Math.floor(Date.now() / 1000) + 365 * DAY_SEC;
  const settings = { guardian: guardian.address, guardianEndsAt: BigInt(endsAt) };
  const deployed = await deployMarket({ rpcUrl: anvil.url, network: 'local', account: guardian, settings });
  const ref = { chainId: deployed.chainId, market: deployed.market };
  market = { ...deployed, rpcUrl: anvil.url, ref };
});
afterAll(() => anvil.stop());

/** Tries to pause until then, at that moment. */
const pause = (until: number, timeSec: number) =>
  attempt(market, guardian, 'pauseNewBookings', [BigInt(until)], timeSec);

const expectOutOfRange = (until: number, timeSec: number, limit: number) =>
  expectRefusal(pause(until, timeSec), 'Guardian_PauseOutOfRange', [BigInt(until), BigInt(limit)]);

describe('a pause', () => {
  it('lasts from the next second on, at most a week', async () => {
    const now = (await nowOf(market)) + 60;
    await expectOutOfRange(now, now, now + WEEK_SEC);
    await expectOutOfRange(now - 1, now, now + WEEK_SEC);
    await expect(pause(now + 1, now)).resolves.toBeUndefined();
    await expect(pause(now + WEEK_SEC, now)).resolves.toBeUndefined();
    await expectOutOfRange(now + WEEK_SEC + 1, now, now + WEEK_SEC);
  });

  it('ends with the guardian’s role, whose last second still counts', async () => {
    const now = endsAt - DAY_SEC;
    await expect(pause(endsAt, now)).resolves.toBeUndefined();
    await expectOutOfRange(endsAt + 1, now, endsAt);
    await expect(pause(endsAt, endsAt - 1)).resolves.toBeUndefined();
    const refusal = [guardian.address, BigInt(endsAt)];
    await expectRefusal(pause(endsAt + 1, endsAt), 'Guardian_NotAllowed', refusal);
  });

  it('is followed by a cool-down of three weeks, to the second', async () => {
    const until = (await nowOf(market)) + DAY_SEC;
    await write(market, guardian, 'pauseNewBookings', [BigInt(until)]);
    const next = until + 3 * WEEK_SEC;
    expect(await read(market, 'pauses', [])).toEqual([BigInt(until), BigInt(next)]);
    const refusal = [BigInt(next - 1), BigInt(next)];
    await expectRefusal(pause(next, next - 1), 'Guardian_CoolingDown', refusal);
    await expect(pause(next + 1, next)).resolves.toBeUndefined();
  });
});
