import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { dialAddresses } from '../../../meter-agent/cli/addresses.ts';
import { checkApiClock, checkLedgerClock } from '../../../meter-agent/cli/check-clock.ts';
import { cli } from '../../../meter-agent/cli/cli.ts';
import { forwardProposals, gatherForward } from '../../../meter-agent/cli/new-forward.ts';
import { newsOf } from '../../../meter-agent/cli/news.ts';
import type { LaunchContext } from '../../../meter-agent/cli/options.ts';
import { Asker, type Question } from '../../../meter-agent/cli/questions.ts';
import type { Snapshot } from '../../../meter-agent/status/snapshot.ts';
import { NETWORK_NAMES, NETWORKS } from '../../../protocol/networks.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const EVEN: Question<number> = {
  flag: 'even',
  text: 'An even number',
  fallback: '4',
  check: (answer) => {
    if (Number(answer) % 2 === 0) return Number(answer);
    throw new Error(`${answer} is odd.`);
  },
};

function person() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let text = '';
  output.on('data', (chunk) => {
    text += chunk;
  });
  const reads = (words: string) => waitFor(words, () => text.includes(words));
  const types = (line: string) => void input.write(`${line}\n`);
  return { terminal: { input, output }, reads, types, hangsUp: () => input.end() };
}

test('a person is asked again with the reason, until the answer will do', async () => {
  const { terminal, reads, types } = person();
  const answer = new Asker({}, terminal).answer(EVEN);
  await reads('An even number [4]: ');
  types('3');
  await reads('3 is odd.');
  types('6');
  expect(await answer).toBe(6);
});

test('an empty answer takes the default', async () => {
  const { terminal, reads, types } = person();
  const answer = new Asker({}, terminal).answer(EVEN);
  await reads('An even number');
  types('');
  expect(await answer).toBe(4);
});

test('a flag asks nobody; where nobody can be asked, the default counts', async () => {
  expect(await new Asker({ even: '8' }, person().terminal).answer(EVEN)).toBe(8);
  expect(await new Asker({}, undefined).answer(EVEN)).toBe(4);
});

test('a wrong flag, and a missing one without a default, are errors of usage', async () => {
  const usage = expect.objectContaining({ code: 'agent.usage' });
  await expect(new Asker({ even: '7' }, undefined).answer(EVEN)).rejects.toEqual(usage);
  await expect(new Asker({}, undefined).answer({ ...EVEN, fallback: undefined })).rejects.toEqual(usage);
});

/** What a command line printed as its error, with its exit code. */
async function refusalOf(args: string[], surroundings: LaunchContext = {}) {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  onTestFinished(() => error.mockRestore());
  const code = await cli([...args, '--yes', '--config', join(scope.dir(), 'agent.yaml')], surroundings);
  return { code, text: `${error.mock.calls.at(-1)?.[0]}` };
}

const timesIn = (text: string, part: string): number => text.split(part).length - 1;

test('an unknown network is named once, with the names that exist and what else a user can do', async () => {
  const { code, text } = await refusalOf(['init', '--network', 'bass']);
  expect(code).toBe(2);
  expect(timesIn(text, 'bass')).toBe(1);
  for (const name of NETWORK_NAMES) expect(text).toContain(name);
  expect(text).toContain('--rpc and --market');
  expect(text).not.toContain('protocol/networks');
});

test('the folder of the networks is named in the source tree alone', async () => {
  const { text } = await refusalOf(['init', '--network', 'bass'], { localConfigFile: 'config.json' });
  expect(text).toContain('protocol/networks/');
});

test('a network without a market is refused without naming a file that the archive does not have', async () => {
  vi.spyOn(NETWORKS.gnosis, 'deployment', 'get').mockReturnValue(null);
  const { code, text } = await refusalOf(['init', '--network', 'gnosis']);
  expect(code).toBe(2);
  expect(timesIn(text, 'gnosis')).toBe(1);
  expect(text).not.toContain('protocol/networks');
});

test('a wrong answer whose reason has it already is not said twice', async () => {
  const refused = new Asker({ even: '7' }, undefined).answer(EVEN);
  await expect(refused).rejects.toMatchObject({ message: expect.stringMatching(/^[^7]*7[^7]*$/) });
});

test('a terminal that is closed ends the questions', async () => {
  const { terminal, reads, hangsUp } = person();
  const answer = new Asker({}, terminal).answer(EVEN);
  await reads('An even number');
  hangsUp();
  await expect(answer).rejects.toEqual(expect.objectContaining({ code: 'agent.usage' }));
});

const own = (address: string, family: 'IPv4' | 'IPv6', internal = false) =>
  ({ address, family, internal, netmask: '', mac: '', cidr: null, scopeid: 0 }) as never;

test('all addresses of the home network are printed, each as the wallbox types it', () => {
  const interfaces = {
    lo: [own('127.0.0.1', 'IPv4', true)],
    eth0: [own('192.168.1.5', 'IPv4'), own('fe80::1', 'IPv6'), own('2001:db8::5', 'IPv6')],
    wlan0: [own('192.168.1.6', 'IPv4')],
  };
  expect(dialAddresses('0.0.0.0', 8_180, false, interfaces)).toEqual([
    'ws://192.168.1.5:8180/',
    'ws://192.168.1.6:8180/',
  ]);
  expect(dialAddresses('::', 8_180, true, interfaces)).toContain('wss://[2001:db8::5]:8180/');
  expect(dialAddresses('::1', 1, false, interfaces)).toEqual(['ws://[::1]:1/']);
});

