import { globSync } from 'node:fs';
import { join } from 'node:path';
import { packageDir, ROOT } from '../lib/paths.ts';
import { FAILED, PASSED, programStage, runNode, type Stage } from '../lib/stage.ts';
import { FLOORS_STAGE } from './floors.ts';
import { NAMES_STAGE } from './names.ts';

/** Programs of the installed packages, by file: a launcher of npx would ask the registry. */
const PROGRAMS = {
  biome: () => join(packageDir('@biomejs/biome'), 'bin/biome'),
  prettier: () => join(packageDir('prettier'), 'bin/prettier.cjs'),
  solhint: () => join(packageDir('solhint'), 'solhint.js'),
  tsc: () => join(packageDir('typescript'), 'bin/tsc'),
  knip: () => join(packageDir('knip'), 'bin/knip.js'),
};

const solidityFiles = (): string[] => globSync(['contracts/**/*.sol', 'test/**/*.sol'], { cwd: ROOT });

/** The formatters' commands; with `write` they correct what they find. */
export function formatCommands(write: boolean): string[][] {
  const commands = [[PROGRAMS.biome(), 'format', ...(write ? ['--write'] : []), '.']];
  const sources = solidityFiles();
  if (sources.length > 0) commands.push([PROGRAMS.prettier(), write ? '--write' : '--check', ...sources]);
  return commands;
}

/** The linters' commands. */
export function lintCommands(): string[][] {
  const commands = [[PROGRAMS.biome(), 'lint', '--error-on-warnings', '.']];
  const sources = solidityFiles();
  // It would ask the registry for a newer version of itself.
  const solhint = [PROGRAMS.solhint(), '--disc', '--noPoster', '--max-warnings', '0'];
  if (sources.length > 0) commands.push([...solhint, ...sources]);
  return commands;
}

const commandsStage = (name: string, what: string, commands: () => string[][]): Stage => ({
  name,
  what,
  run: async (say) => {
    const codes = [];
    for (const command of commands()) codes.push((await runNode(command, say)).code);
    return codes.every((code) => code === 0) ? PASSED : FAILED;
  },
});

/** Everything that can be said of the source without running it. */
export const STATIC_STAGES: readonly Stage[] = [
  commandsStage('format', 'Biome and Prettier leave the files as they are', () => formatCommands(false)),
  commandsStage('lint', 'Biome and solhint have no complaint', lintCommands),
  programStage('types', 'tsc', () => [PROGRAMS.tsc(), '--noEmit', '-p', '.']),
  programStage('unused', 'knip finds no unused file, export or dependency', () => [
    PROGRAMS.knip(),
    '--no-progress',
  ]),
  FLOORS_STAGE,
  NAMES_STAGE,
];
