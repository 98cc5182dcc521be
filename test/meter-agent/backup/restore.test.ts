import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { backupName, backupsIn } from '../../../meter-agent/backup/backup-files.ts';
import { lastBackupAt } from '../../../meter-agent/backup/last-backup.ts';
import { makeBackup } from '../../../meter-agent/backup/make-backup.ts';
import { restoreBackup } from '../../../meter-agent/backup/restore.ts';
import { BackupSchedule } from '../../../meter-agent/backup/schedule.ts';
import { headerOf } from '../../../meter-agent/backup/sealed-file.ts';
import { checkBackup } from '../../../meter-agent/cli/check-backup.ts';
import { addressOfKey } from '../../../meter-agent/cli/key.ts';
import { readConfig } from '../../../meter-agent/config/file.ts';
import { JOURNAL_VERSION, journalFile } from '../../../meter-agent/journal/database.ts';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { restoreMarkOf } from '../../../meter-agent/journal/restore-mark.ts';
import { agentKey } from '../../../meter-agent/key/key.ts';
import { knowLedger, REF } from '../support/agent-fixture.ts';
import { Scope, silent } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const PASSPHRASE = 'correct horse battery staple';
const AT = 1_800_000_000;
const once = new Scope();
const home = { dir: '', configFile: '', dataDir: '', file: '' };

/** A folder as an agent leaves it: configuration, key, journal and one bundle of evidence. */
function newHome(dir: string, market = REF.market) {
  const configFile = join(dir, 'agent.yaml');
  const dataDir = join(dir, 'data');
  const away = 'http://127.0.0.1:1';
  writeFileSync(
    configFile,
    `# Mine.\nrpcUrl: ${away}\napiUrl: ${away}\nmarket: "${market}"\nocpp: { port: 0 }\ndataDir: data\n`,
  );
  knowLedger(dataDir);
  mkdirSync(join(dataDir, 'evidence'));
  for (const [name, ageSec] of [
    ['ab.jsonl', 86_400],
    ['old.jsonl', 40 * 86_400],
  ] as const) {
    const evidence = join(dataDir, 'evidence', name);
    writeFileSync(evidence, '{}\n');
    utimesSync(evidence, AT - ageSec, AT - ageSec);
  }
  return { dir, configFile, dataDir, agentKey: agentKey(dataDir).account.address };
}

const requestOf = ({ dataDir, configFile, agentKey: key }: ReturnType<typeof newHome>, to: string) => ({
  ...{ config: { dataDir, market: REF.market }, configFile, agentKey: key, passphrase: PASSPHRASE, to },
  ...{ copyJournal: async (file: string) => copyFileSync(journalFile(dataDir), file), nowSec: AT },
});

const addressIn = (dataDir: string) =>
  existsSync(join(dataDir, 'agent.key')) ? addressOfKey(dataDir) : undefined;

const restoreTo = (dir: string, file: string, change: object = {}) =>
  restoreBackup({
    ...{ file, passphrase: PASSPHRASE, configFile: join(dir, 'agent.yaml'), isForced: false, addressIn },
    ...{ nowSec: AT + 60, ...change },
  });

/** All files below a folder with their content: what a refusal must leave as it is. */
const contentOf = (dir: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path, 'latin1')]),
  );

beforeAll(async () => {
  const made = newHome(once.dir());
  const file = join(made.dir, 'one.backup');
  await makeBackup(requestOf(made, file));
  Object.assign(home, made, { file });
  return () => once.end();
});

