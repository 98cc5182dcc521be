import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { signMessageOf } from '../../protocol/signature.ts';
import type { ServeOptions } from '../../server/serve.ts';
import { connectedAgent } from './agentPeer.ts';
import { bookCharger, listCharger, type Visit } from './story.ts';
import { caughtUp, startLedger, startServer, type TestLedger, type TestServer } from './support.ts';

/** What the tests of one file share. */
export interface Here {
  ledger: TestLedger;
  server: TestServer;
}

/** A ledger and a server that has indexed it, up before the first test of a file and down after the last. */
export function forAllTests(options: Partial<ServeOptions> = {}): Here {
  const here = {} as Here;
  beforeAll(async () => {
    here.ledger = await startLedger();
    here.server = await startServer(here.ledger.market, {}, options);
    await caughtUp(here.server, here.ledger);
  });
  afterAll(async () => {
    await here.server?.stop();
    await here.ledger?.stop();
  });
  return here;
}

/** Unix seconds, so many from now. */
export const inSec = (sec: number): number => Math.floor(Date.now() / 1_000) + sec;

/** The header by which a driver's device watches its booking. */
export async function watchHeader(
  { ledger }: Pick<Here, 'ledger'>,
  { bookingId, sessionKey }: Pick<Visit, 'bookingId' | 'sessionKey'>,
  validUntil = inSec(600),
  key: PrivateKeyAccount = sessionKey,
): Promise<{ authorization: string }> {
  const message = { bookingId, validUntil: BigInt(validUntil) };
  const signature = await signMessageOf(key, ledger.market.ref, 'Watch', message);
  return { authorization: `Plugpact-Watch ${validUntil}.${signature}` };
}

/** A listed charger whose agent is connected for the length of the test. */
export async function listedWithAgent({ ledger, server }: Here) {
  const charger = await listCharger(ledger.market);
  await caughtUp(server, ledger);
  const peer = await connectedAgent(server.host, ledger.market.ref, { account: charger.agent });
  onTestFinished(() => peer.stop());
  return { charger, peer };
}

/** The same, and booked from now on. */
export async function bookedWithAgent(here: Here) {
  const { charger, peer } = await listedWithAgent(here);
  const visit = await bookCharger(here.ledger.market, charger);
  await caughtUp(here.server, here.ledger);
  return { charger, peer, visit, url: `${here.server.api}/bookings/${visit.bookingId}` };
}
