import { createPublicClient, http, numberToHex } from 'viem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NOTED_BY } from '../../scripts/instrument/marker.ts';
import { noteMarks } from '../../scripts/instrument/note-marks.ts';
import { watchedPost } from '../../scripts/instrument/watched-post.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { postJson } from '../../scripts/lib/post-json.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(() => anvil.stop());

/** A call that reaches this mark. */
const reaching = (mark: number) => ({ to: NOTED_BY, data: numberToHex(mark, { size: 32 }) }) as const;

const question = (mark: number) => ({
  ...{ jsonrpc: '2.0', id: mark, method: 'eth_call', params: [reaching(mark), 'latest'] },
});

test('a traced run notes what is asked of a node, by fetch and by postJson, alone and together', async () => {
  // As the runs over instrumented contracts have it in the place of postJson.
  const post = watchedPost(postJson);
  const noted = noteMarks();
  try {
    await createPublicClient({ transport: http(anvil.url) }).call(reaching(1));
    await post(anvil.url, question(2));
    await post(anvil.url, [question(3), question(4)]);
  } finally {
    noted.end();
  }
  await post(anvil.url, question(5));
  expect([...noted.marks].sort()).toEqual([1, 2, 3, 4]);
});
