import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ensureBasemapBuilt } from '../lib/basemap-build.ts';
import { buildOnce } from '../lib/build-once.ts';
import { ROOT } from '../lib/paths.ts';
import { packTar, type TarFile } from '../lib/tar.ts';
import { ensureWebBuilt } from '../lib/web-build.ts';
import { type Bundle, bundle, MAIN } from './bundle.ts';
import { licencesText, packagesOfModules, packagesWithDependencies } from './licences.ts';
import { allPrograms, archiveFile, outputOf, type PackedName, type Program, programOf } from './program.ts';

/** All that decides an archive's bytes, beside the lock file. */
const SOURCES = [
  '{meter-agent,protocol,server,packaging,audit,scripts/lib,scripts/pack}/**/*.*',
  'docs/*.md',
  'package.json',
  'LICENSE',
];

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const rootManifest = (): { version: string; license: string } => JSON.parse(textOf('package.json'));

function manifestOf({ name, description, nodeFlags, environment = {} }: Program): object {
  const { version, license } = rootManifest();
  const flags = nodeFlags === undefined ? [] : (JSON.parse(textOf(nodeFlags)) as string[]);
  return {
    ...{ name, version, description, license, type: 'module' },
    engines: { node: '^22.18.0 || ^24.0.0 || >=26.0.0' },
    bin: { [name]: `bin/${name}.cjs` },
    plugpact: {
      main: `dist/${MAIN}`,
      // What is experimental in Node here, its SQLite, was decided on: nobody has to be warned.
      nodeFlags: [...flags, '--disable-warning=ExperimentalWarning'],
      environment,
    },
  };
}

/** A link into the repository leads nowhere from an archive: its text stays. */
export const withoutRelativeLinks = (markdown: string): string =>
  markdown.replace(/\[([^\]]*)\]\((?!https?:|#)[^)]*\)/g, '$1');

function ownFiles(program: Program, { files: bundled }: Bundle): TarFile[] {
  const text = (path: string, content: string, isProgram = false): TarFile => ({
    path,
    content: Buffer.from(content),
    isProgram,
  });
  const handed = Object.entries(program.files).map(([path, source]) =>
    text(path, source.endsWith('.md') ? withoutRelativeLinks(textOf(source)) : textOf(source)),
  );
  return [
    text('package.json', `${JSON.stringify(manifestOf(program), null, 2)}\n`),
    text(`bin/${program.name}.cjs`, textOf('packaging/launch.cjs'), true),
    text('bin/load.cjs', textOf('packaging/load.cjs')),
    text('LICENSE', textOf('LICENSE')),
    ...handed,
    ...[...bundled].map(([name, content]) => ({ path: `dist/${name}`, content })),
  ];
}

const filesIn = (folder: string, path: string): TarFile[] =>
  globSync('**/*.*', { cwd: folder })
    .map((file) => file.replaceAll('\\', '/'))
    .map((file) => ({ path: `${path}/${file}`, content: readFileSync(join(folder, file)) }));

/** The built page and basemap, and the packages that they are made of. */
async function pageFiles(): Promise<{ files: TarFile[]; packages: string[] }> {
  const files = [
    ...filesIn(await ensureWebBuilt(), 'web'),
    ...filesIn(await ensureBasemapBuilt(), 'basemap'),
  ];
  const { packages = {}, unimported = {} } = allPrograms().page ?? {};
  const names = Object.keys({ ...packages, ...unimported });
  return { files, packages: names };
}

/** The archive as bytes: the same sources make the same ones. */
async function archiveOf(program: Program): Promise<Buffer> {
  const made = await bundle(program);
  const page = program.hasPage ? await pageFiles() : { files: [], packages: [] };
  const read = packagesWithDependencies([...page.packages, ...Object.keys(program.unimported ?? {})]);
  const licences = licencesText([...packagesOfModules(made.modules), ...read]);
  const files = [
    ...ownFiles(program, made),
    ...page.files,
    { path: 'THIRD-PARTY-LICENSES', content: Buffer.from(licences) },
  ];
  // What npm unpacks is in a folder of this name.
  const packed = gzipSync(packTar(files.map((file) => ({ ...file, path: `package/${file.path}` }))), {
    level: 9,
  });
  // The system that packs is in a gzip's header (RFC 1952): 255 is "unknown".
  packed[9] = 255;
  return packed;
}

/** Packs a program if anything of it changed, and returns the archive's path. */
export async function pack(name: PackedName, say?: (text: string) => void): Promise<string> {
  const file = archiveFile(name);
  await buildOnce({
    what: `the archive of ${programOf(name).name}`,
    sources: SOURCES,
    output: outputOf(name),
    say,
    build: async () => {
      const archive = await archiveOf(programOf(name));
      const folder = join(ROOT, outputOf(name));
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, archive);
    },
  });
  return file;
}
