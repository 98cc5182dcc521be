import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.ts';

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const HEAP_FLAGS = JSON.parse(textOf('meter-agent/node-flags.json')) as string[];
/** Commands that `plugpact-agent help` names. */
const SYNOPSIS = /^const SYNOPSIS = \{(.*?)^\}/ms.exec(textOf('meter-agent/cli/cli.ts'))?.[1] ?? '';
const COMMANDS = [...SYNOPSIS.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name);

describe('the systemd unit', () => {
  const unit = textOf('packaging/plugpact-agent.service');
  const settings = new Map(
    unit
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

  it('starts the installed agent, wherever npm put it, and needs no clone', () => {
    const [program, ...args] = settings.get('ExecStart')?.split(' ') ?? [];
    expect([program, args[0]]).toEqual(['/usr/bin/env', 'plugpact-agent']);
    expect(COMMANDS).toContain(args[1]);
    expect(settings.get('Environment')).toContain('PATH=/usr/local/bin:/usr/bin');
    expect(unit).toContain('npm install --global ./plugpact-agent-VERSION.tgz');
    expect(unit).not.toContain('git clone');
    // The state folder is the only place that it may write to.
    expect(args.at(-1)).toBe(`/var/lib/${settings.get('StateDirectory')}/agent.yaml`);
  });

  it('starts again after everything but a wrong configuration, as a user of its own, and may do little', () => {
    expect(Object.fromEntries(settings)).toMatchObject({
      Restart: 'always',
      RestartPreventExitStatus: '2',
      DynamicUser: 'yes',
      StateDirectoryMode: '0700',
      ProtectSystem: 'strict',
      NoNewPrivileges: 'yes',
      CapabilityBoundingSet: '',
    });
    // The owner's socket is one of AF_UNIX.
    expect(settings.get('RestrictAddressFamilies')).toContain('AF_UNIX');
    // A compiler that works while the program runs writes code.
    expect(settings.has('MemoryDenyWriteExecute')).toBe(false);
  });
});

describe('the Dockerfile', () => {
  const lines = textOf('packaging/Dockerfile').replaceAll('\\\n', ' ').split('\n');
  const argumentsOf = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length).trim());
  const commandOf = (word: string) => JSON.parse(argumentsOf(word)[0] ?? '[]') as string[];

  it('takes the unpacked archive, in which it is, and fetches nothing', () => {
    expect(argumentsOf('COPY')).toEqual(['. .']);
    expect(JSON.parse(textOf('packaging/agent.json')).files).toHaveProperty('Dockerfile');
    expect(argumentsOf('RUN').join('\n')).not.toMatch(/\bnpm\b|https?:/);
    expect(argumentsOf('FROM').every((image) => image.startsWith('node:24'))).toBe(true);
  });

  it('runs the starter of the archive, not as root', () => {
    const command = `/usr/local/bin/${commandOf('ENTRYPOINT')[0]}`;
    expect(argumentsOf('RUN').join('\n')).toContain(`ln -s /app/bin/plugpact-agent.cjs ${command}`);
    expect(argumentsOf('WORKDIR')).toEqual(['/app']);
    expect(COMMANDS).toContain(commandOf('CMD')[0]);
    expect(argumentsOf('USER')).toEqual(['node']);
  });
});

/** Says whether the process that runs it carries what turns TypeScript into JavaScript. */
const MAIN = `import { mark } from './parts/part.ts';
const load: string[] = (process as never as { moduleLoadList: string[] }).moduleLoadList;
const { late } = await import('./parts/late.ts');
console.log(mark, late, load.some((name) => name.includes('amaro')) ? 'with compiler' : 'without compiler');
`;

