import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ROOT } from '../lib/paths.ts';
import type { Stage } from '../lib/stage.ts';
import { PARTS, type Part } from './rooms.ts';

/** Texts of the source files by path, with `/`, relative to the root of the repository. */
export type Sources = ReadonlyMap<string, string>;

interface Import {
  file: string;
  line: number;
  target: string;
}

interface Room {
  part: Part;
  /** Undefined for a file that no listed room holds. */
  name: string | undefined;
  floor: number;
}

/**
 * The formatter writes each statement at the start of its line and each quote as one of these, so patterns find every
 * import with a literal path: `import`, `export … from`, types included, and `import(…)` as a call or as a type.
 */
const PATTERNS = [
  /^(?:import|export)\b[^;'"()=]*?\bfrom\s*['"](\.{1,2}\/[^'"]+)['"]/gm,
  /^import\s*['"](\.{1,2}\/[^'"]+)['"]/gm,
  /\bimport\(\s*['"](\.{1,2}\/[^'"]+)['"]/g,
];

function importsOf(file: string, text: string): Import[] {
  const matches = PATTERNS.flatMap((pattern) => [...text.matchAll(pattern)]);
  return matches
    .toSorted((a, b) => a.index - b.index)
    .map((match) => ({
      file,
      line: text.slice(0, match.index + match[0].length).split('\n').length,
      target: posix.join(posix.dirname(file), match[1]!.replace(/\?.*$/, '')),
    }));
}

const holds = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** The innermost part of a path, and the innermost of its rooms. */
function roomOf(parts: readonly Part[], path: string): Room | undefined {
  const [part] = parts
    .filter(({ folder }) => holds(folder, path))
    .toSorted((a, b) => b.folder.length - a.folder.length);
  if (part === undefined) return undefined;
  const rooms = part.rooms.flatMap((entry, floor) => [entry].flat().map((name) => ({ part, name, floor })));
  const [room] = rooms
    .filter(({ name }) => holds(`${part.folder}/${name}`, path))
    .toSorted((a, b) => b.name.length - a.name.length);
  return room ?? { part, name: undefined, floor: -1 };
}

/** Why `from` must not import `to`; undefined when it may. A room that is not listed is reported by itself. */
function objection(from: Room, to: Room | undefined): string | undefined {
  if (to === undefined) return `${from.part.name} imports a file outside of all parts`;
  if (from.part !== to.part) {
    return from.part.mayImport.includes(to.part.name)
      ? undefined
      : `${from.part.name} must not import ${to.part.name}`;
  }
  if (from.name === undefined || to.name === undefined || from.name === to.name) return undefined;
  if (to.floor < from.floor) return undefined;
  return `room ${to.name} is ${to.floor > from.floor ? 'above' : 'beside'} room ${from.name}`;
}

/** Each circle of files once, as its path; type imports count, since a reader follows them too. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) walk(target, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return circles.map((circle) => `circle of files: ${circle}`);
}

/** Files outside of the listed rooms, and listed rooms without a file. */
function unlisted(parts: readonly Part[], files: readonly string[]): string[] {
  const rooms = files.map((file) => ({ file, room: roomOf(parts, file) }));
  const strangers = rooms
    .filter(({ room }) => room !== undefined && room.name === undefined)
    .map(({ file, room }) => `${file}: in no room of ${room?.part.name} (scripts/checks/rooms.ts)`);
  const used = new Set(rooms.map(({ room }) => `${room?.part.folder}/${room?.name}`));
  const empty = parts.flatMap(({ name, folder, rooms: listed }) =>
    listed
      .flat()
      .filter((room) => !used.has(`${folder}/${room}`))
      .map((room) => `room ${room} of ${name} has no file (scripts/checks/rooms.ts)`),
  );
  return [...strangers, ...empty];
}

/** What breaks rule 7 of CONTRIBUTING.md, a line for each; empty when every import goes down. */
export function floorFaults(sources: Sources, parts: readonly Part[]): string[] {
  const imports = [...sources].flatMap(([file, text]) => importsOf(file, text));
  const targets = imports.map(({ target }) => target).filter((target) => !sources.has(target));
  const faults = unlisted(parts, [...new Set([...sources.keys(), ...targets])]);
  for (const { file, line, target } of imports) {
    const from = roomOf(parts, file);
    const isRead = target.endsWith('.json') && from?.part.mayRead?.some((path) => holds(path, target));
    const reason = isRead ? undefined : from && objection(from, roomOf(parts, target));
    if (reason !== undefined) faults.push(`${file}:${line} → ${target}: ${reason}`);
  }
  const graph = new Map<string, string[]>();
  for (const { file, target } of imports) graph.set(file, [...(graph.get(file) ?? []), target]);
  return [...faults, ...circlesOf(graph)];
}

/** The source files of the parts, as they are on disk. */
export function readSources(parts: readonly Part[], root: string): Sources {
  const patterns = parts.map(({ folder }) => `${folder}/**/*.{ts,tsx,mjs}`);
  const files = new Set(globSync(patterns, { cwd: root }).map((file) => file.replaceAll('\\', '/')));
  return new Map([...files].toSorted().map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

/** Rule 7: an import goes to the own room, to a lower one, or to another part that the list names. */
export const FLOORS_STAGE: Stage = {
  name: 'floors',
  what: 'no import goes up (scripts/checks/rooms.ts lists the rooms)',
  run: async (say) => {
    const sources = readSources(PARTS, ROOT);
    const faults = floorFaults(sources, PARTS);
    for (const fault of faults) say(`${fault}\n`);
    return { passed: faults.length === 0 ? 1 : 0, failed: faults.length };
  },
};
