import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from './build-once.ts';
import { run } from './child.ts';
import { ROOT } from './paths.ts';

const OUTPUT = 'dist/basemap';

/** Folder of the basemap's files. */
export const BASEMAP_DIR = join(ROOT, OUTPUT);

/** Makes the files of the basemap if anything of them changed, and returns their folder. */
export async function ensureBasemapBuilt(say?: (text: string) => void): Promise<string> {
  await buildOnce({
    what: 'the basemap',
    sources: [
      'server/basemap/build/*.ts',
      'server/basemap/{columns,files,fold,mercator}.ts',
      'server/map/morton.ts',
    ],
    output: OUTPUT,
    say,
    build: async () => {
      // A file of before would be packed with the others.
      rmSync(BASEMAP_DIR, { recursive: true, force: true });
      const program = join(ROOT, 'server/basemap/build/main.ts');
      const code = await run(process.execPath, [program, BASEMAP_DIR], { cwd: ROOT, stdout: 'stderr' });
      if (code !== 0) throw new Error('The basemap could not be made: see above.');
    },
  });
  return BASEMAP_DIR;
}
