import { printed } from '../measured.ts';

/** Milliseconds for each of so many blocks that are undone in an index, the newest first. */
export const undoneMs = (databaseFile: string, blocks: number): Promise<number[]> =>
  printed('scripts/bench/index/undo.ts', [databaseFile, String(blocks)]);