const CONNECTOR = {
  connectorId: 1,
  status: null,
  hasMeterKey: false,
  listingId: null,
  hasLocation: false,
  isLent: true,
  earned: '0',
  pairingCode: null,
  health: {},
};
const CHARGE_POINT = {
  id: 'CP1',
  isOnline: true,
  vendor: 'Unknown',
  model: 'Unknown',
  connectors: [CONNECTOR],
};
const NOW: Snapshot = {
  at: 1_000,
  startedAt: 900,
  rssBytes: 1,
  agentKey: '0x00',
  ocpp: { host: '127.0.0.1', port: 1, isTls: false },
  page: null,
  room: null,
  ledger: { rpcUrl: 'http://a', market: '0x00', chainId: 1, headAt: null, seenAt: null, outage: null },
  api: { url: 'http://b', isLinked: false, outage: null },
  queue: { unsignedReadings: 0, unsentReadings: 0, notices: 0, unsettledSessions: 0, outboxMessages: 0 },
  failedDials: [],
  refusedCards: [],
  chargePoints: [CHARGE_POINT],
  sessions: [],
  oddStops: { orphans: [], low: [] },
  evidence: null,
  backup: null,
  lastBackupAt: null,
  restore: null,
  notices: [],
  token: null,
};

const withChargePoint = (change: Partial<Snapshot['chargePoints'][number]>): Snapshot => ({
  ...NOW,
  chargePoints: [{ ...CHARGE_POINT, ...change }],
});

test('what a wallbox does is printed as sentences, each once', () => {
  expect(newsOf({ ...NOW, chargePoints: [] }, NOW)).toEqual(['CP1 has connected.']);
  const health = { firmware: '1.2', refusedSettings: ['A', 'B'] };
  const connector = { ...CONNECTOR, status: 'Available', hasMeterKey: true, pairingCode: 'ABCDEFGH', health };
  const booted = withChargePoint({ vendor: 'Acme', model: 'One', connectors: [connector] });
  expect(newsOf(NOW, booted)).toEqual([
    'CP1 is a Acme One, firmware 1.2.',
    'CP1 keeps its own settings for A, B: it works all the same.',
    'CP1 connector 1: Available.',
    "CP1 connector 1: the meter's key is known, so its signed readings can be verified.",
    'CP1 connector 1: pairing code ABCDEFGH: type it at http://b under "Lend".',
  ]);
  expect(newsOf(booted, booted)).toEqual([]);
  const listed = withChargePoint({
    connectors: [{ ...connector, pairingCode: null, listingId: '0x12', hasLocation: true }],
  });
  expect(
    newsOf(booted, {
      ...listed,
      chargePoints: [{ ...listed.chargePoints[0]!, vendor: 'Acme', model: 'One' }],
    }),
  ).toEqual([
    'CP1 connector 1 is listed: 0x12.',
    'CP1 connector 1: the exact location is stored here, for drivers who booked.',
  ]);
  expect(newsOf(NOW, withChargePoint({ isOnline: false }))).toEqual([
    'CP1 has disconnected; it should connect again.',
  ]);
});

test.each([
  [0, 'ok'],
  [5, 'ok'],
  [-6, 'warn'],
  [60, 'warn'],
  [-61, 'fail'],
  [undefined, 'warn'],
])('our clock %s s ahead of the API: %s', (aheadSec, verdict) => {
  expect(checkApiClock(aheadSec).verdict).toBe(verdict);
});

test.each([
  [12, false, 'ok'],
  [601, false, 'warn'],
  [-61, false, 'fail'],
  [50_000, true, 'ok'],
])('the newest block is %s s old, local %s: %s', (aheadSec, isLocal, verdict) => {
  expect(checkLedgerClock(aheadSec, isLocal).verdict).toBe(verdict);
});

const FORWARD = 'ws://house.example:9000';

test('where another central system is named, init proposes that only the owner’s tags start', async () => {
  const url = FORWARD;
  const ask = (flags: Record<string, string>) => gatherForward(new Asker(flags, undefined));
  expect(await ask({})).toEqual({ forward: undefined, ownerIdTags: undefined });
  expect(await ask({ forward: url })).toEqual({
    forward: { url, onlyOwnerIdTags: true },
    ownerIdTags: undefined,
  });
  expect(
    await ask({
      forward: url,
      'forward-password': 'secret',
      'owner-tags': 'A1, evcc',
      'only-owner-tags': 'no',
    }),
  ).toEqual({
    forward: { url, password: 'secret', onlyOwnerIdTags: false },
    ownerIdTags: ['A1', 'evcc'],
  });
  const usage = expect.objectContaining({ code: 'agent.usage' });
  await expect(ask({ forward: 'http://x' })).rejects.toEqual(usage);
  await expect(ask({ forward: url, 'owner-tags': 'x'.repeat(21) })).rejects.toEqual(usage);
  await expect(ask({ forward: url, 'only-owner-tags': 'perhaps' })).rejects.toEqual(usage);
});

test('a configuration that forwards without that switch gets the proposal', () => {
  const known = (onlyOwnerIdTags: boolean) => ({
    CP1: { connectors: {}, forward: { url: FORWARD, onlyOwnerIdTags } },
    CP2: { connectors: {} },
  });
  expect(forwardProposals({ chargePoints: known(true) })).toEqual([]);
  expect(forwardProposals({ chargePoints: known(false) })).toMatchObject([
    expect.stringContaining('chargePoints.CP1.forward.onlyOwnerIdTags'),
  ]);
});
