import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { memoryFolder } from '../../scripts/lib/memory-folder.ts';
import { packageDir } from '../../scripts/lib/paths.ts';
import { isFree } from '../../scripts/lib/port.ts';
import { packTar, type TarFile, unpackTar } from '../../scripts/lib/tar.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { tempFolder } from './support.ts';

/** One ustar entry: header block and padded content. */
function entry(name: string, content: string, mode = '0000644'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${mode}\0`, 100);
  header.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124);
  header.write('0', 156);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body]);
}

test('an archive is unpacked with folders, contents and permissions', () => {
  const folder = tempFolder();
  const long = 'x'.repeat(1_000);
  unpackTar(
    Buffer.concat([entry('lib/run', long, '0000755'), entry('note', ''), Buffer.alloc(1_024)]),
    folder,
  );
  expect(readFileSync(join(folder, 'lib/run'), 'utf8')).toBe(long);
  expect(statSync(join(folder, 'lib/run')).mode & 0o777).toBe(0o755);
  expect(readFileSync(join(folder, 'note'), 'utf8')).toBe('');
});

test('what is packed is unpacked as it was, whatever the order, and twice to the same bytes', () => {
  const files: TarFile[] = [
    { path: 'package/lib/run', content: Buffer.from('x'.repeat(513)), isProgram: true },
    { path: 'package/empty', content: Buffer.alloc(0) },
    { path: 'package/block', content: Buffer.alloc(512, 'y') },
  ];
  const packed = packTar(files);
  expect(packTar(files.toReversed())).toEqual(packed);
  const folder = tempFolder();
  unpackTar(packed, folder);
  for (const { path, content } of files) expect(readFileSync(join(folder, path))).toEqual(content);
  expect(statSync(join(folder, 'package/lib/run')).mode & 0o777).toBe(0o755);
  // POSIX: the sum of the header's bytes, its own field counted as blanks.
  const header = Buffer.from(packed.subarray(0, 512));
  const told = Number.parseInt(header.toString('latin1', 148, 156), 8);
  header.fill(' ', 148, 156);
  expect(header.reduce((sum, byte) => sum + byte, 0)).toBe(told);
  expect(() => packTar([{ path: 'p'.repeat(101), content: Buffer.alloc(0) }])).toThrow('too long');
});

test('an archive cannot write outside of its folder', () => {
  const folder = join(tempFolder(), 'inner');
  expect(() => unpackTar(entry('../outside', 'x'), folder)).toThrow('"../outside"');
  expect(existsSync(join(folder, '../outside'))).toBe(false);
});

test('a folder in memory is only made where there is one with room', () => {
  const parent = tempFolder();
  expect(memoryFolder(join(parent, 'missing'))).toBeUndefined();
  expect(memoryFolder(parent, Number.MAX_SAFE_INTEGER)).toBeUndefined();
  expect(readdirSync(parent)).toEqual([]);
  expect(memoryFolder(parent, 1)).toContain(parent);
});

test('a port is free until somebody listens on it', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  expect(await isFree(port)).toBe(false);
  await new Promise((done) => server.close(done));
  expect(await isFree(port)).toBe(true);
});

test('waiting in vain names what was waited for and why it did not come', async () => {
  const failing = waitFor(
    'rain',
    () => {
      throw new Error('dry');
    },
    { timeoutMs: 20, pollMs: 5 },
  );
  await expect(failing).rejects.toMatchObject({
    message: 'Waited 20 ms for rain, in vain.',
    cause: { message: 'dry' },
  });
});

test('a package is found though Node has a module of the same name', () => {
  const dependent = packageDir('@walletconnect/sign-client');
  expect(packageDir('events', dependent).replaceAll('\\', '/')).toMatch(/\/node_modules\/events$/);
  expect(() => packageDir('no-such-package')).toThrow('no-such-package');
});
