import type { IncomingMessage } from 'node:http';
import type { Hex } from 'viem';
import { afterEach, expect, test } from 'vitest';
import { checkEvidence } from '../../../meter-agent/cli/check-evidence.ts';
import { evidenceUploadsOf } from '../../../meter-agent/link/evidence-uploads.ts';
import { evidenceText } from '../../../meter-agent/status/evidence-text.ts';
import { speechIn } from '../../../meter-agent/words/speech.ts';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { SALT_BYTES } from '../../../protocol/api/evidence.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { packEvidence, requireAgent } from '../../../server/people/takeEvidence.ts';
import { clientOf, type TestMarket } from '../../support/market.ts';
import { DriverDevice } from '../support/driver-device.ts';
import { booked, type LedgerFixtureOptions, ledgerFixture } from '../support/ledger-fixture.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

async function hasSettled({ rpcUrl, market }: TestMarket, bookingId: Hex): Promise<boolean> {
  const client = clientOf(rpcUrl, localAccount('deployer'));
  const filter = { address: market, abi: plugpactMarketAbi, eventName: 'Settled', fromBlock: 0n } as const;
  return (await client.getContractEvents({ ...filter, args: { bookingId } })).length > 0;
}

/** A charge from its start to the ledger, and what is handed to the API of it; `answers` to that, 201 in the end. */
async function charged(answers: number[], config: LedgerFixtureOptions['config'] = {}) {
  let skippedSec = 0;
  const nowSec = () => Math.floor(Date.now() / 1000) + skippedSec;
  const fixture = await ledgerFixture(scope, { config, agent: { nowSec } });
  const { market, api, agent, chargePoint } = fixture;
  const { made } = await booked(market, agent);
  const { bookingId } = made;
  const uploads: { hash: Hex; wasSettled: boolean; bundle: string }[] = [];
  api.takeEvidence = async ({ url, headers }: IncomingMessage, bytes) => {
    const [, ofBooking, hash] = /^\/api\/v1\/bookings\/(0x\w+)\/evidence\/(0x\w+)$/.exec(url ?? '') ?? [];
    expect(ofBooking).toBe(bookingId);
    const booking = { bookingId, agentKey: agent.key.account.address } as never;
    // The checks of the API itself.
    await requireAgent(market.ref, booking, hash as Hex, headers.authorization, nowSec());
    await packEvidence(bytes, bookingId, hash as Hex);
    const bundle = bytes.subarray(SALT_BYTES).toString();
    uploads.push({ hash: hash as Hex, wasSettled: await hasSettled(market, bookingId), bundle });
    return answers.shift() ?? 201;
  };
  const driver = new DriverDevice(api, market.ref, made);
  await waitFor('the agent to add the booking', () => agent.sessions.get(bookingId));
  chargePoint.plug();
  await waitFor('the plug to be seen', () => agent.connectors.find('CP1', 1)?.status === 'Preparing');
  await driver.start(agent.key.account.publicKey);
  await waitFor('energy', () => (driver.newest?.energyWh ?? 0) > 0);
  await driver.stop();
  chargePoint.unplug();
  const final = await waitFor('the final reading', () => driver.final);
  await waitFor('the ledger to settle', () => hasSettled(market, bookingId));
  await waitFor('the agent to see it', () => agent.journal.booking(bookingId)?.ended === 'FULFILLED');
  const skip = (seconds: number) => {
    skippedSec += seconds;
  };
  const kept = () => evidenceUploadsOf(agent.journal);
  return { ...fixture, final, uploads, skip, kept };
}

test('the evidence is handed in once the ledger has the session, with its secret, again until it is taken, then no more', async () => {
  const { uploads, skip, kept, final } = await charged([503, 404]);
  const refused = await waitFor('the first refusal', () => kept().problem === '503' && kept());
  expect(refused).toMatchObject({ uploaded: 0, waiting: [{ evidenceHash: final.evidenceHash }] });
  expect(uploads).toHaveLength(1);
  skip(60);
  await waitFor('the second refusal', () => kept().problem === '404');
  skip(120);
  const done = await waitFor('it to be taken', () => kept().uploaded === 1 && kept());
  expect(done).toMatchObject({ waiting: [], problem: null, lastUploadedAt: expect.any(Number) });
  for (const { hash, wasSettled, bundle } of uploads) {
    expect([hash, wasSettled]).toEqual([final.evidenceHash, true]);
    expect(bundle.trimEnd().split('\n').at(-1)).toContain('"startSecret":');
  }
  expect(uploads).toHaveLength(3);
});

test('what the API will never take is not handed in again, and doctor says so', async () => {
  const { uploads, kept, journal } = await charged([409]).then((all) => ({ ...all, ...all.agent }));
  await waitFor('the refusal', () => kept().problem?.startsWith('409'));
  expect(kept()).toMatchObject({ waiting: [], uploaded: 0 });
  expect(uploads).toHaveLength(1);
  const { waiting, uploaded, lastUploadedAt, problem } = evidenceUploadsOf(journal);
  const evidence = { isUploaded: true, waiting: waiting.length, uploaded, lastUploadedAt, problem };
  expect(checkEvidence({ evidence } as never)).toMatchObject([{ what: 'evidence', verdict: 'warn' }]);
});

test('where the host has switched it off nothing waits and nothing leaves', async () => {
  const { uploads, kept } = await charged([], { uploadEvidence: false });
  expect(kept().waiting).toEqual([]);
  expect(uploads).toEqual([]);
  const off = { isUploaded: false, waiting: 0, uploaded: 0, lastUploadedAt: null, problem: null };
  expect(evidenceText(off, speechIn('en'))).toContain('uploadEvidence is off');
  expect(checkEvidence({ evidence: off } as never)).toMatchObject([{ verdict: 'ok' }]);
  // An older agent does not say.
  expect(checkEvidence({ evidence: null } as never)).toEqual([]);
});
