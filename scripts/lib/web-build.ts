import { join } from 'node:path';
import { buildOnce } from './build-once.ts';
import { run } from './child.ts';
import { packageDir, ROOT } from './paths.ts';

/** Where the built page stands. */
export const WEB_DIR = join(ROOT, 'dist/web');

/** Builds the page if anything of it changed; the builder's words go to standard error. */
export const ensureWebBuilt = (): Promise<void> =>
  buildOnce({
    what: 'the page',
    sources: ['server/web/**/*', 'protocol/**/*.ts'],
    output: 'dist/web',
    build: async () => {
      const vite = join(packageDir('vite'), 'bin/vite.js');
      const config = join(ROOT, 'server/web/vite.config.ts');
      const args = [vite, 'build', '--config', config, '--logLevel', 'warn'];
      const code = await run(process.execPath, args, { cwd: ROOT, stdout: 'stderr' });
      if (code !== 0) throw new Error('The page does not build: correct what Vite names above.');
    },
  });
