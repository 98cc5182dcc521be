import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.ts';
import { unpackedInto } from '../../scripts/pack/packed.ts';
import { archiveFile } from '../../scripts/pack/program.ts';

let folder: string;
const textOf = (path: string): string => readFileSync(join(folder, 'package', path), 'utf8');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plugpact-archive-'));
  await unpackedInto(folder, 'agent');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the archive of the agent', () => {
  it('is one npm package that needs no other, of at most 15 MB', () => {
    expect(statSync(archiveFile('agent')).size).toBeLessThan(15e6);
    const manifest = JSON.parse(textOf('package.json'));
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ version, bin: { 'plugpact-agent': 'bin/plugpact-agent.cjs' } });
    expect(Object.keys(manifest).filter((key) => /dependencies/i.test(key))).toEqual([]);
    const parts = globSync('dist/*.mjs', { cwd: join(folder, 'package') });
    const foreign = parts.flatMap((part) =>
      [...textOf(part).matchAll(/^import\b[^'"]*["']([^'"]+)["']/gm)]
        .map(([, name = '']) => name)
        .filter((name) => !/^(node:|\.\/)/.test(name)),
    );
    expect(parts.length).toBeGreaterThan(5);
    expect(foreign.filter((name) => !process.getBuiltinModule(name))).toEqual([]);
  });

  it('runs it with little memory', () => {
    const { plugpact } = JSON.parse(textOf('package.json'));
    const flags = JSON.parse(readFileSync(join(ROOT, 'meter-agent/node-flags.json'), 'utf8')) as string[];
    expect(flags).toContain('--max-semi-space-size=4');
    expect(plugpact.nodeFlags).toEqual(expect.arrayContaining(flags));
    expect(plugpact.environment).toMatchObject({ MALLOC_ARENA_MAX: '2' });
  });

  it('has the licences of what is in it, the schemas of OCPP, the guide, and what a service or a container needs', () => {
    const licences = textOf('THIRD-PARTY-LICENSES');
    for (const name of ['viem', 'ocpp-rpc', 'zod', 'pino', '@noble/curves']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    }
    expect(licences).toContain('Permission is hereby granted');
    expect(Object.keys(JSON.parse(textOf('dist/schemas/ocpp1_6.json'))).length).toBeGreaterThan(50);
    expect(textOf('README.md')).not.toMatch(/\]\((?!https?:|#)/);
    expect(textOf('plugpact-agent.service')).toContain('ExecStart=');
    expect(textOf('Dockerfile')).toContain('FROM node:24');
    expect(textOf('LICENSE')).toContain('MIT');
  });

  it('holds nothing of the machine that made it', () => {
    for (const file of globSync('**/*.*', { cwd: join(folder, 'package') })) {
      expect(textOf(file).includes(ROOT), file).toBe(false);
    }
  });
});

/** What the starter does under a Node of this version. */
function startUnder(node: string, args: string[] = []) {
  const said: string[] = [];
  const loaded: string[] = [];
  class Ended extends Error {}
  const ended: (number | undefined)[] = [];
  const source = textOf('bin/plugpact-agent.cjs').replace(/^#!.*/, '');
  const fake = {
    __dirname: '/opt/plugpact-agent/bin',
    console: { log: (text: string) => said.push(text), error: (text: string) => said.push(text) },
    require: (name: string) => {
      if (name === '../package.json') return JSON.parse(textOf('package.json'));
      if (name === 'path') return { join };
      loaded.push(name);
    },
    process: {
      argv: ['node', 'plugpact-agent', ...args],
      env: { NODE_ENV: 'mine' } as Record<string, string>,
      execPath: '/usr/bin/node',
      platform: 'linux',
      versions: { node },
      exit: (code?: number) => {
        ended.push(code);
        throw new Ended();
      },
      execve: undefined as undefined | ((file: string, args: string[], env: object) => void),
    },
  };
  const run = (execve?: (file: string, args: string[], env: object) => void) => {
    fake.process.execve = execve;
    try {
      runInNewContext(source, fake);
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
    }
    return { said, loaded, ended, env: fake.process.env };
  };
  return { run, source };
}

describe('the starter', () => {
  it('says in one line what to do where Node is too old, in a syntax that it can read', () => {
    for (const version of ['6.17.1', '20.20.2', '22.17.1', '23.11.0', '25.1.0']) {
      const { said, ended, loaded } = startUnder(version, ['run']).run();
      expect(said, version).toEqual([expect.stringMatching(/needs Node 24 .*this is Node [\d.]+: install /)]);
      expect(said[0]).toContain(version);
      expect([ended, loaded]).toEqual([[2], []]);
    }
    const code = startUnder('24.0.0').source.replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
    expect(code).not.toMatch(/=>|`|\b(const|let|class|async|import)\b|\?\.|\?\?|,\s*\)/);
  });

  it('goes on in the same process with the flags of the agent, and its environment where none was set', () => {
    const calls: unknown[] = [];
    const { env } = startUnder('24.0.0', ['run', '--config', 'a.yaml']).run((...call) => calls.push(call));
    const main = '/opt/plugpact-agent/dist/main.mjs';
    const flags = expect.arrayContaining(['--max-semi-space-size=4', main]);
    expect(calls).toEqual([['/usr/bin/node', flags, env]]);
    expect((calls as [string, string[]][])[0]?.[1].slice(-4)).toEqual([main, 'run', '--config', 'a.yaml']);
    expect(env).toMatchObject({ MALLOC_ARENA_MAX: '2', NODE_ENV: 'mine' });
  });

  it('loads the agent without flags where a process cannot go on as another', () => {
    expect(startUnder('22.18.0').run()).toMatchObject({ loaded: ['./load.cjs'], said: [] });
  });

  it('tells its version', () => {
    const { version } = JSON.parse(textOf('package.json'));
    expect(startUnder('20.20.2', ['--version']).run()).toMatchObject({ said: [version], ended: [0] });
  });
});
