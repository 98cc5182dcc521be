import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { MIGRATIONS } from '../../../meter-agent/journal/migrations.ts';
import { NoticeQueue } from '../../../meter-agent/journal/notice-queue.ts';
import type { LedgerFollower } from '../../../meter-agent/ledger/ledger-follower.ts';
import { Listeners } from '../../../meter-agent/lib/listeners.ts';
import { ApiLink } from '../../../meter-agent/link/api-link.ts';
import { NoticeSender } from '../../../meter-agent/link/notice-sender.ts';
import type { Notice } from '../../../protocol/notices.ts';
import '../../../protocol/allCatalogues.ts';
import { renderNotice } from '../../../protocol/renderNotice.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { REF } from '../support/agent-fixture.ts';
import { ApiPeer } from '../support/api-peer.ts';
import { Scope, silent } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const BOOKING = `0x${'ab'.repeat(32)}` as const;
const LISTING = `0x${'cd'.repeat(32)}` as const;
const TEXT =
  'The booking of 14:30 UTC cannot begin: another car still stands at the charger. Driver: press stop.';

/** A journal of version 8 with these notes, as it is on disk. */
function journalOfBefore(notes: Record<string, string>): string {
  const dataDir = scope.dir();
  const db = new DatabaseSync(join(dataDir, 'journal.sqlite'));
  for (const migration of MIGRATIONS.slice(0, 8)) {
    if (typeof migration === 'string') db.exec(migration);
    else migration(db);
  }
  db.exec('PRAGMA user_version = 8');
  for (const [key, value] of Object.entries(notes))
    db.prepare('INSERT INTO notes VALUES (?, ?)').run(key, value);
  db.close();
  return dataDir;
}

test('notices that an older agent left in its queue still go out, and show the sentence that it wrote', async () => {
  const dataDir = journalOfBefore({
    notices: `{"next":8,"waiting":[{"number":7,"notice":{"listingId":"${LISTING}","bookingId":"${BOOKING}","to":"both","code":"OCCUPIED","text":"${TEXT}","at":1800000000}}]}`,
  });
  const api = new ApiPeer(REF);
  const url = await api.listen();
  scope.onEnd(() => api.close());
  const journal = new Journal(dataDir);
  const ledger = { facts: { ref: REF }, updated: new Listeners<[number]>() } as unknown as LedgerFollower;
  const account = privateKeyToAccount(generatePrivateKey());
  const link = new ApiLink({ config: { apiUrl: url }, account, ledger, log: silent });
  const queue = new NoticeQueue(journal, silent);
  new NoticeSender(queue, link);
  scope.onEnd(() => {
    link.close();
    journal.close();
  });
  link.start();
  const [sent] = await waitFor('the notice', () =>
    api.of('notice').length > 0 ? api.of('notice') : undefined,
  );
  const notice: Notice = {
    ...{ listingId: LISTING, bookingId: BOOKING, to: 'both', at: 1_800_000_000 },
    ...{ code: 'BOOKING_BLOCKED', params: { reason: 'OCCUPIED', text: TEXT } },
  };
  expect(sent).toEqual({ type: 'notice', number: 7, notice });
  expect(renderNotice(notice, { locale: 'en', as: 'driver', token: undefined })).toBe(TEXT);
  await waitFor('the queue to be empty', () => queue.waiting.length === 0);
});

test('what an older agent has notified is not notified again under the present codes', () => {
  const dataDir = journalOfBefore({
    [`calls told ${BOOKING}`]:
      '{"codes":["CLAIM_SENT","CLAIM_ALONE_SENT","CLAIMED_ALONE"],"calls":[{"call":"claimAlone","stake":"1500000n"}]}',
    'calls under way': `["${BOOKING}"]`,
  });
  const journal = new Journal(dataDir);
  scope.onEnd(() => journal.close());
  expect(journal.note(`settlement notices ${BOOKING}`)).toMatchObject({
    codes: ['CLAIM_SENT', 'UNILATERAL_CLAIM_SENT', 'UNILATERALLY_CLAIMED'],
  });
  // Those were of an older ledger: none of them is under way on this one.
  expect(journal.note('settlement actions under way')).toBeUndefined();
});