test('a backup is one sealed file, and what is restored from it is whole, marked, and for its owner only', async () => {
  expect(statSync(home.file).mode & 0o777).toBe(0o600);
  expect(await headerOf(home.file)).toMatchObject({ format: 'plugpact-backup/1', createdAt: AT });
  const sealed = readFileSync(home.file, 'latin1');
  expect(sealed).not.toContain(readFileSync(join(home.dataDir, 'agent.key'), 'latin1').trim());
  expect(readdirSync(home.dataDir).filter((name) => name.startsWith('.backup'))).toEqual([]);

  const dir = scope.dir();
  const { manifest, config, aside } = await restoreTo(dir, home.file);
  expect(manifest).toMatchObject({ createdAt: AT, journalVersion: JOURNAL_VERSION, chainId: REF.chainId });
  expect(aside).toEqual([]);
  expect(readFileSync(join(dir, 'agent.yaml'), 'utf8')).toBe(readFileSync(home.configFile, 'utf8'));
  expect(config.dataDir).toBe(join(dir, 'data'));
  expect(addressOfKey(config.dataDir)).toBe(addressOfKey(home.dataDir));
  expect(readdirSync(join(dir, 'data/evidence'))).toEqual(['ab.jsonl']);
  expect(readdirSync(dir).filter((name) => name.startsWith('.restore'))).toEqual([]);
  for (const name of ['agent.key', 'journal.sqlite'])
    expect(statSync(join(dir, 'data', name)).mode & 0o777).toBe(0o600);

  const journal = new Journal(config.dataDir);
  scope.onEnd(() => journal.close());
  expect(restoreMarkOf(journal)).toEqual({
    ...{ restoredAt: AT + 60, backupAt: AT, isApplied: false, throughBlock: null },
  });
  const start = { chargePointId: 'CP1', connectorId: 1, idTag: 'TAG', meterStart: 0, chargePointTime: '' };
  // The lost journal may have given the next numbers away.
  expect(journal.openTransaction(start, null, false).id).toBeGreaterThan(10_000);
});

test('a wrong passphrase, a truncated, a changed and a newer file are refused, each by its name', async () => {
  const dir = scope.dir();
  const changed = (name: string, change: (file: string) => void) => {
    const file = join(dir, name);
    copyFileSync(home.file, file);
    change(file);
    return file;
  };
  const lines = readFileSync(home.file, 'latin1');
  const cases: [file: string, code: string, passphrase?: string][] = [
    [home.file, 'backup.wrongPassphrase', 'a wrong passphrase'],
    [changed('short', (file) => truncateSync(file, statSync(file).size - 1_000)), 'backup.truncated'],
    [changed('long', (file) => appendFileSync(file, 'x')), 'backup.truncated'],
    [
      changed('flipped', (file) => {
        const bytes = readFileSync(file);
        const at = bytes.length - 2_000;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        writeFileSync(file, bytes);
      }),
      'backup.damaged',
    ],
    [
      changed('newer', (file) => writeFileSync(file, lines.replace('backup/1', 'backup/9'), 'latin1')),
      'backup.newer',
    ],
    [changed('other', (file) => writeFileSync(file, 'Dear diary')), 'backup.format'],
  ];
  const target = scope.dir();
  for (const [file, code, passphrase = PASSPHRASE] of cases) {
    await expect(restoreTo(target, file, { passphrase }), code).rejects.toMatchObject({ code });
  }
  expect(contentOf(target)).toEqual({});
});

test('a short passphrase seals nothing', async () => {
  const to = join(scope.dir(), 'weak.backup');
  const made = newHome(scope.dir());
  await expect(makeBackup({ ...requestOf(made, to), passphrase: 'short' })).rejects.toMatchObject({
    code: 'backup.passphrase',
  });
  expect(existsSync(to)).toBe(false);
});

test('a journal of a newer agent is refused in a backup and in a folder, and stays as it is', async () => {
  const made = newHome(scope.dir());
  const db = new DatabaseSync(journalFile(made.dataDir));
  db.exec(`PRAGMA user_version = ${JOURNAL_VERSION + 1}`);
  db.close();
  const file = join(made.dir, 'newer.backup');
  await makeBackup(requestOf(made, file));
  const before = contentOf(made.dataDir);
  const target = scope.dir();
  await expect(restoreTo(target, file)).rejects.toMatchObject({ code: 'journal.newer' });
  expect(contentOf(target)).toEqual({});
  expect(() => new Journal(made.dataDir)).toThrow(/restore a backup that was made before the upgrade/);
  const { 'journal.sqlite-wal': _wal, ...after } = contentOf(made.dataDir);
  expect(after[journalFile(made.dataDir)]).toBe(before[journalFile(made.dataDir)]);
});

