import { join } from 'node:path';
import { buildOnce } from './build-once.ts';
import { run } from './child.ts';
import { packageDir, ROOT } from './paths.ts';

const OUTPUT = 'dist/web';

/** Folder of the built page. */
export const WEB_DIR = join(ROOT, OUTPUT);

/** Builds the page if anything of it changed, and returns its folder; the builder speaks on standard error. */
export async function ensureWebBuilt(say?: (text: string) => void): Promise<string> {
  await buildOnce({
    what: 'the page',
    sources: ['server/web/**/*', 'protocol/**/*.ts', 'protocol/messages/*.json'],
    output: OUTPUT,
    say,
    build: async () => {
      const vite = join(packageDir('vite'), 'bin/vite.js');
      const config = join(ROOT, 'server/web/vite.config.ts');
      const args = [vite, 'build', '--config', config, '--logLevel', 'warn'];
      // Under vitest the environment says "test", and React would come in its version for development.
      const env = { ...process.env, NODE_ENV: 'production' };
      const code = await run(process.execPath, args, { cwd: ROOT, env, stdout: 'stderr' });
      if (code !== 0) throw new Error('The page does not build: correct what Vite names above.');
    },
  });
  return WEB_DIR;
}
