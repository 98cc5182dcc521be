import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const COMPRESSIBLE = /\.(?:m?js|css|html|svg|json|webmanifest)$/;
const LEAST_BYTES = 1_000;
/** Above this the best compression takes seconds, and what is that large is not what a reader waits for first. */
const BEST_UP_TO_BYTES = 400_000;

const packBrotli = promisify(brotliCompress);
const packGzip = promisify(gzip);

/** Writes `FILE.br` and `FILE.gz` beside each file that is worth it, so that the server compresses none of them. */
export async function precompress(files: readonly string[]): Promise<void> {
  await Promise.all(files.filter((file) => COMPRESSIBLE.test(file)).map(precompressOne));
}

async function precompressOne(file: string): Promise<void> {
  const content = await readFile(file);
  if (content.length < LEAST_BYTES) return;
  const quality = content.length > BEST_UP_TO_BYTES ? 9 : 11;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  const [brotli, gzipped] = await Promise.all([
    packBrotli(content, { params }),
    packGzip(content, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${file}.br`, brotli), writeFile(`${file}.gz`, gzipped)]);
}
