import { pino } from 'pino';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { NoticeQueue } from '../../../meter-agent/journal/notice-queue.ts';
import type { LedgerFollower } from '../../../meter-agent/ledger/ledger-follower.ts';
import { Listeners } from '../../../meter-agent/lib/listeners.ts';
import { ApiLink } from '../../../meter-agent/link/api-link.ts';
import { NoticeSender } from '../../../meter-agent/link/notice-sender.ts';
import type { Notice } from '../../../protocol/notices.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { NOBODY_URL } from '../../support/stable-port.ts';
import { REF } from '../support/agent-fixture.ts';
import { ApiPeer } from '../support/api-peer.ts';
import { Scope, silent } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const saying = (errorCode: string): Notice => ({
  listingId: `0x${'cd'.repeat(32)}`,
  bookingId: null,
  to: 'host',
  code: 'SAFETY_STOP',
  params: { errorCode },
  at: 1_800_000_000,
});

async function api() {
  const peer = new ApiPeer(REF);
  const url = await peer.listen();
  scope.onEnd(() => peer.close());
  return { peer, url };
}

/** The agent's notices over a real connection; `close` ends it without a word to the API. */
function sending(dataDir: string, apiUrl: string, log = silent) {
  const journal = new Journal(dataDir);
  const account = privateKeyToAccount(generatePrivateKey());
  const ledger = { facts: { ref: REF }, updated: new Listeners<[number]>() } as unknown as LedgerFollower;
  const link = new ApiLink({ config: { apiUrl }, account, ledger, log });
  const notices = new NoticeQueue(journal, log);
  const sender = new NoticeSender(notices, link);
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    link.close();
    journal.close();
  };
  scope.onEnd(close);
  link.start();
  const waiting = () => journal.note<{ waiting: unknown[] }>('notices')?.waiting.length ?? 0;
  return { notices, sender, close, waiting };
}

const errorsOf = (peer: ApiPeer) => peer.of('notice').map(({ notice }) => notice.params.errorCode);

test('notices of an outage come in their order once the API is back, and none twice after it has them', async () => {
  const dataDir = scope.dir();
  const before = sending(dataDir, NOBODY_URL);
  before.notices.add(saying('one'));
  before.notices.add(saying('two'));
  before.close();
  const again = await api();
  const { notices, waiting } = sending(dataDir, again.url);
  await waitFor('both', () => again.peer.of('notice').length === 2);
  notices.add(saying('three'));
  await waitFor('the queue to be empty', () => waiting() === 0);
  expect(errorsOf(again.peer)).toEqual(['one', 'two', 'three']);
  again.peer.cut();
  await waitFor(
    'the connection to be back',
    () => again.peer.of('hello').length === 2 && again.peer.isLinked,
  );
  notices.add(saying('four'));
  await waitFor('the fourth', () => errorsOf(again.peer).includes('four'));
  expect(errorsOf(again.peer)).toEqual(['one', 'two', 'three', 'four']);
});

test('what the API did not say it has is sent again over the next connection, and after a minute over the same', async () => {
  const { peer, url } = await api();
  peer.takesNotices = false;
  const { notices, sender, waiting } = sending(scope.dir(), url);
  sender.tick(1_000);
  notices.add(saying('one'));
  await waitFor('the first time', () => peer.of('notice').length === 1);
  peer.cut();
  await waitFor('the second time', () => peer.of('notice').length === 2);
  sender.tick(1_059);
  expect(peer.of('notice')).toHaveLength(2);
  peer.takesNotices = true;
  sender.tick(1_060);
  await waitFor('the third time', () => peer.of('notice').length === 3);
  await waitFor('the queue to be empty', () => waiting() === 0);
});

test('more than a thousand waiting: the oldest go, and the log says so', async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line) => void lines.push(line) });
  const dataDir = scope.dir();
  const journal = new Journal(dataDir);
  const waitingSince = Array.from({ length: 998 }, (_, n) => ({
    number: n,
    notice: saying(`notice ${n}`),
  }));
  journal.setNote('notices', { next: 998, waiting: waitingSince });
  journal.close();
  const first = sending(dataDir, NOBODY_URL, log);
  for (let n = 998; n < 1_003; n += 1) first.notices.add(saying(`notice ${n}`));
  expect(first.waiting()).toBe(1_000);
  expect(lines.filter((line) => line.includes('the oldest is dropped'))).toHaveLength(3);
  first.close();
  const again = await api();
  const { waiting } = sending(dataDir, again.url);
  await waitFor('all of them', () => waiting() === 0);
  const texts = errorsOf(again.peer);
  expect([texts.length, texts[0], texts.at(-1)]).toEqual([1_000, 'notice 3', 'notice 1002']);
});

test('a notice outside of the protocol ends no connection', async () => {
  const { peer, url } = await api();
  const { notices } = sending(scope.dir(), url);
  notices.add({ ...saying('bad'), code: 'not a code' });
  notices.add(saying('x'.repeat(900)));
  notices.add(saying('good'));
  await waitFor('the good one', () => peer.of('notice').length === 1);
  expect(errorsOf(peer)).toEqual(['good']);
});
