import { createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { brotliDecompressSync, createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { packageDir, RUNTIME_DIR } from './paths.ts';
import { unpackTar } from './tar.ts';

const PACKAGE = '@sparticuz/chromium';

/**
 * WebGL 2 without a graphics card, and the rest of the page drawn without it: drawing all by software WebGL takes three
 * times the processor time. No sandbox, since it needs what containers and root do not have.
 */
const ARGS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--disable-gpu-compositing',
  '--disable-gpu-rasterization',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--font-render-hinting=none',
];

/** Where other platforms keep a Chrome or Chromium that is installed. */
const INSTALLED = [
  process.env.PLUGPACT_CHROME,
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
];

/** The package's own fonts and no others, so that a screenshot looks the same everywhere. */
const FONTS_CONF = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">plugpact-fonts</cachedir>
</fontconfig>
`;

const isPackaged = process.platform === 'linux' && process.arch === 'x64';

/** Unpacks browser, graphics and fonts into `folder`, and the system libraries that the package carries. */
async function unpack(bin: string, folder: string): Promise<void> {
  const program = createWriteStream(join(folder, 'chromium'), { mode: 0o755 });
  await pipeline(createReadStream(join(bin, 'chromium.br')), createBrotliDecompress(), program);
  for (const archive of ['al2023', 'swiftshader', 'fonts']) {
    unpackTar(brotliDecompressSync(await readFile(join(bin, `${archive}.tar.br`))), folder);
  }
  await writeFile(join(folder, 'fonts.conf'), FONTS_CONF);
}

/** Folder of the unpacked browser, made once per clone and version; the rename makes it whole or absent. */
async function unpackedBrowser(): Promise<string> {
  const source = packageDir(PACKAGE);
  const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as { version: string };
  const folder = join(RUNTIME_DIR, `chromium-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(RUNTIME_DIR, { recursive: true });
  const draft = mkdtempSync(join(RUNTIME_DIR, 'chromium-draft-'));
  await unpack(join(source, 'bin'), draft);
  await rename(draft, folder).catch(async (error: unknown) => {
    // Another process may have been faster: its folder is as good as ours.
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}

/**
 * How to start the browser on this machine: Chromium from the installed packages on Linux x64, elsewhere an
 * installed Chrome (or the one that PLUGPACT_CHROME names).
 */
export async function browserLaunchOptions(): Promise<LaunchOptions> {
  if (isPackaged && process.env.PLUGPACT_CHROME === undefined) {
    const folder = await unpackedBrowser();
    const libraries = [join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter((path) => path);
    return {
      executablePath: join(folder, 'chromium'),
      args: ARGS,
      env: { ...process.env, LD_LIBRARY_PATH: libraries.join(delimiter), FONTCONFIG_PATH: folder } as Record<
        string,
        string
      >,
    };
  }
  const executablePath = INSTALLED.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      `No browser for ${process.platform}-${process.arch} comes with the packages, and no Chrome was found: ` +
        'install Google Chrome or Chromium, or set PLUGPACT_CHROME to its program.',
    );
  }
  return { executablePath, args: ARGS };
}

/** A headless browser with WebGL 2. Close it when done. */
export const launchBrowser = async (): Promise<Browser> => chromium.launch(await browserLaunchOptions());
