import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOWNS_FILE, WORLD_FILE } from '../files.ts';
import { townsFile } from './towns.ts';
import { worldFile } from './world.ts';

/** `node server/basemap/build/main.ts FOLDER`: makes the files that the server reads from BASEMAP_DIR. */
function main([folder]: string[]): number {
  if (folder === undefined) {
    console.error('Name the folder that the files go to: node server/basemap/build/main.ts dist/basemap');
    return 2;
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, WORLD_FILE), worldFile());
  writeFileSync(join(folder, TOWNS_FILE), townsFile());
  return 0;
}

process.exitCode = main(process.argv.slice(2));
