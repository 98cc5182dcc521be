import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageDir } from '../lib/paths.ts';

interface Manifest {
  name?: string;
  version?: string;
  license?: string | { type: string };
  dependencies?: Record<string, string>;
}

const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i;

const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The folder of the package that a module belongs to; undefined for our own files. */
function packageOf(module: string): string | undefined {
  if (!/[\\/]node_modules[\\/]/.test(module)) return undefined;
  for (let folder = dirname(module); folder !== dirname(folder); folder = dirname(folder)) {
    // Folders inside of packages have such a file too, without a name.
    if (existsSync(join(folder, 'package.json')) && manifestIn(folder).version !== undefined) return folder;
  }
  return undefined;
}

/** Folders of the packages that these modules, as a bundler names them, are from. */
export const packagesOfModules = (modules: readonly string[]): string[] => [
  ...new Set(
    modules
      .map((module) => packageOf(module.replace(/^\0/, '').replace(/\?.*$/, '')))
      .filter((folder) => folder !== undefined),
  ),
];

/** Folders of these packages, and of all that they depend on: a package may have another version inside of it. */
export function packagesWithDependencies(names: readonly string[]): string[] {
  const all = new Set(names.map((name) => packageDir(name)));
  // A set that grows while it is walked is walked to its new end.
  for (const folder of all) {
    for (const needed of Object.keys(manifestIn(folder).dependencies ?? {}))
      all.add(packageDir(needed, folder));
  }
  return [...all];
}

/** Some packages say it in their README alone. */
function fromReadme(folder: string): string[] {
  const readme = readdirSync(folder).find((file) => /^readme/i.test(file));
  const text = readme === undefined ? '' : readFileSync(join(folder, readme), 'utf8');
  const [, section] = /^#+ *licen[cs]e\s+([\s\S]*?)(?=^#|(?![\s\S]))/im.exec(text) ?? [];
  return section === undefined ? [] : [section.trim()];
}

function sectionOf(folder: string): string {
  const { name, version, license } = manifestIn(folder);
  const licence = typeof license === 'string' ? license : license?.type;
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
  const whole = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const texts = whole.length > 0 ? whole : fromReadme(folder);
  if (licence === undefined && texts.length === 0) throw new Error(`${name} ${version} names no licence.`);
  const declared = `It declares the licence ${licence}, and its package has no text of it.`;
  return `${name} ${version} (${licence ?? 'see its text'})\n\n${texts.join('\n\n') || declared}`;
}

const RULE = `\n\n${'-'.repeat(80)}\n\n`;

/** The licences of these packages, as their authors ask to have them handed on. */
export function licencesText(folders: readonly string[]): string {
  const sections = [...new Set(folders.map(sectionOf))].sort();
  const head = `This archive has parts of ${sections.length} packages of other authors. Their licences:`;
  return `${[head, ...sections].join(RULE)}\n`;
}
