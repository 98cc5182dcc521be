import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Hex, LocalAccount } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { audit as auditCommand } from '../../../audit/command.ts';
import { SESSION_VARIABLE } from '../../../audit/evidence/bundles-of-api.ts';
import { cdr } from '../../../protocol/api/ocpi-objects.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { caughtUp, signedInAs, startServer, type TestServer } from '../../server/support.ts';
import { deployTestMarket, type TestMarket } from '../../support/market.ts';
import { lastJson, runHere } from '../run-script.ts';
import { MeteredCharger, type SettledSession, writeEvidence } from './session-on-ledger.ts';

let anvil: Anvil;
let market: TestMarket;
let folder: string;
let honest: SettledSession;
let dropped: SettledSession;

/** Two sessions of one charger: one whose evidence is in order, and one without the record that its terms promise. */
beforeAll(async () => {
  anvil = await startAnvil();
  folder = mkdtempSync(join(tmpdir(), 'plugpact-evidence-'));
  market = await deployTestMarket(anvil.url);
  honest = await new MeteredCharger(market).settle();
  dropped = await new MeteredCharger(market).settle({
    edit: (lines) => lines.filter((line) => !line.includes('"record"')),
  });
  writeEvidence(join(folder, 'agent-1'), honest);
  writeEvidence(join(folder, 'agent-2'), dropped);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  return anvil.stop();
});

const audit = (...args: string[]) =>
  runHere(auditCommand, [
    '--rpc',
    anvil.url,
    '--market',
    market.market,
    '--max-age',
    '1d',
    '--json',
    ...args,
  ]);

test('evidence of a ledger’s sessions is held against it, folder by folder', async () => {
  const good = await audit('--evidence', join(folder, 'agent-1'));
  expect(lastJson(good)).toMatchObject({ reconciles: true, discrepancies: [], findings: [] });
  expect(good.code).toBe(0);
  const bad = await audit('--evidence', folder);
  expect(lastJson(bad).discrepancies).toMatchObject([
    { code: 'evidence.recordDropped', bookingId: dropped.bookingId, tx: dropped.receipt.transactionHash },
  ]);
  expect(bad.code).toBe(1);
});

test('evidence that is not there is not verified, and a folder that is not there ends the audit', async () => {
  const { code } = await audit('--evidence', join(folder, 'agent-1'), '--strict');
  expect(code).toBe(1);
  const none = await audit('--evidence', join(folder, 'nothing'));
  expect([none.code, none.stdout]).toEqual([2, '']);
  expect(none.stderr).toContain('--evidence names a folder');
});

test('the sessions are OCPI records, with the meter’s records and the pinned key where there is evidence', async () => {
  const file = join(folder, 'cdrs.json');
  const { stderr } = await audit('--evidence', join(folder, 'agent-1'), '--export', `ocpi=${file}`);
  expect(stderr).toContain('2 OCPI charge detail records');
  const cdrs = (JSON.parse(readFileSync(file, 'utf8')) as unknown[]).map((one) => cdr.parse(one));
  const [first, second] = cdrs;
  expect(first).toMatchObject({ total_energy: 2, currency: 'XXX', signed_data: { encoding_method: 'OCMF' } });
  expect(first?.remark).toContain(honest.bookingId);
  expect(second?.signed_data?.encoding_method).toBe('EIP-712');
  const { public_key = '', signed_values } = first?.signed_data ?? { signed_values: [] };
  const key = createPublicKey({ key: Buffer.from(public_key, 'base64'), format: 'der', type: 'spki' });
  const [, payload = '', signature = ''] = Buffer.from(signed_values[0]?.signed_data ?? '', 'base64')
    .toString()
    .split('|');
  const { SD } = JSON.parse(signature) as { SD: string };
  expect(signed_values[0]).toMatchObject({ nature: 'End' });
  expect(verify('sha256', Buffer.from(payload), key, Buffer.from(SD, 'hex'))).toBe(true);
});