test('what is there is never overwritten: another market is refused, a journal and a key are put aside by --force only', async () => {
  const other = newHome(scope.dir(), `0x${'33'.repeat(20)}`);
  await expect(restoreTo(other.dir, home.file, { isForced: true })).rejects.toMatchObject({
    code: 'backup.otherMarket',
  });
  const there = newHome(scope.dir());
  const before = contentOf(there.dir);
  await expect(restoreTo(there.dir, home.file)).rejects.toMatchObject({ code: 'backup.journalExists' });
  expect(contentOf(there.dir)).toEqual(before);
  const { aside, isConfigKept } = await restoreTo(there.dir, home.file, { isForced: true });
  expect(isConfigKept).toBe(true);
  expect(aside.map((file) => file.replace(/\.before-restore-\d+$/, ''))).toEqual([
    journalFile(there.dataDir),
    join(there.dataDir, 'agent.key'),
  ]);
  for (const file of aside)
    expect(readFileSync(file, 'latin1')).toBe(before[file.replace(/\.before-restore-\d+$/, '')]);
  expect(addressOfKey(there.dataDir)).toBe(addressOfKey(home.dataDir));
});

test('a journal with later events than the backup is named as newer', async () => {
  const there = newHome(scope.dir());
  const db = new DatabaseSync(journalFile(there.dataDir));
  db.exec(`INSERT INTO events (session_id, event) VALUES (1, '{"type":"tick","at":${AT + 1}}')`);
  db.close();
  await expect(restoreTo(there.dir, home.file)).rejects.toMatchObject({ code: 'backup.journalNewer' });
});

test('regular backups are made when they are due, the newest are kept, and doctor says how old the newest is', async () => {
  const made = newHome(scope.dir());
  const folder = join(made.dir, 'usb');
  writeFileSync(join(made.dir, 'words'), `${PASSPHRASE}\n`);
  appendFileSync(made.configFile, 'backup: { folder: usb, passphraseFile: words, everyHours: 2, keep: 2 }\n');
  const config = readConfig(made.configFile);
  expect(config.backup).toMatchObject({ folder, passphraseFile: join(made.dir, 'words') });
  expect(checkBackup(config, AT)[0]).toMatchObject({
    verdict: 'fail',
    text: `There is no backup in ${folder}.`,
  });
  const journal = new Journal(config.dataDir);
  scope.onEnd(() => journal.close());
  const { configFile, agentKey: key } = made;
  const parts = { config, configFile, agentKey: key, journal, nowSec: () => AT, log: silent };
  const schedule = new BackupSchedule(parts);
  for (const at of [AT, AT + 60, AT + 7_200, AT + 14_400]) {
    schedule.tick(at);
    await schedule.close();
  }
  expect(backupsIn(folder, key).map(({ at }) => at)).toEqual([AT + 14_400, AT + 7_200]);
  expect(schedule.state).toMatchObject({ newestAt: AT + 14_400, failure: null });
  expect(lastBackupAt(config.dataDir)).toBe(AT + 14_400);
  expect(checkBackup(config, AT + 14_400 + 3_600)[0]).toMatchObject({
    verdict: 'ok',
    text: expect.stringContaining('60 minutes old'),
  });
  expect(checkBackup(config, AT + 14_400 + 5 * 3_600)[0]).toMatchObject({ verdict: 'fail' });
  // An agent that starts again goes on by the files.
  const next = new BackupSchedule(parts);
  next.tick(AT + 14_460);
  await next.close();
  expect(backupsIn(folder, key)).toHaveLength(2);
  writeFileSync(join(made.dir, 'words'), 'short\n');
  next.tick(AT + 30_000);
  await next.close();
  expect(next.state?.failure).toContain('at least 10 characters');
});

test('backups of two agents in one folder are told apart', () => {
  const dir = scope.dir();
  const [one, two] = [`0x${'aa'.repeat(20)}`, `0x${'bb'.repeat(20)}`] as const;
  writeFileSync(join(dir, backupName(one, AT)), '');
  writeFileSync(join(dir, backupName(two, AT + 5)), '');
  expect(backupsIn(dir, one)).toEqual([{ file: join(dir, backupName(one, AT)), at: AT }]);
  expect(dirname(backupsIn(dir, two)[0]?.file ?? '')).toBe(dir);
});
