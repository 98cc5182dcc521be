import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** Far more than the tests write at one time. */
const ROOM_BYTES = 1_000_000_000;

/**
 * A new folder in memory, removed when this process exits; `undefined` where there is no memory file system with room,
 * as on other systems than Linux and in small containers.
 */
export function memoryFolder(parent = '/dev/shm', roomBytes = ROOM_BYTES): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(parent);
    if (bavail * bsize < roomBytes) return undefined;
    const folder = mkdtempSync(join(parent, 'plugpact-tests-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return folder;
  } catch {
    return undefined;
  }
}
