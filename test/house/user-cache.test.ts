import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import type { CompilerInput, CompilerOutput } from 'hardhat/types/solidity';
import { expect, onTestFinished, test } from 'vitest';
import { stopChild } from '../../scripts/lib/child.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { compileOnce, jobKey } from '../../scripts/lib/solc-cache.ts';
import { UserCache, userCacheDir } from '../../scripts/lib/user-cache.ts';
import { tempFolder } from './support.ts';

const INPUT = { sources: { 'a.sol': { content: 'contract A {}' } } } as unknown as CompilerInput;
const OUTPUT = { contracts: { 'a.sol': { A: { abi: [] } } } } as unknown as CompilerOutput;
const KEY = jobKey('0.8.37+commit.1', INPUT);

/** A cache in a folder, what it said, and a compiler that counts its runs. */
function cacheIn(folder: string, maxBytes?: number) {
  const said: string[] = [];
  const options = maxBytes === undefined ? {} : { maxBytes };
  const cache = new UserCache({ folder, say: (text) => said.push(text), ...options });
  let runs = 0;
  const compile = async (key = KEY, output = OUTPUT) => {
    const result = await compileOnce(cache, key, async () => {
      runs += 1;
      return output;
    });
    expect(result.output).toEqual(output);
  };
  return { cache, said, compile, runs: () => runs, entry: join(folder, `${KEY}.gz`) };
}

test('the cache is in the folder that the system gives each user', () => {
  expect(userCacheDir('linux', {}, '/home/a')).toBe('/home/a/.cache/plugpact');
  expect(userCacheDir('linux', { XDG_CACHE_HOME: '/x' }, '/home/a')).toBe('/x/plugpact');
  expect(userCacheDir('darwin', {}, '/Users/a')).toBe('/Users/a/Library/Caches/plugpact');
  expect(userCacheDir('win32', { LOCALAPPDATA: '/local' }, '/a')).toBe('/local/plugpact/cache');
});

test('what one clone compiled the next one takes, and says nothing of it', async () => {
  const folder = join(tempFolder(), 'new');
  await cacheIn(folder).compile();
  const second = cacheIn(folder);
  await second.compile();
  expect(second.runs()).toBe(0);
  expect(second.said).toEqual([]);
});

test('another compiler version, a changed source and changed settings are compiled by themselves', async () => {
  const { compile, runs } = cacheIn(tempFolder());
  const changed = { sources: { 'a.sol': { content: 'contract A { }' } } } as unknown as CompilerInput;
  const settings = { ...INPUT, settings: { optimizer: { runs: 1 } } } as CompilerInput;
  const keys = [KEY, jobKey('0.8.38+commit.1', INPUT), jobKey('0.8.37+commit.1', changed)];
  keys.push(jobKey('0.8.37+commit.1', settings));
  for (const key of keys) await compile(key);
  expect(runs()).toBe(4);
});

test('what does not compile is not kept', async () => {
  const { compile, runs, entry } = cacheIn(tempFolder());
  const failed = { errors: [{ severity: 'error' }] } as CompilerOutput;
  await compile(KEY, failed);
  await compile(KEY, failed);
  expect(runs()).toBe(2);
  expect(existsSync(entry)).toBe(false);
});

const flipByte = (at: number) => (file: string) => {
  const content = readFileSync(file);
  content[at < 0 ? content.length + at : at]! ^= 1;
  writeFileSync(file, content);
};

test.for([
  ['with a changed digest', flipByte(0)],
  ['with a changed byte', flipByte(60)],
  ['with a changed last byte', flipByte(-1)],
  ['cut off', (file: string) => truncateSync(file, 40)],
  ['empty', (file: string) => truncateSync(file, 0)],
  ['of another program', (file: string) => writeFileSync(file, JSON.stringify(OUTPUT))],
] as const)('an entry that is %s is compiled again and replaced', async ([, damage]) => {
  const { compile, runs, said, entry } = cacheIn(tempFolder());
  await compile();
  damage(entry);
  await compile();
  expect(runs()).toBe(2);
  expect(said).toEqual([expect.stringContaining(`${entry} is damaged`)]);
  await compile();
  expect(runs()).toBe(2);
});

test('a whole entry under a key that is not its own is refused', async () => {
  const { compile, runs, entry } = cacheIn(tempFolder());
  const other = jobKey('0.8.38+commit.1', INPUT);
  await compile();
  copyFileSync(entry, entry.replace(KEY, other));
  await compile(other);
  expect(runs()).toBe(2);
});

test('a folder that cannot be written costs the saving alone, and is named', async () => {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  const { compile, runs, said } = cacheIn(join(file, 'cache'));
  await compile();
  await compile();
  expect(runs()).toBe(2);
  expect(said.some((line) => line.includes('cannot be written: ENOTDIR'))).toBe(true);
});

test.runIf(process.platform === 'linux')(
  'a full disk costs the saving alone and leaves nothing behind',
  async () => {
    const folder = tempFolder();
    const { compile, runs, said } = cacheIn(folder);
    symlinkSync('/dev/full', join(folder, `${KEY}.${process.pid}.tmp`));
    await compile();
    expect(said).toEqual([expect.stringContaining('cannot be written: ENOSPC')]);
    expect(readdirSync(folder)).toEqual([]);
    await compile();
    expect(runs()).toBe(2);
  },
);

test('two processes at once: each one reads a whole text, whichever of them wrote it', async () => {
  const folder = tempFolder();
  const use = async (own: string, other: string) => {
    const script = join(ROOT, 'test/house/fixtures/cache-user.ts');
    const child = spawn(process.execPath, [script, folder, own, other], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => stopChild(child));
    return Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  };
  expect(await Promise.all([use('a', 'b'), use('b', 'a')])).toEqual([
    ['', ''],
    ['', ''],
  ]);
  expect(readdirSync(folder)).toEqual(['key.gz']);
});

test('the entries unused for longest go first, and so does what a killed writer left', () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'folder'));
  const text = 'x'.repeat(1_000);
  const { cache } = cacheIn(folder, 200);
  for (const [index, key] of ['a', 'b', 'c'].entries()) {
    cache.keep(key, text);
    utimesSync(join(folder, `${key}.gz`), index, index);
  }
  writeFileSync(join(folder, 'old.1.tmp'), '');
  utimesSync(join(folder, 'old.1.tmp'), 0, 0);
  writeFileSync(join(folder, 'new.1.tmp'), '');
  expect(cache.read('a')).toBe(text);
  cache.keep('d', text);
  expect(readdirSync(folder).sort()).toEqual(['a.gz', 'c.gz', 'd.gz', 'folder', 'new.1.tmp']);
});