test('the records are in the container of outside tools, and the audit says what these will refuse', async () => {
  const xml = join(folder, 'containers');
  const { stderr } = await audit('--evidence', join(folder, 'agent-1'), '--export', `xml=${xml}`);
  expect(stderr).toContain('1 signed record of 1 session.');
  expect(readdirSync(xml).sort()).toEqual([`${honest.bookingId.slice(2)}.xml`, 'index.json'].sort());
  const index = JSON.parse(readFileSync(join(xml, 'index.json'), 'utf8'));
  expect(index).toEqual([
    {
      bookingId: honest.bookingId,
      file: `${honest.bookingId.slice(2)}.xml`,
      hasKey: true,
      records: [{ page: 'T7', refusals: [] }],
    },
  ]);
});

describe('--evidence with the address of a server', () => {
  let server: TestServer;
  let disputed: SettledSession;

  /** Last, since the dispute moves the ledger's clock. */
  beforeAll(async () => {
    disputed = await new MeteredCharger(market).dispute();
    server = await startServer(market);
    await caughtUp(server, { anvil, market, stop: () => anvil.stop() });
    for (const session of [honest, disputed]) expect(await handedIn(session)).toBe(201);
  });
  afterAll(() => server?.stop());

  const pathOf = ({ bookingId, final }: SettledSession) =>
    `${server.api}/bookings/${bookingId}/evidence/${final.evidenceHash}`;

  /** As the session's agent hands in a bundle. */
  async function handedIn(session: SettledSession): Promise<number> {
    const { bookingId, final, given, salt, agent } = session;
    const validUntil = Math.floor(Date.now() / 1_000) + 300;
    const message = { bookingId, evidenceHash: final.evidenceHash, validUntil: BigInt(validUntil) };
    const signature = await signMessageOf(agent, market.ref, 'EvidenceUpload', message);
    const headers = {
      authorization: `Plugpact-Evidence ${validUntil}.${signature}`,
      'content-type': 'application/octet-stream',
    };
    const body = Buffer.concat([Buffer.from(salt.slice(2), 'hex'), given.bytes]);
    return (await fetch(pathOf(session), { method: 'PUT', headers, body })).status;
  }

  /** The audit as this account, which is signed in at the server. */
  async function auditAs(account: LocalAccount) {
    const { cookie = '' } = await signedInAs(server, account);
    vi.stubEnv(SESSION_VARIABLE, cookie.slice(cookie.indexOf('=') + 1));
    const ended = await audit('--evidence', server.url);
    return { code: ended.code, ...lastJson(ended) };
  }

  const notGiven = ({ bookingId }: SettledSession) =>
    expect.objectContaining({ code: 'evidence.notGiven', bookingId });

  test('bundles of a settled and of a disputed session are in order; one that nobody handed in is not verified', async () => {
    const { code, discrepancies, findings, unverifiable } = await auditAs(localAccount('host'));
    expect({ code, discrepancies, findings }).toEqual({ code: 0, discrepancies: [], findings: [] });
    expect(unverifiable).toEqual([notGiven(dropped)]);
  });

  test('a bundle of which the server’s storage holds another byte is named', async () => {
    const { db } = server;
    const isDisputed = ['bookingId', '=', disputed.bookingId] as const;
    const { bytes } = await db
      .selectFrom('evidence')
      .select('bytes')
      .where(...isDisputed)
      .executeTakeFirstOrThrow();
    const changed = await promisify(gunzip)(bytes);
    const at = changed.indexOf('"meterStop":') + '"meterStop":'.length;
    changed[at] = changed[at]! ^ 1;
    const put = (stored: Uint8Array) =>
      db
        .updateTable('evidence')
        .set({ bytes: stored })
        .where(...isDisputed)
        .execute();
    await put(await promisify(gzip)(changed));
    const { code, discrepancies } = await auditAs(localAccount('host'));
    await put(bytes);
    expect(code).toBe(1);
    expect(discrepancies[0]).toMatchObject({ code: 'evidence.hash', bookingId: disputed.bookingId });
    expect(
      discrepancies.filter(({ bookingId }: { bookingId: Hex }) => bookingId !== disputed.bookingId),
    ).toEqual([]);
  });

  test('a stranger is given no bundle, and who is not signed in no audit', async () => {
    const { code, unverifiable } = await auditAs(privateKeyToAccount(generatePrivateKey()));
    expect(code).toBe(0);
    expect(unverifiable).toHaveLength(3);
    vi.stubEnv(SESSION_VARIABLE, 'nobody');
    const ended = await audit('--evidence', server.url);
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toContain(SESSION_VARIABLE);
  });
});