/** An installation of the launcher around a small program, and what it says when it is run. */
function installed() {
  const home = mkdtempSync(join(tmpdir(), 'plugpact-launch-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  for (const room of ['meter-agent/parts', 'protocol', 'tmp'])
    mkdirSync(join(home, room), { recursive: true });
  const put = (path: string, text: string) => writeFileSync(join(home, path), text);
  put('package.json', '{ "type": "module" }');
  put('meter-agent/main.ts', MAIN);
  put('meter-agent/parts/part.ts', "export const mark: string = 'first';\n");
  put('meter-agent/parts/late.ts', "export const late: string = 'late';\n");
  copyFileSync(join(ROOT, 'meter-agent/launch.mjs'), join(home, 'meter-agent/launch.mjs'));
  const launch = (env: Record<string, string> = {}) => {
    const own = { PLUGPACT_AGENT_COMPILED: join(home, 'compiled'), TMPDIR: join(home, 'tmp'), ...env };
    const args = ['--disable-warning=ExperimentalWarning', join(home, 'meter-agent/launch.mjs')];
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      env: { ...process.env, NODE_COMPILE_CACHE: undefined, ...own },
      encoding: 'utf8',
    });
    return stdout.trim() + stderr;
  };
  return { home, put, launch };
}

describe('the launcher', () => {
  it('gives the agent little memory too', () => {
    expect(HEAP_FLAGS).toContain('--max-semi-space-size=4');
    expect(textOf('scripts/bootstrap.mjs')).toContain('node-flags.json');
    expect(textOf('scripts/bootstrap.mjs')).toContain("'meter-agent', 'launch.mjs'");
  });

  it('never has the compiler in the memory of the agent: at the first start, after an update, in an old folder', () => {
    const { home, put, launch } = installed();
    mkdirSync(join(home, 'compiled'));
    expect(launch()).toBe('first late without compiler');
    expect(launch()).toBe('first late without compiler');
    put('meter-agent/parts/part.ts', "export const mark: string = 'second';\n");
    put('meter-agent/parts/late.ts', "export const late: string = 'later';\n");
    expect(launch()).toBe('second later without compiler');
  });

  it('takes a folder of its own where the one it should keep in cannot be written', () => {
    const { home, launch } = installed();
    const env = { PLUGPACT_AGENT_COMPILED: join(home, 'package.json', 'compiled') };
    expect(launch(env)).toBe('first late without compiler');
    expect(launch(env)).toBe('first late without compiler');
  });

  it('runs all the same where nothing can be kept, and nothing from a folder that another could have filled', () => {
    const { home, launch } = installed();
    const named = { PLUGPACT_AGENT_COMPILED: join(home, 'package.json', 'compiled') };
    expect(launch({ ...named, TMPDIR: join(home, 'package.json') })).toBe('first late with compiler');
    mkdirSync(join(home, 'others'));
    symlinkSync(
      join(home, 'others'),
      join(home, 'tmp', `plugpact-agent-compiled-${process.getuid?.() ?? 0}`),
    );
    expect(launch(named)).toBe('first late with compiler');
    expect(globSync('others/*', { cwd: home })).toEqual([]);
  });
});

describe("the homeowner's guide", () => {
  const guide = textOf('docs/agent.md');

  it('names every command, and none that is not', () => {
    const named = [...guide.matchAll(/^\| `(\w+)[^`]*` +\|/gm)].map(([, name]) => name ?? '');
    const commands = new Set(named.filter((name) => COMMANDS.includes(name)));
    expect(COMMANDS).toContain('doctor');
    expect([...commands].sort()).toEqual([...COMMANDS].sort());
  });

  it('names metrics that there are', () => {
    const source = textOf('meter-agent/status/metrics.ts');
    const named = [...guide.matchAll(/`(?:plugpact_agent)?_([a-z_]+)(?:\{\w+\})?`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(10);
    for (const name of named) expect(source).toContain(`name: '${name}'`);
  });

  it('names keys of the configuration that there are', () => {
    const keys = [...guide.matchAll(/^\| `([\w.]+)` +\|/gm)].map(([, key]) => key?.split('.').at(-1) ?? '');
    const source = textOf('meter-agent/config/config.ts') + textOf('meter-agent/config/charge-point.ts');
    expect(keys).toContain('siteLimitA');
    for (const key of keys.filter((key) => !COMMANDS.includes(key))) expect(source).toContain(`${key}:`);
  });
});
