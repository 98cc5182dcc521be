import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { signMessageOf } from '../../protocol/signature.ts';
import type { ServeOptions } from '../../server/serve.ts';
import { connectedAgent } from './agentPeer.ts';
import { bookCharger, type DriverBooking, listCharger } from './marketActions.ts';
import { caughtUp, startLedger, startServer, type TestLedger, type TestServer } from './support.ts';

/** A ledger and a server, shared by the tests of a file. */
export interface ServerFixture {
  ledger: TestLedger;
  server: TestServer;
}

/** Starts a ledger and a server that has indexed it before the first test of a file, and stops both after the last. */
export function fixtureForAllTests(options: Partial<ServeOptions> = {}): ServerFixture {
  const fixture = {} as ServerFixture;
  beforeAll(async () => {
    fixture.ledger = await startLedger();
    fixture.server = await startServer(fixture.ledger.market, {}, options);
    await caughtUp(fixture.server, fixture.ledger);
  });
  afterAll(async () => {
    // A server that stops with a failure (a statement that reads a whole table) leaves no ledger behind.
    try {
      await fixture.server?.stop();
    } finally {
      await fixture.ledger?.stop();
    }
  });
  return fixture;
}

/** Unix time, `sec` seconds from now. */
export const inSec = (sec: number): number => Math.floor(Date.now() / 1_000) + sec;

/** The header with which a driver's device watches its booking. */
export async function watchHeader(
  { ledger }: Pick<ServerFixture, 'ledger'>,
  { bookingId, sessionKey }: Pick<DriverBooking, 'bookingId' | 'sessionKey'>,
  validUntil = inSec(600),
  key: PrivateKeyAccount = sessionKey,
): Promise<{ authorization: string }> {
  const message = { bookingId, validUntil: BigInt(validUntil) };
  const signature = await signMessageOf(key, ledger.market.ref, 'Watch', message);
  return { authorization: `Plugpact-Watch ${validUntil}.${signature}` };
}

/** A listed charger whose agent stays connected during the test. */
export async function listedWithAgent({ ledger, server }: ServerFixture) {
  const charger = await listCharger(ledger.market);
  await caughtUp(server, ledger);
  const peer = await connectedAgent(server.host, ledger.market.ref, { account: charger.agent });
  onTestFinished(() => peer.stop());
  return { charger, peer };
}

/** The same, booked from the present slot on. */
export async function bookedWithAgent(fixture: ServerFixture) {
  const { charger, peer } = await listedWithAgent(fixture);
  const made = await bookCharger(fixture.ledger.market, charger);
  await caughtUp(fixture.server, fixture.ledger);
  return { charger, peer, made, url: `${fixture.server.api}/bookings/${made.bookingId}` };
}
