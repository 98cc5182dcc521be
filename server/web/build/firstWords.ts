import { basename } from 'node:path';
import type { Plugin } from 'vite';

/** Rooms whose messages are loaded before the page begins (`messages/enFirst.ts`). */
const FIRST_ROOMS: readonly string[] = ['app', 'map'];
/** Code of the first load that shows its other words only when a part that is loaded later has called it. */
const CALLED_LATER: readonly string[] = ['accountError.ts', 'moved.ts'];
const USED = /\b(?:t|rich)\(\s*["'`](\w+)\./g;

/** Messages that a source shows and that the first load does not bring, by the names of their rooms. */
export function lateRooms(file: string, code: string): string[] {
  if (CALLED_LATER.includes(basename(file))) return [];
  const rooms = [...code.matchAll(USED)].map(([, room]) => room!);
  return [...new Set(rooms)].filter((room) => !FIRST_ROOMS.includes(room));
}

/** Fails the build where the first load shows a message that is loaded later: a reader would see its id. */
export function firstWords(): Plugin {
  return {
    name: 'plugpact:first-words',
    apply: 'build',
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk' || chunk.name !== 'first') continue;
        for (const id of chunk.moduleIds.filter((name) => name.includes('/server/web/'))) {
          const rooms = lateRooms(id, this.getModuleInfo(id)?.code ?? '');
          if (rooms.length > 0) this.error(`${id} is in the first load, and shows messages of ${rooms}.`);
        }
      }
    },
  };
}
