import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { bundlesIn, type GivenBundle } from '../../../audit/evidence/bundle-files.ts';
import { bundlesOfApi } from '../../../audit/evidence/bundles-of-api.ts';
import { checkEvidenceOf } from '../../../audit/evidence/check-evidence.ts';
import { MARKET, type MadeSession, makeMeterOwner, makeSession } from './make-session.ts';

let session: MadeSession;
beforeAll(async () => {
  session = await makeSession(makeMeterOwner());
});

const sessions = () => new Map([[session.facts.bookingId, session.facts]]);

const codesOf = async (bundles: AsyncIterable<GivenBundle>) => {
  const { discrepancies, findings, unverifiable } = await checkEvidenceOf(bundles, sessions(), MARKET);
  return [...discrepancies, ...findings, ...unverifiable].map(({ code }) => code);
};

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-bundles-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const saltBytes = () => Buffer.from(session.salt.slice(2), 'hex');

test('a folder may hold bundles as agents keep them, packed, or as an API handed them out, in folders of its own', async () => {
  const { given } = session;
  const write: Record<string, (folder: string) => void> = {
    plain: (folder) => writeFileSync(join(folder, `${given.name}.jsonl`), given.bytes),
    packed: (folder) => writeFileSync(join(folder, `${given.name}.jsonl.gz`), gzipSync(given.bytes)),
    handedOut: (folder) =>
      writeFileSync(join(folder, `${given.name}.bin`), Buffer.concat([saltBytes(), given.bytes])),
  };
  for (const [kind, put] of Object.entries(write)) {
    const folder = newFolder();
    const inner = join(folder, 'agent', 'evidence');
    mkdirSync(inner, { recursive: true });
    put(inner);
    writeFileSync(join(inner, 'notes.txt'), 'not a bundle');
    if (kind !== 'handedOut') writeFileSync(join(inner, `${given.name}.salt`), `${session.salt}\n`);
    expect(`${kind}: ${await codesOf(bundlesIn(folder))}`).toBe(`${kind}: `);
  }
});

test('a packed file that is damaged or not packed ends the audit, and a folder that is none is named', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, `${session.given.name}.jsonl.gz`), 'not packed');
  await expect(codesOf(bundlesIn(folder))).rejects.toThrow(/bundle/);
  await expect(codesOf(bundlesIn(join(folder, 'none')))).rejects.toMatchObject({ code: 'audit.evidence' });
});

/** An API that hands out bundles to one signed-in account. */
async function startApi(answer: (path: string) => Buffer | number): Promise<string> {
  const server = createServer(({ headers, url = '' }, response) => {
    const given = headers.cookie === 'plugpact-session=known' ? answer(url) : 401;
    response.writeHead(typeof given === 'number' ? given : 200);
    response.end(typeof given === 'number' ? '' : given);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ofApi = (origin: string, cookie: string | undefined = 'known') =>
  codesOf(bundlesOfApi(origin, cookie, sessions().values()));

test('an API hands out the bundle of a reading to the account that is signed in', async () => {
  const { given, facts } = session;
  const path = `/api/v1/bookings/${facts.bookingId}/evidence/0x${given.name}`;
  const whole = Buffer.concat([saltBytes(), given.bytes]);
  const origin = await startApi((url) => (url === path ? whole : 404));
  expect(await ofApi(origin)).toEqual([]);
  const changed = await startApi(() => Buffer.concat([whole, Buffer.from('{}\n')]));
  expect((await ofApi(changed))[0]).toBe('evidence.hash');
});

test('what an API does not hand out is unverifiable; without a session, or out of order, it ends the audit', async () => {
  for (const status of [403, 404])
    expect(await ofApi(await startApi(() => status))).toEqual(['evidence.notGiven']);
  const refused = { code: 'audit.evidence' };
  const origin = await startApi(() => 404);
  await expect(ofApi(origin, '')).rejects.toMatchObject(refused);
  await expect(ofApi(origin, 'another; x=y')).rejects.toMatchObject(refused);
  await expect(ofApi(origin, 'another')).rejects.toMatchObject(refused);
  await expect(ofApi(await startApi(() => 500))).rejects.toMatchObject(refused);
});
